-- SPDX-License-Identifier: GPL-3.0-or-later
-- A job is done: it goes, or, if it recurs, waits for its next time. Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_done(job_id bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    DELETE FROM hubd.job AS j WHERE j.id = job_id AND hubd.recurs_after(j.kind) IS NULL;
    UPDATE hubd.job AS j SET state = 'waiting', attempts = 0, error = NULL, leased_until = NULL, run_at = hubd.present() + hubd.recurs_after(j.kind)
        WHERE j.id = job_id AND j.state = 'running' AND hubd.recurs_after(j.kind) IS NOT NULL;
END $$;
ALTER FUNCTION api.job_done(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_done(bigint) TO hubd_work;
