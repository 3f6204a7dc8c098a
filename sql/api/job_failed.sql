-- SPDX-License-Identifier: GPL-3.0-or-later
-- A job failed: it waits 10, 20, 40 … seconds, at most an hour, half of it by chance, so that failures do not come back in step; after eight
-- attempts it is set aside and shown. What recurs is never set aside. Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_failed(job_id bigint, reason text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    UPDATE hubd.job AS j SET error = left(reason, 2000), leased_until = NULL,
        state = CASE WHEN j.attempts >= 8 AND hubd.recurs_after(j.kind) IS NULL THEN 'failed' ELSE 'waiting' END,
        run_at = hubd.present() + least(interval '5 seconds' * 2 ^ least(j.attempts, 10), interval '1 hour') * (0.5 + random() / 2)
        WHERE j.id = job_id AND j.state = 'running';
END $$;
ALTER FUNCTION api.job_failed(bigint, text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_failed(bigint, text) TO hubd_work;
