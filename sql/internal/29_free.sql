-- SPDX-License-Identifier: GPL-3.0-or-later
-- When something is free: starts at which a booking of a given length would fit, set-wise over resources, and the alternatives
-- that a refusal offers. Suggestions, not promises: only hubd.place() judges.

-- The moments in window at which a site is open; always, if it does not say.
CREATE OR REPLACE FUNCTION hubd.open_hours(hours jsonb, zone text, span tstzrange) RETURNS tstzmultirange LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN CASE WHEN hours = '[]' THEN tstzmultirange(span) ELSE coalesce((
        SELECT range_agg(tstzrange((day + opens) AT TIME ZONE zone,
            (day + closes + CASE WHEN closes <= opens THEN interval '1 day' ELSE '0' END) AT TIME ZONE zone))
        FROM generate_series(date_trunc('day', lower(span) AT TIME ZONE zone) - interval '1 day', upper(span) AT TIME ZONE zone, '1 day') AS day,
            jsonb_array_elements(hours) AS h, LATERAL (SELECT (h ->> 'opens')::time AS opens, (h ->> 'closes')::time AS closes) AS t
        WHERE h -> 'days' @> to_jsonb(extract(isodow FROM day)::integer)), '{}') * tstzmultirange(span) END;
END $$;

-- Starts that are free, by resource: opening hours less the starts that would hit a claim; of a pool, at which count units are not left.
-- Where claims of a pool may not move (pinned, told, closed), only such starts count at which count units are free as things stand;
-- where all may move, the number of busy units decides, because they can be arranged anew.
-- own: a booking that does not count (it is being moved). A hold that has expired does not count either.
CREATE OR REPLACE FUNCTION hubd.free_starts(hubs bigint[], resources bigint[], counts integer[], length interval, span tstzrange, own bigint)
    RETURNS TABLE (hub_id bigint, resource_id bigint, starts tstzmultirange) LANGUAGE plpgsql STABLE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH asked AS MATERIALIZED (
            SELECT r.hub_id, r.id, r.is_pool, k.count, s.opening_hours, s.zone
            FROM unnest(hubs, resources, counts) AS k (hub_id, id, count)
            JOIN hubd.resource AS r ON r.hub_id = k.hub_id AND r.id = k.id JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
        ), hit AS MATERIALIZED (
            SELECT a.hub_id, a.id, a.is_pool, a.count, u.id AS unit_id, u.setup, u.turnover, c.during, c.lane,
                a.is_pool AND bool_or(NOT c.is_provisional OR lower(c.during) <= (SELECT hubd.present())) OVER (PARTITION BY a.hub_id, a.id) AS is_stiff
            FROM asked AS a
            JOIN hubd.resource_unit AS ru ON ru.hub_id = a.hub_id AND ru.resource_id = a.id
            JOIN hubd.unit AS u ON u.hub_id = a.hub_id AND u.id = ru.unit_id
            -- OFFSET 0: unit by unit through the index, whatever the planner guesses of ranges.
            -- What could be hit lies within the unit's buffers; in a pool claims further away tell whether all may move.
            CROSS JOIN LATERAL (SELECT CASE WHEN a.is_pool THEN interval '1 day' ELSE greatest(u.setup, u.turnover) END AS gap) AS reach
            CROSS JOIN LATERAL (SELECT c.during, c.lane, c.is_provisional FROM hubd.claim AS c
                WHERE c.hub_id = a.hub_id + 0 AND c.unit_id = u.id AND c.during && tstzrange(lower(span) - reach.gap, upper(span) + reach.gap)
                  AND c.booking_id IS DISTINCT FROM own AND (c.expires_at IS NULL OR c.expires_at > (SELECT hubd.present())) OFFSET 0) AS c
        ), open AS MATERIALIZED (
            SELECT each.opening_hours, each.zone, (SELECT range_agg(tstzrange(lower(o), upper(o) - length, '[]'))
                FROM unnest(hubd.open_hours(each.opening_hours, each.zone, span)) AS o WHERE upper(o) - lower(o) >= length) AS starts
            FROM (SELECT DISTINCT a.opening_hours, a.zone FROM asked AS a) AS each
        ), edge AS (
            SELECT hub_id, id, at, sum(step) AS step FROM (
                SELECT hub_id, id, lower(during) AS at, 1 AS step FROM hit WHERE is_pool AND NOT is_stiff AND lane = '[9,10)'
                UNION ALL
                SELECT hub_id, id, upper(during) + greatest(setup, turnover), -1 FROM hit WHERE is_pool AND NOT is_stiff AND lane = '[9,10)') AS either
            GROUP BY hub_id, id, at
        ), level AS (
            SELECT hub_id, id, at, sum(step) OVER of_one AS busy, lead(at) OVER of_one AS until FROM edge
            WINDOW of_one AS (PARTITION BY hub_id, id ORDER BY at)
        ), stiff_edge AS (
            SELECT o.hub_id, o.id, e.at, sum(e.step) AS step, count(*) FILTER (WHERE e.step > 0) AS begun
            FROM (SELECT hub_id, id, unnest(range_agg(hubd.blocked_starts(during, lane, length, setup, turnover))) AS starts
                  FROM hit WHERE is_stiff GROUP BY hub_id, id, unit_id) AS o,
                LATERAL (VALUES (lower(o.starts), 1), (upper(o.starts), -1)) AS e (at, step)
            GROUP BY o.hub_id, o.id, e.at
        ), stiff_level AS (
            SELECT hub_id, id, at, begun, sum(step) OVER of_one AS busy, lead(at) OVER of_one AS until FROM stiff_edge
            WINDOW of_one AS (PARTITION BY hub_id, id ORDER BY at)
        ), size AS MATERIALIZED (
            SELECT a.hub_id, a.id, a.count, count(*) AS units, max(greatest(u.setup, u.turnover)) AS gap
            FROM asked AS a JOIN hubd.unit AS u ON u.hub_id = a.hub_id AND u.pool_id = a.id WHERE a.is_pool GROUP BY a.hub_id, a.id, a.count
        ), blocked AS MATERIALIZED (
            SELECT hub_id, id, range_agg(hubd.blocked_starts(during, lane, length, setup, turnover)) AS starts FROM hit WHERE NOT is_pool GROUP BY hub_id, id
            UNION ALL
            SELECT l.hub_id, l.id, range_agg(tstzrange(l.at - length - s.gap, l.until, '()'))
            FROM level AS l JOIN size AS s ON s.hub_id = l.hub_id AND s.id = l.id
            WHERE l.busy + s.count > s.units AND l.until > l.at GROUP BY l.hub_id, l.id
            UNION ALL
            -- Between two edges, and at an edge itself, where what ends there no longer counts and what begins there not yet.
            SELECT l.hub_id, l.id, range_agg(part.starts)
            FROM stiff_level AS l JOIN size AS s ON s.hub_id = l.hub_id AND s.id = l.id,
                LATERAL (SELECT tstzrange(l.at, l.until, '()') AS starts WHERE l.busy + s.count > s.units AND l.until > l.at
                    UNION ALL SELECT tstzrange(l.at, l.at, '[]') WHERE l.busy - l.begun + s.count > s.units) AS part
            GROUP BY l.hub_id, l.id
        )
        SELECT a.hub_id, a.id, coalesce(h.starts, '{}') - coalesce(b.starts, '{}')
        FROM asked AS a JOIN open AS h ON h.opening_hours = a.opening_hours AND h.zone = a.zone
        LEFT JOIN blocked AS b ON b.hub_id = a.hub_id AND b.id = a.id
        WHERE NOT a.is_pool OR a.count <= (SELECT s.units FROM size AS s WHERE s.hub_id = a.hub_id AND s.id = a.id);
END $$;

-- The starts at which the units that were pinned are free; without any, all of the window.
CREATE OR REPLACE FUNCTION hubd.pinned_starts(hub bigint, pinned bigint[], length interval, span tstzrange, own bigint)
    RETURNS tstzmultirange LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN tstzmultirange(tstzrange(lower(span), upper(span), '[]')) - coalesce((
        SELECT range_agg(hubd.blocked_starts(c.during, c.lane, length, u.setup, u.turnover))
        FROM hubd.unit AS u JOIN hubd.claim AS c ON c.hub_id = hub + 0 AND c.unit_id = u.id
            AND c.during && tstzrange(lower(span) - interval '1 day', upper(span) + interval '1 day')
        WHERE u.hub_id = hub AND u.id = ANY (pinned) AND c.booking_id IS DISTINCT FROM own
          AND (c.expires_at IS NULL OR c.expires_at > (SELECT hubd.present()))), '{}');
END $$;

-- The free start nearest to the wanted one, before it or after it.
CREATE OR REPLACE FUNCTION hubd.nearest_start(starts tstzmultirange, wanted timestamptz, is_after boolean) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT CASE WHEN is_after THEN min(greatest(lower(s), wanted)) ELSE max(least(upper(s), wanted)) END FROM unnest(starts) AS s
        WHERE CASE WHEN is_after THEN upper(s) >= wanted ELSE lower(s) <= wanted END);
END $$;
