-- SPDX-License-Identifier: GPL-3.0-or-later
-- DELETE /api/v1/organisations/{organisation}/members/{person}: {bookings, to}. Bookings are of all hubs: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.organisation_leave(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'leave_organisation');
ALTER FUNCTION api.organisation_leave(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.organisation_leave(jsonb, jsonb) TO hubd_serve;
