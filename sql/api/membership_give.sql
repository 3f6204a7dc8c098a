-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/memberships: {hub, person, role}: a manager gives a role to somebody whom the hub knows.
CREATE OR REPLACE FUNCTION api.membership_give(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'give_role');
ALTER FUNCTION api.membership_give(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.membership_give(jsonb, jsonb) TO hubd_serve;
