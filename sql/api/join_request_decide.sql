-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/join-requests/{id}: {state: accepted | declined | withdrawn, answer}.
CREATE OR REPLACE FUNCTION api.join_request_decide(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'decide_request');
ALTER FUNCTION api.join_request_decide(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.join_request_decide(jsonb, jsonb) TO hubd_serve;
