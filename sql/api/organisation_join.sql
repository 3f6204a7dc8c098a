-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/organisations/{organisation}/join: with an address of its domain.
CREATE OR REPLACE FUNCTION api.organisation_join(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'join_organisation');
ALTER FUNCTION api.organisation_join(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.organisation_join(jsonb, jsonb) TO hubd_serve;
