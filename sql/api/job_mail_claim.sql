-- SPDX-License-Identifier: GPL-3.0-or-later
-- The server waits for the text: from now on it may have the mail. False: this attempt is not the last one any more (another worker has the job
-- since its lease ran out), and nothing must be sent. The lease begins anew. Owned by hubd_network: mail is of all hubs.
CREATE OR REPLACE FUNCTION api.job_mail_claim(job_id bigint, message_id bigint, attempt integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE message AS m SET state = 'sending' WHERE m.id = message_id AND m.attempts = attempt AND m.state = 'queued';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE job AS j SET leased_until = present() + interval '5 minutes' WHERE j.id = job_id AND j.state = 'running';
    RETURN true;
END $$;
ALTER FUNCTION api.job_mail_claim(bigint, bigint, integer) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_mail_claim(bigint, bigint, integer) TO hubd_work;
