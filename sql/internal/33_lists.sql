-- SPDX-License-Identifier: GPL-3.0-or-later
-- Windows and pages that the read functions share.

-- The window of the input: from (default now) to (default as long as days says).
CREATE OR REPLACE FUNCTION hubd.window_of(input jsonb, days integer) RETURNS tstzrange LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT tstzrange(f, greatest(f, coalesce((input ->> 'to')::timestamptz, f + make_interval(days => days))))
        FROM (SELECT coalesce((input ->> 'from')::timestamptz, hubd.present()) AS f) AS start);
END $$;

-- When nothing can be booked on a unit, however short: its claims and the buffers that a booking would have to keep to them. Holds that
-- have expired do not count.
CREATE OR REPLACE FUNCTION hubd.unit_busy(hub bigint, unit bigint, span tstzrange) RETURNS TABLE (during tstzrange) LANGUAGE sql STABLE ROWS 20
    BEGIN ATOMIC
        SELECT tstzrange(lower(b.starts), upper(b.starts)) * span
        FROM hubd.unit AS u
        -- OFFSET 0: through the index, whatever the planner guesses of ranges.
        CROSS JOIN LATERAL (SELECT c.during, c.lane FROM hubd.claim AS c
            WHERE c.hub_id = hub + 0 AND c.unit_id = u.id AND c.during && tstzrange(lower(span) - u.setup, upper(span) + u.turnover)
              AND (c.expires_at IS NULL OR c.expires_at > (SELECT hubd.present())) OFFSET 0) AS c,
            LATERAL (SELECT hubd.blocked_starts(c.during, c.lane, '0', u.setup, u.turnover) AS starts) AS b
        WHERE u.hub_id = hub AND u.id = unit AND b.starts && span;
    END;

-- How many units of each pool are busy, from moment to moment, as things are arranged now.
CREATE OR REPLACE FUNCTION hubd.pool_levels(hub bigint, pools bigint[], span tstzrange)
    RETURNS TABLE (pool_id bigint, during tstzrange, busy bigint) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH taken AS MATERIALIZED (
            SELECT u.pool_id, unnest(range_agg(k.during)) AS during
            FROM hubd.unit AS u, LATERAL hubd.unit_busy(hub, u.id, span) AS k
            WHERE u.hub_id = hub AND u.pool_id = ANY (pools) GROUP BY u.pool_id, u.id
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
