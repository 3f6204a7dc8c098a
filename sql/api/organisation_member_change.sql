-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/organisations/{organisation}/members/{person}: {is_admin}.
CREATE OR REPLACE FUNCTION api.organisation_member_change(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'change_organisation_member');
ALTER FUNCTION api.organisation_member_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.organisation_member_change(jsonb, jsonb) TO hubd_serve;
