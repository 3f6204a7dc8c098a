-- SPDX-License-Identifier: GPL-3.0-or-later
-- Hands out jobs that are due, each to one worker, for a lease of five minutes; one whose lease ran out is handed out again, until
-- it has brought down eight workers. Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_take(at_most integer) RETURNS TABLE (id bigint, kind text, key text, input text, attempts integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE hubd.job AS j SET state = 'failed', error = 'no worker survived it'
        WHERE j.state = 'running' AND j.leased_until <= hubd.present() AND j.attempts >= 8 AND hubd.recurs_after(j.kind) IS NULL;
    RETURN QUERY
    UPDATE hubd.job AS j SET state = 'running', attempts = j.attempts + 1, leased_until = hubd.present() + interval '5 minutes'
    FROM (SELECT d.id FROM hubd.job AS d
          WHERE (d.state = 'waiting' AND d.run_at <= hubd.present()) OR (d.state = 'running' AND d.leased_until <= hubd.present())
          ORDER BY d.run_at, d.id LIMIT at_most FOR UPDATE SKIP LOCKED) AS due
    WHERE j.id = due.id RETURNING j.id, j.kind, j.key, j.input::text, j.attempts;
END $$;
ALTER FUNCTION api.job_take(integer) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_take(integer) TO hubd_work;
