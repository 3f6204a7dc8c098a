-- SPDX-License-Identifier: GPL-3.0-or-later
-- Free and busy times: one entry a resource, its periods merged; nothing about who or why.

-- The next resources of a hub behind an id, or the one that is asked for.
CREATE OR REPLACE FUNCTION hubd.feed_resource_ids(hub bigint, resource bigint, behind bigint, page integer) RETURNS bigint[] LANGUAGE sql STABLE
    RETURN (SELECT array_agg(found.id) FROM (
        SELECT r.id FROM hubd.resource AS r
        WHERE r.hub_id = hub AND r.id > behind AND CASE WHEN resource IS NULL THEN r.retired_at IS NULL ELSE r.id = resource END
        ORDER BY r.id LIMIT page) AS found);

-- When a resource is taken, and when perhaps (holds): each a line "B start end" or "T start end", in order, in seconds since 1970.
-- Of a pool that is when all its units are; of others when one is. Buffers do not show.
CREATE OR REPLACE FUNCTION hubd.feed_periods(hub bigint, resource hubd.resource, shown tstzrange) RETURNS text LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH taken AS (
            SELECT c.unit_id, c.during * shown AS during, b.state = 'held' AS is_perhaps
            FROM hubd.resource_unit AS u JOIN hubd.claim AS c ON c.hub_id = hub AND c.unit_id = u.unit_id AND c.lane = '[9,10)' AND c.during && shown
            JOIN hubd.booking AS b ON b.hub_id = c.booking_hub_id AND b.id = c.booking_id
            WHERE u.hub_id = hub AND u.resource_id = (resource).id
        ), level AS (
            SELECT moment.at, lead(moment.at) OVER (ORDER BY moment.at) AS until, sum(moment.taken) OVER upto AS taken, sum(moment.sure) OVER upto AS sure
            FROM (SELECT edge.at, sum(edge.step) AS taken, sum(edge.step) FILTER (WHERE NOT edge.is_perhaps) AS sure
                FROM (SELECT lower(t.during) AS at, 1 AS step, t.is_perhaps FROM taken AS t
                    UNION ALL SELECT upper(t.during), -1, t.is_perhaps FROM taken AS t) AS edge GROUP BY edge.at) AS moment
            WINDOW upto AS (ORDER BY moment.at)
        ), full_at AS (
            SELECT CASE WHEN (resource).is_pool
                THEN (SELECT greatest(count(*), 1) FROM hubd.resource_unit AS u WHERE u.hub_id = hub AND u.resource_id = (resource).id) ELSE 1 END AS units
        ), whole AS (
            SELECT range_agg(tstzrange(level.at, level.until)) FILTER (WHERE coalesce(level.sure, 0) >= full_at.units) AS sure,
                range_agg(tstzrange(level.at, level.until)) FILTER (WHERE level.taken >= full_at.units) AS taken
            FROM level, full_at WHERE level.until IS NOT NULL
        )
        SELECT string_agg(kind || ' ' || hubd.feed_epoch(lower(during)) || ' ' || hubd.feed_epoch(upper(during)), chr(10) ORDER BY lower(during))
        FROM (SELECT 'B' AS kind, unnest(sure) AS during FROM whole
            UNION ALL SELECT 'T', unnest(taken - coalesce(sure, '{}')) FROM whole) AS period;
    END;

-- revised: the newest change of a resource that shares a unit with it, or when its window moved.
CREATE OR REPLACE FUNCTION hubd.feed_freebusy(hub bigint, ids bigint[], shown tstzrange, moved_at timestamptz, language text,
    known_ids bigint[], known_versions bigint[]) RETURNS SETOF hubd.feed_entry LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH entry AS MATERIALIZED (
            SELECT r.id, r.slug, h.slug AS hub, h.name AS hub_name, hubd.say(language, r.name_de, r.name_en) AS name, r.created_at,
                hubd.feed_periods(hub, r, shown) AS busy,
                greatest(r.created_at, moved_at, (SELECT max(newest.at) FROM unnest(hubd.feed_kin(hub, r.id)) AS kin (id)
                    CROSS JOIN LATERAL (SELECT c.at FROM hubd.change AS c WHERE c.scope = 'resource:' || kin.id ORDER BY c.at DESC LIMIT 1) AS newest)) AS revised
            FROM unnest(ids) AS wanted (id) JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = wanted.id JOIN hubd.hub AS h ON h.id = hub
        ), versioned AS (
            SELECT entry.*, hashtextextended(concat_ws('|', name, hub_name, revised, shown, busy), 0) AS version FROM entry
        ), fresh AS (
            SELECT versioned.*, known.id IS NOT NULL AS is_known FROM versioned
            LEFT JOIN unnest(known_ids, known_versions) AS known (id, version) ON known.id = versioned.id AND known.version = versioned.version
        )
        SELECT f.id, f.version, f.is_known, 'freebusy-' || f.id || '@' || f.hub, 0, hubd.feed_epoch(f.revised), hubd.feed_epoch(f.created_at),
            hubd.feed_epoch(lower(shown)), hubd.feed_epoch(upper(shown)), 0::bigint, 0::bigint, false, 'UTC', 'confirmed',
            f.name, NULL, NULL, NULL::double precision, NULL::double precision, NULL, f.hub_name, f.hub, NULL, NULL, NULL, NULL, NULL, NULL, true,
            'hubs/' || f.hub || '/resources/' || f.slug, CASE WHEN NOT f.is_known THEN f.busy END, NULL
        FROM fresh AS f ORDER BY f.id;
    END;
