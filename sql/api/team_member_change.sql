-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/teams/{team}/members/{person}: {is_admin}.
CREATE OR REPLACE FUNCTION api.team_member_change(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'change_team_member');
ALTER FUNCTION api.team_member_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.team_member_change(jsonb, jsonb) TO hubd_serve;
