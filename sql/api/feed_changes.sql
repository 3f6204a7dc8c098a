-- SPDX-License-Identifier: GPL-3.0-or-later
-- What changed since a snapshot that this function gave before (NULL: nothing is known). One call serves all feeds of a process.
-- Owned by hubd_network: a process serves the feeds of all hubs, and the answer names scopes, no content.
--
-- oldest: the oldest transaction that still runs; present: seconds; today: the UTC date, on which every feed's window rests.
-- is_all: everything may have changed: the snapshot is unknown, another server's, ahead of this one, or older than
-- compaction keeps; or this is a standby, whose snapshots do not tell what still ran.
-- Rows from before a dump and restore carry numbers ahead of this server's: a visible row cannot, so they are left out.
CREATE OR REPLACE FUNCTION api.feed_changes(since text)
    RETURNS TABLE (snapshot text, oldest bigint, present bigint, today date, is_all boolean, scopes text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    here text := hubd.change_epoch();
    seen pg_snapshot;
    current pg_snapshot := pg_current_snapshot();
BEGIN
    IF split_part(since, '/', 1) = here AND NOT pg_is_in_recovery() THEN
        seen := split_part(since, '/', 2)::pg_snapshot;
    END IF;
    snapshot := here || '/' || current::text;
    oldest := pg_snapshot_xmin(current)::text::bigint;
    present := extract(epoch FROM hubd.present())::bigint;
    today := (hubd.present() AT TIME ZONE 'UTC')::date;
    is_all := seen IS NULL OR pg_snapshot_xmax(seen) > pg_snapshot_xmax(current) OR pg_snapshot_xmin(seen) <= hubd.change_floor();
    IF NOT is_all THEN
        SELECT string_agg(DISTINCT c.scope, ' ') INTO scopes FROM hubd.change AS c
        WHERE c.xid >= pg_snapshot_xmin(seen) AND c.xid < pg_snapshot_xmax(current) AND NOT pg_visible_in_snapshot(c.xid, seen);
    END IF;
    RETURN NEXT;
END $$;
ALTER FUNCTION api.feed_changes(text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_changes(text) TO hubd_serve;
