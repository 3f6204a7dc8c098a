-- SPDX-License-Identifier: GPL-3.0-or-later
-- DELETE /api/v1/delegates/{person}: either of the two ends it.
CREATE OR REPLACE FUNCTION api.delegate_end(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'end_delegate');
ALTER FUNCTION api.delegate_end(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.delegate_end(jsonb, jsonb) TO hubd_serve;
