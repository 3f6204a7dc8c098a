-- SPDX-License-Identifier: GPL-3.0-or-later
-- How an attempt ended: 2xx is delivered; all else is tried again after one, two, four ... minutes, at most six hours, half of it by chance, and set aside
-- after twelve times, which is a day or two. Owned by hubd_network: webhooks are of all hubs.
CREATE OR REPLACE FUNCTION api.job_webhook_end(job_id bigint, delivery bigint, http_status integer, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ended hubd.webhook_delivery;
BEGIN
    UPDATE webhook_delivery AS d SET status = nullif(http_status, 0), answer = left(reason, 200),
        state = CASE WHEN http_status BETWEEN 200 AND 299 THEN 'delivered' WHEN d.attempts >= 12 THEN 'failed' ELSE 'waiting' END,
        ended_at = CASE WHEN http_status BETWEEN 200 AND 299 OR d.attempts >= 12 THEN present() END
        WHERE d.id = delivery AND d.state = 'waiting' RETURNING d.* INTO ended;
    IF ended.id IS NULL OR ended.state <> 'waiting' THEN
        DELETE FROM job AS j WHERE j.id = job_id;
        RETURN;
    END IF;
    UPDATE job AS j SET state = 'waiting', attempts = 0, leased_until = NULL, error = left(reason, 200),
        run_at = present() + least(interval '1 minute' * 2 ^ (ended.attempts - 1), interval '6 hours') * (0.5 + random() / 2)
        WHERE j.id = job_id AND j.state = 'running';
END $$;
ALTER FUNCTION api.job_webhook_end(bigint, bigint, integer, text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_webhook_end(bigint, bigint, integer, text) TO hubd_work;
