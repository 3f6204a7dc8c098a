-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/statistics/hubs: members, bookings and events of all hubs, for the agency, with no group under three people. All hubs: so
-- hubd_network owns it.
CREATE OR REPLACE FUNCTION api.statistics_hubs(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := agency_refusal(caller);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN made(200, hub_statistics());
END $$;
ALTER FUNCTION api.statistics_hubs(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.statistics_hubs(jsonb, jsonb) TO hubd_serve;
