-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/join-requests/confirm: {sha256} of the token in the mail. Nobody is signed in by it.
CREATE OR REPLACE FUNCTION api.join_request_confirm(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN confirm_request(caller, input ->> 'sha256');
END $$;
ALTER FUNCTION api.join_request_confirm(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.join_request_confirm(jsonb, jsonb) TO hubd_serve;
