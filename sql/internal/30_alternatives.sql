-- SPDX-License-Identifier: GPL-3.0-or-later
-- What would succeed instead, best first: the same thing at the nearest free times, an equal or better one at the same time, shorter,
-- another site of the hub. In plpgsql, which keeps its plans.
-- wish: {"items": [{"resource_id", "count", "wanted", "units"}], "start", "end", "own", "is_manager"}.

CREATE OR REPLACE FUNCTION hubd.alternative(kind text, resource text, starts timestamptz, ends timestamptz, reason text) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('kind', kind, 'resource', resource, 'start', hubd.instant(starts), 'end', hubd.instant(ends), 'reason', reason);

-- Starts at which everything that is wanted is free: of several things the common ones, of a wish those of any that answers it.
CREATE OR REPLACE FUNCTION hubd.common_starts(hub bigint, items jsonb, length interval, span tstzrange, own bigint) RETURNS tstzmultirange LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT range_intersect_agg(of_item.starts) FROM (
        SELECT coalesce(range_agg(s), '{}') * hubd.pinned_starts(hub, ARRAY (SELECT jsonb_array_elements_text(i.body -> 'units')::bigint), length, span, own) AS starts
        FROM jsonb_array_elements(items) WITH ORDINALITY AS i (body, n)
        JOIN LATERAL (SELECT (i.body ->> 'resource_id')::bigint AS id WHERE i.body ->> 'wanted' IS NULL
            UNION ALL SELECT k.resource_id FROM hubd.candidates(hub, i.body -> 'wanted') AS k WHERE i.body ->> 'wanted' IS NOT NULL) AS r ON true
        LEFT JOIN LATERAL (SELECT unnest(f.starts) AS s
            FROM hubd.free_starts(ARRAY[hub], ARRAY[r.id], ARRAY[(i.body ->> 'count')::integer], length, span, own) AS f) AS one ON true
        GROUP BY i.n, i.body) AS of_item);
END $$;

CREATE OR REPLACE FUNCTION hubd.alternatives_in_time(language text, hub bigint, items jsonb, span tstzrange, own bigint, is_manager boolean)
    RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        WITH free AS MATERIALIZED (
            SELECT hubd.common_starts(hub, items, upper(span) - lower(span), tstzrange(
                CASE WHEN is_manager THEN lower(span) - interval '7 days' ELSE greatest(hubd.present(), lower(span) - interval '7 days') END,
                greatest(hubd.present(), upper(span)) + interval '7 days'), own) AS starts
        )
        SELECT hubd.alternative('nearest-time', (SELECT r.slug FROM hubd.resource AS r WHERE r.hub_id = hub AND items -> 0 ->> 'wanted' IS NULL
                AND r.id = (items -> 0 ->> 'resource_id')::bigint), near.start, near.start + (upper(span) - lower(span)),
            CASE WHEN near.start > lower(span) THEN hubd.say(language, 'die nächste freie Zeit danach', 'the next free time after')
                ELSE hubd.say(language, 'die nächste freie Zeit davor', 'the next free time before') END)
        FROM free,
            LATERAL (SELECT DISTINCT hubd.nearest_start(free.starts, lower(span), is_after) AS start FROM (VALUES (true), (false)) AS side (is_after)) AS near
        WHERE near.start IS NOT NULL AND near.start <> lower(span)
        ORDER BY abs(extract(epoch FROM near.start - lower(span)));
END $$;

-- Others of the same kind that can at least as much and are free then: at the site of the wanted one, or at other sites.
CREATE OR REPLACE FUNCTION hubd.alternatives_elsewhere(language text, hub bigint, resource bigint, item_count integer, span tstzrange, own bigint, is_same_site boolean)
    RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        WITH other AS (
            SELECT o.id, o.slug, o.capacity, o.position, cardinality(o.features) AS extras, o.name_de, o.name_en, s.name AS site
            FROM hubd.resource AS r JOIN hubd.resource AS o ON o.hub_id = hub AND o.kind = r.kind AND o.id <> r.id AND o.is_bookable
                AND o.capacity >= r.capacity AND o.features @> r.features AND (o.is_pool OR item_count = 1)
            JOIN hubd.site AS s ON s.hub_id = hub AND s.id = o.site_id
            WHERE r.hub_id = hub AND r.id = resource AND (o.site_id = r.site_id) = is_same_site
        )
        SELECT hubd.alternative(CASE WHEN is_same_site THEN 'other-resource' ELSE 'other-site' END, o.slug, lower(span), upper(span),
            CASE WHEN is_same_site THEN hubd.say(language, o.name_de || ' ist dann frei', o.name_en || ' is free then')
                ELSE hubd.say(language, o.name_de || ' ist dann frei, am Standort ' || o.site, o.name_en || ' is free then, at ' || o.site) END)
        FROM other AS o JOIN hubd.free_starts(ARRAY (SELECT hub FROM other), ARRAY (SELECT x.id FROM other AS x), ARRAY (SELECT item_count FROM other),
            upper(span) - lower(span), span, own) AS f ON f.resource_id = o.id
        WHERE f.starts @> lower(span)
        ORDER BY o.capacity, o.extras, o.position, o.id LIMIT 3;
END $$;

-- The longest free part of the wanted time, if it lasts a quarter of an hour. In a pool its quarters may be free on different units.
CREATE OR REPLACE FUNCTION hubd.alternatives_shorter(language text, hub bigint, resource bigint, items jsonb, span tstzrange, own bigint)
    RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        SELECT hubd.alternative('shorter', r.slug, lower(part.free), upper(part.free), hubd.say(language, 'der freie Teil dieser Zeit', 'the free part of this time'))
        FROM hubd.resource AS r,
            LATERAL (SELECT tstzrange(lower(s), upper(s) + interval '15 minutes') * span AS free
                FROM unnest(hubd.common_starts(hub, items, interval '15 minutes', span, own)) AS s) AS part
        WHERE r.hub_id = hub AND r.id = resource AND part.free <> span AND upper(part.free) > (SELECT hubd.present())
          AND upper(part.free) - lower(part.free) >= interval '15 minutes' AND lower(part.free) >= least((SELECT hubd.present()), lower(span))
          AND (NOT r.is_pool OR lower(part.free) <@ hubd.common_starts(hub, items, upper(part.free) - lower(part.free), part.free, own))
        ORDER BY upper(part.free) - lower(part.free) DESC, lower(part.free) LIMIT 1;
END $$;

CREATE OR REPLACE FUNCTION hubd.alternatives(caller jsonb, hub bigint, wish jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    language text := hubd.language(caller);
    span tstzrange := tstzrange((wish ->> 'start')::timestamptz, (wish ->> 'end')::timestamptz);
    own bigint := (wish ->> 'own')::bigint;
    items jsonb := wish -> 'items';
    resource bigint;
    number integer;
    result jsonb[] := ARRAY (SELECT * FROM hubd.alternatives_in_time(language, hub, items, span, own, coalesce((wish ->> 'is_manager')::boolean, false)));
BEGIN
    IF jsonb_array_length(items) = 1 AND items -> 0 ->> 'wanted' IS NULL THEN
        resource := (items -> 0 ->> 'resource_id')::bigint;
        number := (items -> 0 ->> 'count')::integer;
        result := result || ARRAY (SELECT * FROM hubd.alternatives_elsewhere(language, hub, resource, number, span, own, true))
            || ARRAY (SELECT * FROM hubd.alternatives_shorter(language, hub, resource, items, span, own))
            || ARRAY (SELECT * FROM hubd.alternatives_elsewhere(language, hub, resource, number, span, own, false));
    END IF;
    RETURN to_jsonb(result);
END $$;
