-- SPDX-License-Identifier: GPL-3.0-or-later
-- What changed since a snapshot that this function gave before (NULL: nothing is known). One call serves all feeds of a process.
-- Owned by hubd_network: a process serves the feeds of all hubs, and the answer names scopes, no content.
--
-- oldest: the oldest transaction that still runs; present: seconds; today: the UTC date, on which every feed's window rests.
-- is_all: everything may have changed: the snapshot is unknown, another server's, ahead of this one, or older than
-- compaction keeps; or this is a standby, whose snapshots do not tell what still ran.
-- Rows from before a dump and restore carry numbers ahead of this server's: a visible row cannot, so they are left out.
--
-- Where nothing was committed since, api.feed_same() says so at less cost: it reads the snapshot, "epoch.database/ahead/xmin:xmax:xip".
-- Two statements whose plans a session keeps: functions in SQL that hold a query would be planned anew in each call, so what
-- hubd.present() says stands here in full.
CREATE OR REPLACE FUNCTION api.feed_changes(since text)
    RETURNS TABLE (snapshot text, oldest bigint, present bigint, today date, is_all boolean, scopes text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    -- After a restart, a failover or a restore transaction numbers may be others' (those of lost ones are used again).
    here text := extract(epoch FROM pg_postmaster_start_time());
    current pg_snapshot := pg_current_snapshot();
    known text[] := string_to_array(since, '/');
    ahead interval;
    too_old xid8;
    seen pg_snapshot;
BEGIN
    SELECT here || '.' || d.oid, clock.ahead, (SELECT c.xid FROM change AS c WHERE c.scope = 'compacted' ORDER BY c.at DESC LIMIT 1)
    INTO here, ahead, too_old
    FROM clock, pg_database AS d WHERE d.datname = current_database();
    snapshot := here || '/' || ahead || '/' || current;
    oldest := pg_snapshot_xmin(current)::text;
    present := extract(epoch FROM now() + ahead);
    today := (now() + ahead) AT TIME ZONE 'UTC';
    IF known[1] = here AND NOT pg_is_in_recovery() THEN
        seen := known[3];
    END IF;
    is_all := seen IS NULL OR pg_snapshot_xmax(seen) > pg_snapshot_xmax(current) OR coalesce(pg_snapshot_xmin(seen) <= too_old, false);
    IF NOT is_all THEN
        SELECT string_agg(DISTINCT c.scope, ' ') INTO scopes FROM change AS c
        WHERE c.xid >= pg_snapshot_xmin(seen) AND c.xid < pg_snapshot_xmax(current) AND NOT pg_visible_in_snapshot(c.xid, seen);
    END IF;
    RETURN NEXT;
END $$;
ALTER FUNCTION api.feed_changes(text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_changes(text) TO hubd_serve;
