-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/sessions: where one is signed in.
CREATE OR REPLACE FUNCTION api.sessions(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN ROW(200, jsonb_build_object('items', hubd.own_sessions(person, caller ->> 'session'), 'next', NULL)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.sessions(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.sessions(jsonb, jsonb) TO hubd_serve;
