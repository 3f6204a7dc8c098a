-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /sign-out: the session ends here, whatever becomes of the cookie. Ending one that is over is fine.
CREATE OR REPLACE FUNCTION api.sign_out(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    UPDATE session SET revoked_at = present() WHERE sha256 = caller ->> 'session' AND revoked_at IS NULL;
    RETURN ROW(200, '{}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.sign_out(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.sign_out(jsonb, jsonb) TO hubd_serve;
