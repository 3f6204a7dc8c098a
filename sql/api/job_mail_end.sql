-- SPDX-License-Identifier: GPL-3.0-or-later
-- How an attempt ended: sent | refused | later | unknown. What is to be tried again waits half a minute, one, two … minutes, at most an hour, half of it
-- by chance, for three days. Owned by hubd_network: mail is of all hubs.
CREATE OR REPLACE FUNCTION api.job_mail_end(job_id bigint, message_id bigint, attempt integer, outcome text, answer text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m hubd.message;
    is_over boolean := outcome IN ('sent', 'refused');
BEGIN
    SELECT * INTO m FROM message AS o WHERE o.id = message_id AND o.attempts = attempt AND o.state IN ('queued', 'sending') FOR UPDATE;
    IF m.id IS NULL THEN
        RETURN;
    ELSIF is_over THEN
        PERFORM end_mail(m.id, outcome, answer);
    ELSIF outcome = 'unknown' THEN
        is_over := mail_unknown(m.id);
    ELSIF m.created_at <= present() - interval '3 days' THEN
        is_over := true;
        PERFORM end_mail(m.id, 'refused', answer);
    END IF;
    IF is_over THEN
        DELETE FROM job AS j WHERE j.id = job_id;
        RETURN;
    END IF;
    UPDATE message AS o SET state = 'queued', answer = job_mail_end.answer WHERE o.id = m.id;
    UPDATE job AS j SET state = 'waiting', attempts = 0, leased_until = NULL, error = job_mail_end.answer,
        run_at = present() + least(interval '30 seconds' * 2 ^ least(attempt - 1, 10), interval '1 hour') * (0.5 + random() / 2)
        WHERE j.id = job_id AND j.state = 'running';
END $$;
ALTER FUNCTION api.job_mail_end(bigint, bigint, integer, text, text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_mail_end(bigint, bigint, integer, text, text) TO hubd_work;
