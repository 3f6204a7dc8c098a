-- SPDX-License-Identifier: GPL-3.0-or-later
-- A new private address: {name, sha256}. The token is made and shown by the page, once; only its SHA-256 comes here.
CREATE OR REPLACE FUNCTION api.my_feed_add(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    most CONSTANT integer := 20;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    PERFORM FROM hubd.person AS p WHERE p.id = person FOR UPDATE;
    IF (SELECT count(*) FROM hubd.token AS t WHERE t.person_id = person AND t.scopes = '{feed}' AND t.revoked_at IS NULL) >= most THEN
        RETURN hubd.problem_unprocessable(caller, 'too-many', '/name', format('Mehr als %s Adressen gehen nicht: bitte eine widerrufen, die niemand mehr abruft.', most),
            format('More than %s addresses are not possible: please revoke one that nobody fetches any more.', most));
    END IF;
    INSERT INTO hubd.token (person_id, sha256, name, scopes) VALUES (person, input ->> 'sha256', input ->> 'name', '{feed}');
    RETURN hubd.page_reply(caller, jsonb_build_object('name', input ->> 'name'));
END $$;
ALTER FUNCTION api.my_feed_add(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.my_feed_add(jsonb, jsonb) TO hubd_serve;
