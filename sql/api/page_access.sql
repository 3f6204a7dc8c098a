-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/access: where one is signed in, and one's tokens for programs.
CREATE OR REPLACE FUNCTION api.page_access(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('sessions', hubd.own_sessions(person, caller ->> 'session'), 'tokens', hubd.own_tokens(person)));
END $$;
ALTER FUNCTION api.page_access(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_access(jsonb, jsonb) TO hubd_serve;
