-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin zones [--dry-run]: the steps of the job "zones". Owned by hubd_network: all hubs.
CREATE OR REPLACE FUNCTION api.admin_zones(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN hubd.zones_step(input);
END $$;
ALTER FUNCTION api.admin_zones(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_zones(jsonb, jsonb) TO hubd_admin;
