-- SPDX-License-Identifier: GPL-3.0-or-later
-- A step of the job "zones": what a change of the zone data moves. Owned by hubd_network: all hubs.
CREATE OR REPLACE FUNCTION api.job_zones(input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN hubd.zones_step(input);
END $$;
ALTER FUNCTION api.job_zones(jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_zones(jsonb) TO hubd_work;
