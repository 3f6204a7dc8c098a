-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin token revoke ID
CREATE OR REPLACE FUNCTION api.admin_token_revoke(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    found text;
    scope text;
BEGIN
    IF input ->> 'id' !~ '^[0-9]{1,18}$' THEN
        RETURN refused(422, 'malformed-number', format('"%s" is no number of a token: hubd admin token list shows them.', input ->> 'id'));
    END IF;
    UPDATE token AS t SET revoked_at = coalesce(t.revoked_at, present()) WHERE t.id = (input ->> 'id')::bigint RETURNING t.name, 'token:' || t.sha256 INTO found, scope;
    IF found IS NULL THEN
        RETURN refused(404, 'not-found', format('There is no token %s: hubd admin token list shows them.', input ->> 'id'));
    END IF;
    PERFORM forget(ARRAY[scope]); -- feeds of the token end at once, in every process, and so do their copies
    RETURN done(jsonb_build_object('message', format('Token %s (%s) is revoked.', input ->> 'id', found)));
END $$;
ALTER FUNCTION api.admin_token_revoke(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_token_revoke(jsonb, jsonb) TO hubd_admin;
