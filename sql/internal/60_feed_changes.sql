-- SPDX-License-Identifier: GPL-3.0-or-later
-- Revisions of feeds. Transactions commit out of order, so a number or a time cannot say what a reader has seen: snapshots can.
-- SECURITY INVOKER: they run as the owner of the api function or the job that calls them.

-- Which server and database a snapshot belongs to: after a restart, a failover or a restore its transaction numbers may be
-- others' (numbers of lost transactions are used again), so what was read before counts as unknown.
CREATE OR REPLACE FUNCTION hubd.change_epoch() RETURNS text LANGUAGE sql STABLE
    RETURN (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint || '.'
        || (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database());

-- How far hubd.compact_changes() has deleted: a snapshot that may not have seen all of that is too old. (A row, not a
-- table: it is the xid of the scope "compacted".)
CREATE OR REPLACE FUNCTION hubd.change_floor() RETURNS xid8 LANGUAGE sql STABLE
    RETURN coalesce((SELECT max(xid) FROM hubd.change WHERE scope = 'compacted'), '0');

-- Deletes changes older than an hour that every running transaction sees, but the newest of each scope: that one tells when its
-- feeds were last revised. Returns how many.
CREATE OR REPLACE FUNCTION hubd.compact_changes() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    deleted bigint;
    newest xid8;
BEGIN
    WITH ranked AS (
        SELECT c.id, c.at, c.xid, row_number() OVER (PARTITION BY c.scope ORDER BY c.at DESC, c.id DESC) AS rank FROM hubd.change AS c
    ), gone AS (
        DELETE FROM hubd.change AS c USING ranked AS r
        WHERE r.id = c.id AND r.rank > 1 AND r.at < hubd.present() - interval '1 hour'
          AND r.xid < pg_snapshot_xmin(pg_current_snapshot())
        RETURNING c.xid, c.scope
    )
    SELECT count(*) FILTER (WHERE scope <> 'compacted'), max(xid) FILTER (WHERE scope <> 'compacted') INTO deleted, newest FROM gone;
    IF newest IS NOT NULL THEN
        INSERT INTO hubd.change (scope, xid) VALUES ('compacted', newest);
    END IF;
    RETURN deleted;
END $$;
