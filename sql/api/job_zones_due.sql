-- SPDX-License-Identifier: GPL-3.0-or-later
-- A worker starts: perhaps because the zone data was updated. Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_zones_due() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    UPDATE hubd.job AS j SET run_at = hubd.present() WHERE j.kind = 'zones' AND j.state = 'waiting' AND j.run_at > hubd.present();
END $$;
ALTER FUNCTION api.job_zones_due() OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_zones_due() TO hubd_work;
