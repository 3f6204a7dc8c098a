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

-- The resources of a hub (NULL: of all) as documents, set-wise: units, parts (resources all of whose units are among these) and
-- wholes. wanted is one slug, or NULL for all that are not retired.
CREATE OR REPLACE FUNCTION hubd.resource_documents(language text, hub bigint, wanted text)
    RETURNS TABLE (hub_slug text, site_slug text, place integer, resource hubd.resource, body jsonb) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH held AS MATERIALIZED (
            SELECT ru.hub_id, ru.resource_id, count(*) AS size, jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name,
                'setup_minutes', extract(epoch FROM u.setup)::integer / 60, 'turnover_minutes', extract(epoch FROM u.turnover)::integer / 60)
                ORDER BY length(u.name), u.name, u.id) AS units
            FROM hubd.resource_unit AS ru JOIN hubd.unit AS u ON u.hub_id = ru.hub_id AND u.id = ru.unit_id
            WHERE hub IS NULL OR ru.hub_id = hub GROUP BY ru.hub_id, ru.resource_id
        ), shared AS MATERIALIZED (
            SELECT mine.hub_id, mine.resource_id, other.resource_id AS other_id, count(*) AS common
            FROM hubd.resource_unit AS mine JOIN hubd.resource_unit AS other ON other.hub_id = mine.hub_id AND other.unit_id = mine.unit_id
            WHERE (hub IS NULL OR mine.hub_id = hub) AND other.resource_id <> mine.resource_id
            GROUP BY mine.hub_id, mine.resource_id, other.resource_id
        ), kin AS MATERIALIZED (
            SELECT s.hub_id, s.resource_id,
                jsonb_agg(o.slug ORDER BY o.position, o.slug) FILTER (WHERE s.common = theirs.size AND theirs.size < ours.size) AS parts,
                jsonb_agg(o.slug ORDER BY o.position, o.slug) FILTER (WHERE s.common = ours.size AND ours.size < theirs.size) AS wholes
            FROM shared AS s
            JOIN held AS ours ON ours.hub_id = s.hub_id AND ours.resource_id = s.resource_id
            JOIN held AS theirs ON theirs.hub_id = s.hub_id AND theirs.resource_id = s.other_id
            JOIN hubd.resource AS o ON o.hub_id = s.hub_id AND o.id = s.other_id
            GROUP BY s.hub_id, s.resource_id
        )
        SELECT h.slug, st.slug, r.position, r, jsonb_build_object('slug', r.slug, 'hub', h.slug, 'site', st.slug, 'kind', r.kind,
            'name', CASE language WHEN 'en' THEN r.name_en ELSE r.name_de END, 'name_de', r.name_de, 'name_en', r.name_en,
            'about', CASE WHEN language = 'en' AND r.about_en <> '' THEN r.about_en ELSE r.about_de END,
            'about_de', r.about_de, 'about_en', r.about_en,
            'instructions', CASE WHEN language = 'en' AND r.instructions_en <> '' THEN r.instructions_en ELSE r.instructions_de END,
            'instructions_de', r.instructions_de, 'instructions_en', r.instructions_en,
            'safety', CASE WHEN language = 'en' AND r.safety_en <> '' THEN r.safety_en ELSE r.safety_de END, 'safety_de', r.safety_de, 'safety_en', r.safety_en,
            'photo', CASE WHEN photo.sha256 IS NOT NULL THEN jsonb_build_object('address', '/hubs/' || h.slug || '/resources/' || r.slug || '/photo/' || left(photo.sha256, 16),
                'type', photo.type, 'width', photo.width, 'height', photo.height, 'alt', CASE WHEN language = 'en' AND photo.alt_en <> '' THEN photo.alt_en ELSE photo.alt_de END,
                'alt_de', photo.alt_de, 'alt_en', photo.alt_en) END,
            'capacity', r.capacity, 'features', r.features,
            'is_pool', r.is_pool, 'size', coalesce(held.size, 0), 'is_bookable', r.is_bookable, 'is_retired', r.retired_at IS NOT NULL, 'is_example', r.is_example,
            'units', coalesce(held.units, '[]'), 'parts', coalesce(kin.parts, '[]'), 'part_of', coalesce(kin.wholes, '[]'),
            'revision', r.revision::text,
            'links', jsonb_build_object('self', '/api/v1/resources/' || h.slug || '/' || r.slug,
                'page', '/hubs/' || h.slug || '/resources/' || r.slug, 'hub', '/api/v1/hubs/' || h.slug,
                'freebusy', '/api/v1/freebusy?hub=' || h.slug || '&resource=' || r.slug,
                'feed', '/feeds/resource/' || h.slug || '/' || r.slug || '.ics'))
        FROM hubd.resource AS r
        JOIN hubd.hub AS h ON h.id = r.hub_id
        JOIN hubd.site AS st ON st.hub_id = r.hub_id AND st.id = r.site_id
        LEFT JOIN held ON held.hub_id = r.hub_id AND held.resource_id = r.id
        LEFT JOIN kin ON kin.hub_id = r.hub_id AND kin.resource_id = r.id
        LEFT JOIN hubd.resource_photo AS photo ON photo.hub_id = r.hub_id AND photo.resource_id = r.id
        WHERE NOT h.is_network AND (hub IS NULL OR r.hub_id = hub) AND (r.slug = wanted OR (wanted IS NULL AND r.retired_at IS NULL));
    END;

-- The answer of a list: {"items": […]}.
CREATE OR REPLACE FUNCTION hubd.items_reply(items jsonb) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN ROW(200, jsonb_build_object('items', coalesce(items, '[]'), 'next', NULL)::text, NULL, NULL)::api.reply;

CREATE OR REPLACE FUNCTION hubd.problem_no_hub(caller jsonb, slug text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_not_found(caller, format('Es gibt keinen Hub „%s“. Alle Hubs: /api/v1/hubs.', slug),
        format('There is no hub "%s". All hubs: /api/v1/hubs.', slug));

CREATE OR REPLACE FUNCTION hubd.problem_no_resource(caller jsonb, hub text, slug text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_not_found(caller,
        format('Der Hub „%s“ hat keine Ressource „%s“. Alle: /api/v1/resources?hub=%1$s.', hub, slug),
        format('The hub "%s" has no resource "%s". All of them: /api/v1/resources?hub=%1$s.', hub, slug));
