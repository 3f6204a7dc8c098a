-- SPDX-License-Identifier: GPL-3.0-or-later
-- The delivery that a job makes; no row: there is nothing to deliver any more, and the job is gone. Owned by hubd_network: webhooks are of all hubs.
CREATE OR REPLACE FUNCTION api.job_webhook_begin(job_id bigint) RETURNS TABLE (id bigint, event text, body text, url text, secret text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found hubd.webhook_delivery;
BEGIN
    UPDATE webhook_delivery AS d SET attempts = d.attempts + 1 FROM job AS j, webhook AS w
        WHERE j.id = job_id AND j.kind = 'webhook' AND j.state = 'running' AND d.id = j.key::bigint AND d.state = 'waiting' AND w.hub_id = d.hub_id AND w.id = d.webhook_id AND w.is_active
        RETURNING d.* INTO found;
    IF found.id IS NULL THEN
        DELETE FROM job AS j WHERE j.id = job_id AND j.state = 'running';
        RETURN;
    END IF;
    RETURN QUERY SELECT found.id, found.event, found.body, w.url, w.secret FROM webhook AS w WHERE w.hub_id = found.hub_id AND w.id = found.webhook_id;
END $$;
ALTER FUNCTION api.job_webhook_begin(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_webhook_begin(bigint) TO hubd_work;
