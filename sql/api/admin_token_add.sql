-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin token add MAIL NAME: input has the SHA-256 of the token, which never comes here.
CREATE OR REPLACE FUNCTION api.admin_token_add(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    made bigint;
    wanted text[] := string_to_array(coalesce(input ->> 'scopes', 'read,write'), ',');
BEGIN
    IF person_of(input ->> 'mail') IS NULL THEN
        RETURN refused_person(input ->> 'mail');
    END IF;
    IF NOT wanted <@ '{read,write,feed,calendar}' OR cardinality(wanted) = 0 THEN
        RETURN refused(422, 'unknown-scope', format('Scopes are read, write, feed and calendar, with commas between them; not "%s".', input ->> 'scopes'));
    END IF;
    IF (input ->> 'expires')::timestamptz <= present() THEN
        RETURN refused(422, 'expired-already', 'The token would have expired already.');
    END IF;
    INSERT INTO token (person_id, sha256, name, scopes, expires_at)
    VALUES (person_of(input ->> 'mail'), input ->> 'sha256', input ->> 'name', wanted, (input ->> 'expires')::timestamptz) RETURNING id INTO made;
    RETURN done(jsonb_build_object('id', made, 'message',
        format('Token %s for %s. It is shown this once: only its SHA-256 is stored.', made, input ->> 'mail')), 201);
END $$;
ALTER FUNCTION api.admin_token_add(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_token_add(jsonb, jsonb) TO hubd_admin;
