-- SPDX-License-Identifier: GPL-3.0-or-later
-- The grid of a hub's resources: what is taken, by whom as far as the asker may know it, what is left of pools. Set-wise: one
-- query for all resources of a page. Moments are seconds since 1970, lists stand for maps: a week of a big hub is thousands of them.

CREATE OR REPLACE FUNCTION hubd.seconds(at timestamptz) RETURNS bigint LANGUAGE sql STABLE
    RETURN extract(epoch FROM at)::bigint;

-- The days of a view: one, or the ISO week of it, on the hub's clock.
CREATE OR REPLACE FUNCTION hubd.grid_span(zone text, day date, is_week boolean) RETURNS tstzrange LANGUAGE sql STABLE
    RETURN tstzrange((CASE WHEN is_week THEN date_trunc('week', day) ELSE day END)::timestamp AT TIME ZONE zone,
        (CASE WHEN is_week THEN date_trunc('week', day) + interval '7 days' ELSE day + interval '1 day' END)::timestamp AT TIME ZONE zone);

-- What stands on each resource that is not a pool: [start, end, "mine" | "closed" | "taken", title or null, booking or null]. Of a divisible
-- hall what any part of it has.
CREATE OR REPLACE FUNCTION hubd.grid_taken(hub bigint, resources bigint[], span tstzrange, person bigint, is_manager boolean)
    RETURNS TABLE (resource_id bigint, taken jsonb) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH hit AS MATERIALIZED (
            SELECT DISTINCT ru.resource_id, c.booking_hub_id, c.booking_id, c.during
            FROM hubd.resource_unit AS ru
            CROSS JOIN LATERAL (SELECT c.booking_hub_id, c.booking_id, c.during FROM hubd.claim AS c
                WHERE c.hub_id = hub + 0 AND c.unit_id = ru.unit_id AND c.during && span AND c.lane = '[9,10)'
                  AND (c.expires_at IS NULL OR c.expires_at > (SELECT hubd.present())) OFFSET 0) AS c
            WHERE ru.hub_id = hub AND ru.resource_id = ANY (resources)
        )
        SELECT h.resource_id, jsonb_agg(jsonb_build_array(hubd.seconds(lower(h.during)), hubd.seconds(upper(h.during)),
            CASE WHEN b.kind = 'closure' THEN 'closed' WHEN own.is_mine AND b.kind = 'booking' THEN 'mine' ELSE 'taken' END,
            CASE WHEN is_manager OR own.is_mine OR (b.kind = 'event' AND EXISTS (
                SELECT FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
                    CROSS JOIN LATERAL hubd.event_on(e, o) AS seen
                WHERE o.hub_id = b.hub_id AND o.booking_id = b.id AND seen.audience = 'public' AND seen.state <> 'draft')) THEN nullif(b.title, '') END,
            CASE WHEN own.is_mine AND b.kind = 'booking' THEN b.id END) ORDER BY lower(h.during), h.booking_id)
        FROM hit AS h LEFT JOIN hubd.booking AS b ON b.hub_id = h.booking_hub_id AND b.id = h.booking_id
        CROSS JOIN LATERAL (SELECT coalesce(b.person_id = person, false) AS is_mine) AS own
        GROUP BY h.resource_id;
    END;

-- One's own bookings of pools.
CREATE OR REPLACE FUNCTION hubd.grid_own(hub bigint, pools bigint[], span tstzrange, person bigint)
    RETURNS TABLE (resource_id bigint, taken jsonb) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT i.resource_id, jsonb_agg(jsonb_build_array(hubd.seconds(lower(b.during)), hubd.seconds(upper(b.during)), 'mine', nullif(b.title, ''), b.id)
            ORDER BY lower(b.during), b.id)
        FROM hubd.booking AS b JOIN hubd.booking_item AS i ON i.hub_id = b.hub_id AND i.booking_id = b.id
        WHERE b.hub_id = hub AND b.person_id = person AND b.during && span AND i.resource_id = ANY (pools)
          AND (b.state = 'confirmed' OR (b.state = 'held' AND b.expires_at > (SELECT hubd.present())))
        GROUP BY i.resource_id;
    END;

-- What is left of each pool, from moment to moment: [start, end, units].
CREATE OR REPLACE FUNCTION hubd.grid_left(hub bigint, pools bigint[], span tstzrange)
    RETURNS TABLE (resource_id bigint, remaining jsonb) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT l.pool_id, jsonb_agg(jsonb_build_array(hubd.seconds(lower(l.during)), hubd.seconds(upper(l.during)), size.units - l.busy) ORDER BY lower(l.during))
        FROM hubd.pool_levels(hub, pools, span) AS l
        JOIN (SELECT u.pool_id, count(*) AS units FROM hubd.unit AS u WHERE u.hub_id = hub AND u.pool_id = ANY (pools) GROUP BY u.pool_id) AS size
            ON size.pool_id = l.pool_id
        GROUP BY l.pool_id;
    END;

-- The opening hours of the hub's sites in the span: [start, end].
CREATE OR REPLACE FUNCTION hubd.grid_sites(hub bigint, span tstzrange) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', s.slug, 'name', s.name, 'city', s.city, 'zone', s.zone,
            'always', s.opening_hours = '[]', 'open', (SELECT coalesce(jsonb_agg(jsonb_build_array(hubd.seconds(lower(o)), hubd.seconds(upper(o))) ORDER BY o), '[]')
                FROM unnest(hubd.open_hours(s.opening_hours, s.zone, span)) AS o)) ORDER BY s.id), '[]')
        FROM hubd.site AS s WHERE s.hub_id = hub);
END $$;

-- The resources of a grid with all that stands on them; wanted: {kind, site, resource}, each may be missing.
CREATE OR REPLACE FUNCTION hubd.grid_resources(language text, hub bigint, wanted jsonb, span tstzrange, person bigint, is_manager boolean, skip integer, most integer)
    RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    ids bigint[]; pools bigint[]; solid bigint[];
BEGIN
    SELECT array_agg(a.id), coalesce(array_agg(a.id) FILTER (WHERE a.is_pool), '{}'), coalesce(array_agg(a.id) FILTER (WHERE NOT a.is_pool), '{}')
    INTO ids, pools, solid FROM (
        SELECT r.id, r.is_pool FROM hubd.resource AS r JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
        WHERE r.hub_id = hub AND r.retired_at IS NULL AND (wanted ->> 'kind' IS NULL OR r.kind = wanted ->> 'kind') AND (wanted ->> 'site' IS NULL OR s.slug = wanted ->> 'site')
          AND (wanted ->> 'resource' IS NULL OR r.slug = wanted ->> 'resource')
        ORDER BY r.site_id, r.position, r.slug OFFSET skip LIMIT most) AS a;
    RETURN (WITH gap AS (
            SELECT ru.resource_id, count(*) AS units, max(greatest(u.setup, u.turnover)) AS gap
            FROM hubd.resource_unit AS ru JOIN hubd.unit AS u ON u.hub_id = ru.hub_id AND u.id = ru.unit_id
            WHERE ru.hub_id = hub AND ru.resource_id = ANY (ids) GROUP BY ru.resource_id)
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'slug', r.slug, 'name', hubd.say(language, r.name_de, r.name_en), 'kind', r.kind, 'site', s.slug,
            'capacity', r.capacity, 'is_pool', r.is_pool, 'is_bookable', r.is_bookable, 'units', coalesce(g.units, 0), 'gap', coalesce(extract(epoch FROM g.gap)::integer, 0),
            'taken', coalesce(t.taken, o.taken, '[]'), 'left', coalesce(l.remaining, '[]')) ORDER BY r.site_id, r.position, r.slug), '[]')
        FROM hubd.resource AS r JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id LEFT JOIN gap AS g ON g.resource_id = r.id
        LEFT JOIN hubd.grid_taken(hub, solid, span, person, is_manager) AS t ON t.resource_id = r.id
        LEFT JOIN hubd.grid_own(hub, pools, span, person) AS o ON o.resource_id = r.id
        LEFT JOIN hubd.grid_left(hub, pools, span) AS l ON l.resource_id = r.id
        WHERE r.hub_id = hub AND r.id = ANY (ids));
END $$;

-- The kinds and the number of resources, for the filters.
CREATE OR REPLACE FUNCTION hubd.grid_kinds(hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(DISTINCT r.kind), '[]') FROM hubd.resource AS r WHERE r.hub_id = hub AND r.retired_at IS NULL);
END $$;
