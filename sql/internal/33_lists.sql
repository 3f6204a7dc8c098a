-- SPDX-License-Identifier: GPL-3.0-or-later
-- Windows and pages that the read functions share.

-- The window of the input: from (default now) to (default as long as days says).
CREATE OR REPLACE FUNCTION hubd.window_of(input jsonb, days integer) RETURNS tstzrange LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT tstzrange(f, greatest(f, coalesce((input ->> 'to')::timestamptz, f + make_interval(days => days))))
        FROM (SELECT coalesce((input ->> 'from')::timestamptz, hubd.present()) AS f) AS start);
END $$;

-- How many units of each pool are busy, from moment to moment. Holds that have expired do not count.
CREATE OR REPLACE FUNCTION hubd.pool_levels(hub bigint, pools bigint[], span tstzrange)
    RETURNS TABLE (pool_id bigint, during tstzrange, busy bigint) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH taken AS MATERIALIZED (
            SELECT u.pool_id, c.during * span AS during
            FROM hubd.unit AS u JOIN hubd.claim AS c ON c.hub_id = hub + 0 AND c.unit_id = u.id
            WHERE u.hub_id = hub AND u.pool_id = ANY (pools) AND c.lane = '[9,10)' AND c.during && span
              AND (c.expires_at IS NULL OR c.expires_at > (SELECT hubd.present()))
        ), edge AS (
            SELECT e.pool_id, e.at, sum(e.step) AS step FROM (
                SELECT t.pool_id, lower(t.during) AS at, 1 AS step FROM taken AS t
                UNION ALL SELECT t.pool_id, upper(t.during), -1 FROM taken AS t
                UNION ALL SELECT p, b.at, 0 FROM unnest(pools) AS p, unnest(ARRAY[lower(span), upper(span)]) AS b (at)) AS e
            GROUP BY e.pool_id, e.at HAVING sum(e.step) <> 0 OR e.at IN (lower(span), upper(span))
        )
        SELECT l.pool_id, tstzrange(l.at, l.until), l.busy::bigint FROM (
            SELECT e.pool_id, e.at, lead(e.at) OVER of_one AS until, sum(e.step) OVER of_one AS busy FROM edge AS e
            WINDOW of_one AS (PARTITION BY e.pool_id ORDER BY e.at)) AS l
        WHERE l.until IS NOT NULL;
    END;

CREATE OR REPLACE FUNCTION hubd.interval_document(span tstzrange) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('start', hubd.instant(lower(span)), 'end', hubd.instant(upper(span)));
