-- SPDX-License-Identifier: GPL-3.0-or-later
-- DELETE /api/v1/memberships/{hub}/{person}: {role, bookings}: leaving a hub, or a role taken away. Looks at the bookings that are
-- ahead and may cancel them, with the rights of whoever has them: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.membership_end(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'leave_hub');
ALTER FUNCTION api.membership_end(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.membership_end(jsonb, jsonb) TO hubd_serve;
