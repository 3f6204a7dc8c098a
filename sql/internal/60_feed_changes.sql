-- SPDX-License-Identifier: GPL-3.0-or-later
-- Revisions of feeds. Transactions commit out of order, so a number or a time cannot say what a reader has seen: snapshots can.
-- SECURITY INVOKER: they run as the owner of the api function or the job that calls them.

-- Deletes changes older than an hour that every running transaction sees, but the newest of each scope: that one tells when its
-- feeds were last revised. Returns how many. A row of the scope "compacted" keeps the latest transaction whose changes are gone: a
-- snapshot that may not have seen it is too old.
CREATE OR REPLACE FUNCTION hubd.compact_changes() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    deleted bigint;
    newest xid8;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('hubd.compact_changes'));
    WITH ranked AS (
        SELECT c.id, c.at, c.xid, row_number() OVER (PARTITION BY c.scope ORDER BY c.at DESC, c.id DESC) AS rank FROM hubd.change AS c
    ), gone AS (
        DELETE FROM hubd.change AS c USING ranked AS r
        WHERE r.id = c.id AND r.rank > 1 AND r.at < hubd.present() - interval '1 hour'
          AND r.xid < pg_snapshot_xmin(pg_current_snapshot())
        RETURNING c.xid, c.scope
    )
    SELECT count(*) FILTER (WHERE scope <> 'compacted'), max(xid) FILTER (WHERE scope <> 'compacted') INTO deleted, newest FROM gone;
    -- No copy on disk is kept for so long.
    DELETE FROM hubd.change AS c WHERE c.scope LIKE 'forget:%' AND c.at < hubd.present() - interval '40 days';
    IF newest IS NOT NULL THEN
        INSERT INTO hubd.change (scope, xid, at)
        SELECT 'compacted', greatest(newest, (SELECT max(c.xid) FROM hubd.change AS c WHERE c.scope = 'compacted')),
            hubd.present() + (clock_timestamp() - now());
    END IF;
    RETURN deleted;
END $$;

-- What these scopes show must be gone, at once and everywhere, whether or not somebody asks: a secret was revoked, a person erased. Tells
-- every process to drop the bytes that it keeps, in memory and on disk; one that is not running reads it when it comes back.
CREATE OR REPLACE FUNCTION hubd.forget(scopes text[]) RETURNS void LANGUAGE sql
    BEGIN ATOMIC
        SELECT hubd.changed(scopes || ARRAY(SELECT 'forget:' || scope FROM unnest(scopes) AS scope WHERE scope IS NOT NULL));
    END;
