-- SPDX-License-Identifier: GPL-3.0-or-later
-- Places as documents: hubs, sites, resources, units. What is in them is public.

-- Lower case, blanks as one: how names are compared with what people and files write.
CREATE OR REPLACE FUNCTION hubd.plain(name text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN lower(btrim(regexp_replace(name, '\s+', ' ', 'g')));

-- A slug from a name: "Großer Saal (EG)" -> grosser-saal-eg; '' where nothing of it can be in one.
CREATE OR REPLACE FUNCTION hubd.slug_from(name text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN btrim(regexp_replace(translate(
        replace(replace(replace(replace(lower(name), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss'),
        'áàâãåçéèêëíìîïñóòôõøúùûýÿšžčřěůłżźćńśęą', 'aaaaaceeeeiiiinooooouuuyyszcreulzzcnsea'),
        '[^a-z0-9]+', '-', 'g'), '-');

CREATE OR REPLACE FUNCTION hubd.site_document(s hubd.site, hub_slug text) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('slug', s.slug, 'hub', hub_slug, 'name', s.name, 'street', s.street, 'postcode', s.postcode,
        'city', s.city, 'land', s.land, 'latitude', s.latitude, 'longitude', s.longitude, 'zone', s.zone,
        'opening_hours', s.opening_hours, 'links', jsonb_build_object('hub', '/api/v1/hubs/' || hub_slug));

CREATE OR REPLACE FUNCTION hubd.hub_document(language text, h hubd.hub) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('slug', h.slug, 'name', h.name, 'about', CASE WHEN language = 'en' AND h.about_en <> '' THEN h.about_en ELSE h.about_de END,
        'about_de', h.about_de, 'about_en', h.about_en, 'topics', h.topics, 'zone', h.zone, 'color', h.color, 'url', h.url,
        'is_example', h.is_example, 'revision', h.revision::text,
        'links', jsonb_build_object('self', '/api/v1/hubs/' || h.slug, 'page', '/hubs/' || h.slug,
            'sites', '/api/v1/sites?hub=' || h.slug, 'resources', '/api/v1/resources?hub=' || h.slug,
            'events', '/api/v1/events?hub=' || h.slug, 'feed', '/feeds/hub/' || h.slug || '.ics'));

-- The units of a resource, in the order of their names.
CREATE OR REPLACE FUNCTION hubd.units_document(hub bigint, resource bigint) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name,
                'setup_minutes', extract(epoch FROM u.setup)::integer / 60, 'turnover_minutes', extract(epoch FROM u.turnover)::integer / 60)
                ORDER BY length(u.name), u.name), '[]')
            FROM hubd.resource_unit AS ru JOIN hubd.unit AS u ON u.hub_id = ru.hub_id AND u.id = ru.unit_id
            WHERE ru.hub_id = hub AND ru.resource_id = resource);

-- The resources that share units with this one, and whether all of theirs are in it (its parts) or the other way round (part_of).
CREATE OR REPLACE FUNCTION hubd.kin_of_resource(hub bigint, resource bigint)
    RETURNS TABLE (slug text, is_part boolean, is_whole boolean) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH mine AS (
            SELECT unit_id FROM hubd.resource_unit WHERE hub_id = hub AND resource_id = resource
        ), shared AS (
            SELECT other.resource_id, count(*) AS common
            FROM hubd.resource_unit AS other JOIN mine USING (unit_id)
            WHERE other.hub_id = hub AND other.resource_id <> resource
            GROUP BY other.resource_id
        )
        SELECT r.slug, shared.common = size.theirs AND size.theirs < size.ours, shared.common = size.ours AND size.ours < size.theirs
        FROM shared
        JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = shared.resource_id,
        LATERAL (SELECT (SELECT count(*) FROM mine) AS ours, (SELECT count(*) FROM hubd.resource_unit AS ru
                 WHERE ru.hub_id = hub AND ru.resource_id = shared.resource_id) AS theirs) AS size
        ORDER BY r.position, r.slug;
    END;

CREATE OR REPLACE FUNCTION hubd.resource_document(language text, r hubd.resource, hub_slug text) RETURNS jsonb LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH kin AS MATERIALIZED (SELECT * FROM hubd.kin_of_resource(r.hub_id, r.id)),
             unit AS MATERIALIZED (SELECT hubd.units_document(r.hub_id, r.id) AS list)
        SELECT jsonb_build_object('slug', r.slug, 'hub', hub_slug,
            'site', (SELECT slug FROM hubd.site WHERE hub_id = r.hub_id AND id = r.site_id), 'kind', r.kind,
            'name', CASE language WHEN 'en' THEN r.name_en ELSE r.name_de END, 'name_de', r.name_de, 'name_en', r.name_en,
            'about', CASE WHEN language = 'en' AND r.about_en <> '' THEN r.about_en ELSE r.about_de END,
            'about_de', r.about_de, 'about_en', r.about_en, 'capacity', r.capacity, 'features', r.features,
            'is_pool', r.is_pool, 'size', jsonb_array_length(unit.list), 'is_bookable', r.is_bookable, 'is_example', r.is_example,
            'units', unit.list,
            'parts', (SELECT coalesce(jsonb_agg(slug), '[]') FROM kin WHERE is_part),
            'part_of', (SELECT coalesce(jsonb_agg(slug), '[]') FROM kin WHERE is_whole),
            'revision', r.revision::text,
            'links', jsonb_build_object('self', '/api/v1/resources/' || hub_slug || '/' || r.slug,
                'page', '/hubs/' || hub_slug || '/resources/' || r.slug, 'hub', '/api/v1/hubs/' || hub_slug,
                'freebusy', '/api/v1/freebusy?hub=' || hub_slug || '&resource=' || r.slug,
                'feed', '/feeds/resource/' || hub_slug || '/' || r.slug || '.ics'))
        FROM unit;
    END;

-- The answer of a list: {"items": […]}.
CREATE OR REPLACE FUNCTION hubd.items_reply(items jsonb) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN ROW(200, jsonb_build_object('items', coalesce(items, '[]'))::text, NULL, NULL)::api.reply;

CREATE OR REPLACE FUNCTION hubd.problem_no_hub(caller jsonb, slug text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_not_found(caller, format('Es gibt keinen Hub „%s“. Alle Hubs: /api/v1/hubs.', slug),
        format('There is no hub "%s". All hubs: /api/v1/hubs.', slug));

CREATE OR REPLACE FUNCTION hubd.problem_no_resource(caller jsonb, hub text, slug text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_not_found(caller,
        format('Der Hub „%s“ hat keine Ressource „%s“. Alle: /api/v1/resources?hub=%1$s.', hub, slug),
        format('The hub "%s" has no resource "%s". All of them: /api/v1/resources?hub=%1$s.', hub, slug));
