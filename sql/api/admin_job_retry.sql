-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin job retry ID: a job that was set aside is due again.
CREATE OR REPLACE FUNCTION api.admin_job_retry(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    j hubd.job;
BEGIN
    SELECT * INTO j FROM job WHERE id = CASE WHEN admin_job_retry.input ->> 'id' ~ '^[0-9]{1,18}$' THEN (admin_job_retry.input ->> 'id')::bigint END FOR UPDATE;
    IF j.id IS NULL THEN
        RETURN refused(404, 'not-found', format('There is no job %s: hubd admin job list shows them.', admin_job_retry.input ->> 'id'));
    END IF;
    IF j.state = 'running' THEN
        RETURN refused(409, 'running', format('Job %s is running.', j.id));
    END IF;
    IF j.state = 'failed' AND EXISTS (SELECT FROM job AS o WHERE o.kind = j.kind AND o.key = j.key AND o.state <> 'failed') THEN
        RETURN refused(409, 'queued-anew', format('The same job is queued anew: hubd admin job drop %s takes this one away.', j.id));
    END IF;
    UPDATE job SET state = 'waiting', attempts = 0, run_at = present(), leased_until = NULL WHERE id = j.id;
    NOTIFY hubd_job;
    RETURN done(jsonb_build_object('message', format('Job %s (%s) is due now.', j.id, j.kind)));
END $$;
ALTER FUNCTION api.admin_job_retry(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_job_retry(jsonb, jsonb) TO hubd_admin;
