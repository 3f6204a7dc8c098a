-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd status: how the database and the queue are, as one document. Counts over all hubs, no content: owned by hubd_network.
CREATE OR REPLACE FUNCTION api.admin_status(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    migrated record;
    jobs jsonb;
    failed jsonb;
    mails jsonb;
BEGIN
    SELECT name, instant(applied_at) AS at INTO migrated FROM migration ORDER BY version DESC LIMIT 1;
    SELECT jsonb_build_object('waiting', count(*) FILTER (WHERE state = 'waiting'), 'running', count(*) FILTER (WHERE state = 'running'),
            'failed', count(*) FILTER (WHERE state = 'failed'), 'retrying', count(*) FILTER (WHERE state = 'waiting' AND attempts > 0),
            'late_seconds', coalesce(extract(epoch FROM present() - min(run_at) FILTER (WHERE state = 'waiting' AND run_at < present()))::bigint, 0))
        INTO jobs FROM job;
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'key', key, 'attempts', attempts, 'error', error) ORDER BY id DESC), '[]')
        INTO failed FROM (SELECT * FROM job WHERE error IS NOT NULL ORDER BY id DESC LIMIT 10) AS last;
    SELECT jsonb_build_object('waiting', count(*) FILTER (WHERE state IN ('queued', 'sending')), 'kept', count(*) FILTER (WHERE state = 'kept'),
            'sent', count(*) FILTER (WHERE state = 'sent' AND ended_at > present() - interval '1 day'),
            'set_aside', count(*) FILTER (WHERE state IN ('refused', 'unknown') AND ended_at > present() - interval '7 days'),
            'unknowns', coalesce(sum(unknowns) FILTER (WHERE created_at > present() - interval '7 days'), 0),
            'late_seconds', coalesce(extract(epoch FROM present() - min(created_at) FILTER (WHERE state IN ('queued', 'sending')))::bigint, 0))
        INTO mails FROM message;
    RETURN ROW(200, jsonb_build_object('server', current_setting('server_version'), 'size', pg_size_pretty(pg_database_size(current_database())),
        'is_standby', pg_is_in_recovery(), 'connections', (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
        'migration', migrated.name, 'migrated_at', migrated.at, 'hubs', (SELECT count(*) FROM hub WHERE NOT is_network),
        'resources', (SELECT count(*) FROM resource), 'bookings', (SELECT count(*) FROM booking WHERE upper(during) > present() AND state IN ('held', 'confirmed')),
        'events', (SELECT count(*) FROM occurrence WHERE upper(during) > present() AND state = 'confirmed'),
        'mails', mails, 'jobs', jobs, 'errors', failed)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.admin_status(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_status(jsonb, jsonb) TO hubd_admin;
