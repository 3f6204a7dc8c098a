-- SPDX-License-Identifier: GPL-3.0-or-later
-- The mail that a job sends, as one attempt of many. No row: there is nothing to send; then the job is gone, or somebody else's by now. A mail that
-- is found "sending" was left so by a worker that died: a server may have it. Owned by hubd_network: mail is of all hubs.
CREATE OR REPLACE FUNCTION api.job_mail_begin(job_id bigint) RETURNS TABLE (id bigint, attempt integer, kind text, class text, language text, address text, name text,
        hub text, color text, data text, identity text, created bigint, unsubscribe text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
DECLARE
    wanted bigint := (SELECT j.key::bigint FROM job AS j WHERE j.id = job_id AND j.kind = 'mail' AND j.state = 'running');
    m hubd.message;
    shown jsonb;
BEGIN
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    SELECT o.* INTO m FROM message AS o WHERE o.id = wanted AND o.state IN ('queued', 'sending') FOR UPDATE;
    IF (m.data ->> 'expires')::timestamptz <= present() THEN
        PERFORM end_mail(m.id, 'expired', 'it was too late');
        m.id := NULL;
    ELSIF m.state = 'sending' AND mail_unknown(m.id) THEN
        m.id := NULL;
    END IF;
    IF m.id IS NOT NULL THEN
        shown := mail_data(m.kind, m.data, m.language);
        IF shown IS NULL THEN
            PERFORM end_mail(m.id, 'expired', 'what it was about is gone');
            m.id := NULL;
        END IF;
    END IF;
    IF m.id IS NULL THEN
        DELETE FROM job AS j WHERE j.id = job_id;
        RETURN;
    END IF;
    UPDATE message AS o SET state = 'queued', attempts = o.attempts + 1 WHERE o.id = m.id;
    RETURN QUERY
    SELECT m.id, m.attempts + 1, m.kind, m.class, m.language, coalesce(m.address, p.mail), coalesce(p.name, ''), h.name, h.color, shown::text, m.identity::text,
        extract(epoch FROM m.created_at)::bigint, p.unsubscribe
    FROM (SELECT 1) AS one LEFT JOIN person AS p ON p.id = m.person_id LEFT JOIN hub AS h ON h.id = m.hub_id;
END $$;
ALTER FUNCTION api.job_mail_begin(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_mail_begin(bigint) TO hubd_work;
