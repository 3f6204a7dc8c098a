-- SPDX-License-Identifier: GPL-3.0-or-later
-- Free slots, ranked: {hub, site, kind, capacity, features, count, minutes, from, to, limit}; without hub over all of them, and that is
-- why hubd_network owns it. Earliest first, then the most modest resource that is enough; each free stretch of a resource is named once, by
-- its first quarter of an hour. Public: it shows what is free.
CREATE OR REPLACE FUNCTION api.find(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    SET jit = off AS $$
DECLARE
    hub bigint := hubd.hub_of(input ->> 'hub');
    length interval := make_interval(mins => (input ->> 'minutes')::integer);
    span tstzrange := hubd.window_of(input, 7);
    language text := hubd.language(caller);
    needed text[] := ARRAY (SELECT jsonb_array_elements_text(coalesce(input -> 'features', '[]')));
    hubs bigint[]; resources bigint[]; counts integer[];
    found jsonb;
BEGIN
    IF hub IS NULL AND input ->> 'hub' IS NOT NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Hub gibt es nicht.', 'There is no such hub.');
    END IF;
    SELECT array_agg(r.hub_id), array_agg(r.id), array_agg(coalesce((input ->> 'count')::integer, 1)) INTO hubs, resources, counts
    FROM hubd.resource AS r JOIN hubd.hub AS h ON h.id = r.hub_id AND NOT h.is_network JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
    WHERE (hub IS NULL OR r.hub_id = hub) AND (input ->> 'site' IS NULL OR s.slug = input ->> 'site') AND r.is_bookable
      AND (input ->> 'kind' IS NULL OR r.kind = input ->> 'kind') AND r.capacity >= coalesce((input ->> 'capacity')::integer, 1)
      AND r.features @> needed AND (r.is_pool OR coalesce((input ->> 'count')::integer, 1) = 1);
    SELECT jsonb_agg(jsonb_build_object('hub', h.slug, 'site', s.slug, 'resource', r.slug, 'name', hubd.say(language, r.name_de, r.name_en), 'kind', r.kind,
            'capacity', r.capacity, 'start', hubd.instant(slot.start), 'end', hubd.instant(slot.start + length)) ORDER BY slot.start, r.capacity, cardinality(r.features), h.slug, r.position, r.id)
    INTO found FROM (
        SELECT f.hub_id, f.resource_id, q.start
        FROM hubd.free_starts(hubs, resources, counts, length, tstzrange(greatest(lower(span), hubd.present()), greatest(upper(span), hubd.present())), NULL) AS f,
            unnest(f.starts) AS s, LATERAL (SELECT date_bin('15 minutes', lower(s) + interval '899.999999 seconds', '2000-01-01Z') AS start) AS q
        JOIN hubd.resource AS r ON true
        WHERE r.hub_id = f.hub_id AND r.id = f.resource_id AND q.start <= upper(s)
        ORDER BY q.start, r.capacity, cardinality(r.features), r.position, r.id LIMIT coalesce((input ->> 'limit')::integer, 20)) AS slot
    JOIN hubd.resource AS r ON r.hub_id = slot.hub_id AND r.id = slot.resource_id
    JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id JOIN hubd.hub AS h ON h.id = r.hub_id;
    RETURN ROW(200, jsonb_build_object('from', hubd.instant(lower(span)), 'to', hubd.instant(upper(span)), 'minutes', (input ->> 'minutes')::integer,
        'items', coalesce(found, '[]'), 'next', NULL)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.find(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.find(jsonb, jsonb) TO hubd_serve;
