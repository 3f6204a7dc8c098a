-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /sign-in: uses a link up and begins a session.
CREATE OR REPLACE FUNCTION api.sign_in(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    who bigint := hubd.use_sign_in_link(input ->> 'sha256');
BEGIN
    RETURN CASE WHEN who IS NULL THEN hubd.problem_link_spent(caller) ELSE hubd.begin_session(who, input) END;
END $$;
ALTER FUNCTION api.sign_in(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.sign_in(jsonb, jsonb) TO hubd_serve;
