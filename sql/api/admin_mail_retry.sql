-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin mail retry ID: a mail that was set aside, or waits, is due now. What was sent is not sent again, and what held a secret that is wiped cannot be.
CREATE OR REPLACE FUNCTION api.admin_mail_retry(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    m hubd.message;
BEGIN
    SELECT * INTO m FROM message WHERE id = CASE WHEN admin_mail_retry.input ->> 'id' ~ '^[0-9]{1,18}$' THEN (admin_mail_retry.input ->> 'id')::bigint END FOR UPDATE;
    IF m.id IS NULL THEN
        RETURN refused(404, 'not-found', format('There is no mail %s: hubd admin mail list shows them.', admin_mail_retry.input ->> 'id'));
    END IF;
    IF m.state NOT IN ('refused', 'unknown', 'queued') OR m.data ? 'is_wiped' THEN
        RETURN refused(409, 'not-to-be-sent', format('Mail %s is %s: only what was refused, waits or is unknown may be sent, and nothing whose secret is wiped.', m.id, m.state));
    END IF;
    UPDATE message SET state = 'queued', ended_at = NULL, unknowns = 0, created_at = present() WHERE id = m.id;
    INSERT INTO job (kind, key) VALUES ('mail', m.id::text) ON CONFLICT (kind, key) WHERE state <> 'failed'
        DO UPDATE SET run_at = present() WHERE job.state = 'waiting';
    NOTIFY hubd_job;
    RETURN done(jsonb_build_object('message', format('Mail %s (%s) is due now.', m.id, m.kind)));
END $$;
ALTER FUNCTION api.admin_mail_retry(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_mail_retry(jsonb, jsonb) TO hubd_admin;
