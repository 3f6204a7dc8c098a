-- SPDX-License-Identifier: GPL-3.0-or-later
-- Loading places from a file (config/hubs.json): what is missing is made, what is there stays as it is. What the
-- file calls an example (its member "example", which each document here has) is marked as one, and can be taken away again.

CREATE OR REPLACE FUNCTION hubd.is_example(doc jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN coalesce((doc ->> 'example')::boolean, false);

CREATE OR REPLACE FUNCTION hubd.load_site(hub bigint, hub_zone text, doc jsonb) RETURNS integer LANGUAGE sql
    BEGIN ATOMIC
        WITH made AS (
            INSERT INTO hubd.site (hub_id, slug, name, street, postcode, city, land, latitude, longitude, zone, opening_hours, is_example)
            VALUES (hub, doc ->> 'slug', doc ->> 'name', coalesce(doc ->> 'street', ''), coalesce(doc ->> 'postcode', ''),
                coalesce(doc ->> 'city', ''), coalesce(doc ->> 'land', ''), (doc ->> 'latitude')::double precision,
                (doc ->> 'longitude')::double precision, coalesce(doc ->> 'zone', hub_zone), coalesce(doc -> 'opening_hours', '[]'), hubd.is_example(doc))
            ON CONFLICT (hub_id, slug) DO NOTHING RETURNING 1)
        SELECT count(*)::integer FROM made;
    END;

-- The units of a resource that is not divisible: one, or N equal ones of a pool.
CREATE OR REPLACE FUNCTION hubd.load_units(hub bigint, resource bigint, doc jsonb) RETURNS void LANGUAGE sql
    BEGIN ATOMIC
        WITH made AS (
            INSERT INTO hubd.unit (hub_id, name, pool_id, setup, turnover)
            SELECT hub, CASE WHEN doc ? 'pool' THEN (doc ->> 'name_de') || ' ' || n ELSE doc ->> 'name_de' END,
                CASE WHEN doc ? 'pool' THEN resource END, coalesce(doc ->> 'setup', 'PT0S')::interval, coalesce(doc ->> 'turnover', 'PT0S')::interval
            FROM generate_series(1, coalesce((doc ->> 'pool')::integer, 1)) AS n
            RETURNING id)
        INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id) SELECT hub, resource, id FROM made;
    END;

CREATE OR REPLACE FUNCTION hubd.load_resource(hub bigint, doc jsonb, place integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    at_site bigint := (SELECT s.id FROM hubd.site AS s WHERE s.hub_id = hub AND s.slug = doc ->> 'site');
BEGIN
    IF at_site IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'HB101', MESSAGE = format('resource "%s": the hub has no site "%s"', doc ->> 'slug', doc ->> 'site');
    END IF;
    INSERT INTO hubd.resource AS r (hub_id, site_id, slug, kind, name_de, name_en, about_de, about_en, capacity, features, is_pool, is_example, position)
    VALUES (hub, at_site, doc ->> 'slug', doc ->> 'kind', doc ->> 'name_de', coalesce(doc ->> 'name_en', doc ->> 'name_de'),
        coalesce(doc ->> 'about_de', ''), coalesce(doc ->> 'about_en', ''), coalesce((doc ->> 'capacity')::integer, 1),
        hubd.texts(doc -> 'features'), doc ? 'pool', hubd.is_example(doc), place)
    ON CONFLICT (hub_id, slug) DO NOTHING RETURNING r.id INTO made;
    IF made IS NOT NULL AND NOT doc ? 'parts' THEN
        PERFORM hubd.load_units(hub, made, doc);
    END IF;
    RETURN (made IS NOT NULL)::integer;
END $$;

-- A divisible resource has the units of its parts, which may be divisible themselves: repeated until nothing is added.
CREATE OR REPLACE FUNCTION hubd.load_parts(hub bigint, resources jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
    wrong text;
    -- Those that have no units yet were made just now.
    fresh bigint[] := ARRAY(SELECT r.id FROM jsonb_array_elements(resources) AS doc JOIN hubd.resource AS r ON r.hub_id = hub AND r.slug = doc ->> 'slug'
        WHERE doc ? 'parts' AND NOT EXISTS (SELECT FROM hubd.resource_unit AS ru WHERE ru.hub_id = hub AND ru.resource_id = r.id));
BEGIN
    SELECT format('resource "%s": no resource "%s" to be its part', doc ->> 'slug', part) INTO wrong
    FROM jsonb_array_elements(resources) AS doc, jsonb_array_elements_text(doc -> 'parts') AS part
    WHERE NOT EXISTS (SELECT FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = part) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'HB101', MESSAGE = wrong;
    END IF;
    LOOP
        INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id)
        SELECT DISTINCT hub, whole.id, ru.unit_id
        FROM jsonb_array_elements(resources) AS doc
        JOIN hubd.resource AS whole ON whole.hub_id = hub AND whole.slug = doc ->> 'slug' AND whole.id = ANY (fresh),
        jsonb_array_elements_text(doc -> 'parts') AS name
        JOIN hubd.resource AS part ON part.hub_id = hub AND part.slug = name
        JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = part.id
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS added = ROW_COUNT;
        EXIT WHEN added = 0;
    END LOOP;
END $$;

-- The week's bookings of a hub that are not there yet; returns their ids, unplaced so far.
CREATE OR REPLACE FUNCTION hubd.load_bookings(hub bigint, hub_slug text, week jsonb) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    made bigint[];
BEGIN
    WITH wish AS MATERIALIZED (
        SELECT doc, format('example-%s-%s@hubd', hub_slug, n) AS uid FROM jsonb_array_elements(week) WITH ORDINALITY AS w (doc, n)
        WHERE doc ->> 'kind' = 'booking'
    ), booked AS (
        INSERT INTO hubd.booking AS b (hub_id, kind, state, title, person_id, organisation_id, team_id, during, local_start, local_end, zone, uid, is_example)
        SELECT hub, 'booking', 'confirmed', coalesce(doc ->> 'title', ''), p.id, p.organisation_id, hubd.team_of(p.id, doc ->> 'team'),
            hubd.span((doc ->> 'start')::timestamptz, (doc ->> 'end')::timestamptz), (doc ->> 'local_start')::timestamp,
            (doc ->> 'local_end')::timestamp, doc ->> 'zone', uid, hubd.is_example(doc)
        FROM wish LEFT JOIN hubd.person AS p ON p.id = hubd.person_of(doc ->> 'person')
        ON CONFLICT (hub_id, uid) WHERE series_id IS NULL DO NOTHING RETURNING b.id, b.uid
    ), items AS (
        INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id)
        SELECT hub, booked.id, row_number() OVER (PARTITION BY booked.id ORDER BY r.position, r.id), r.id
        FROM booked JOIN wish USING (uid), jsonb_array_elements_text(doc -> 'resources') AS slug
        JOIN hubd.resource AS r ON r.hub_id = hub AND r.slug = slug.value
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO made FROM booked;
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION hubd.load_events(hub bigint, hub_slug text, week jsonb) RETURNS bigint[] LANGUAGE sql
    RETURN ARRAY(SELECT hubd.event_new(hub, NULL, format('example-%s-%s@hubd', hub_slug, n), hubd.is_example(doc), doc - 'kind' - 'week' - 'day' - 'person' - 'example')
        FROM jsonb_array_elements(week) WITH ORDINALITY AS w (doc, n)
        WHERE doc ->> 'kind' = 'event'
            AND NOT EXISTS (SELECT FROM hubd.event AS e WHERE e.hub_id = hub AND e.uid = format('example-%s-%s@hubd', hub_slug, n))
        ORDER BY n);

-- One hub with all that belongs to it; returns what was made, in numbers, and what of the week did not fit.
CREATE OR REPLACE FUNCTION hubd.load_hub(doc jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    hub bigint;
    h record;
    counts jsonb;
    mark jsonb := jsonb_build_object('example', hubd.is_example(doc));
    resources jsonb := coalesce(doc -> 'resources', '[]');
BEGIN
    INSERT INTO hubd.hub (slug, name, about_de, about_en, topics, zone, color, url, is_example)
    VALUES (doc ->> 'slug', doc ->> 'name', coalesce(doc ->> 'about_de', ''), coalesce(doc ->> 'about_en', ''), hubd.texts(doc -> 'topics'),
        coalesce(doc ->> 'zone', 'Europe/Berlin'), doc ->> 'color', doc ->> 'url', hubd.is_example(doc))
    ON CONFLICT (slug) DO NOTHING RETURNING id INTO hub;
    counts := jsonb_build_object('hubs', (hub IS NOT NULL)::integer);
    SELECT * INTO h FROM hubd.hub WHERE slug = doc ->> 'slug';
    counts := counts || jsonb_build_object(
        'sites', (SELECT coalesce(sum(hubd.load_site(h.id, h.zone, s || mark)), 0) FROM jsonb_array_elements(doc -> 'sites') AS s));
    counts := counts || jsonb_build_object('resources', (SELECT coalesce(sum(hubd.load_resource(h.id, r || mark, n::integer)), 0)
        FROM jsonb_array_elements(resources) WITH ORDINALITY AS list (r, n)));
    PERFORM hubd.load_parts(h.id, resources);
    IF counts <> '{"hubs": 0, "sites": 0, "resources": 0}' THEN
        PERFORM hubd.changed(ARRAY['all', 'hub:' || h.id]);
    END IF;
    RETURN counts;
END $$;

-- The week of one hub, after the people are there.
CREATE OR REPLACE FUNCTION hubd.load_week(doc jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of(doc ->> 'slug');
    week jsonb := (SELECT coalesce(jsonb_agg(w || jsonb_build_object('example', hubd.is_example(doc)) ORDER BY n), '[]')
        FROM jsonb_array_elements(doc -> 'week') WITH ORDINALITY AS list (w, n));
    events bigint[] := hubd.load_events(hub, doc ->> 'slug', week);
    bookings bigint[] := hubd.load_bookings(hub, doc ->> 'slug', week);
    unplaced jsonb;
BEGIN
    IF cardinality(events) = 0 AND cardinality(bookings) = 0 THEN
        RETURN '{"events": 0, "bookings": 0, "unplaced": []}';
    END IF;
    PERFORM hubd.book_events(hub, events);
    UPDATE hubd.booking AS b SET state = 'cancelled', cancelled_at = hubd.present()
    FROM hubd.place(hub, bookings) AS p WHERE b.hub_id = hub AND b.id = p.booking_id AND NOT p.is_placed;
    SELECT coalesce(jsonb_agg(format('%s: "%s", %s', doc ->> 'slug', b.title, hubd.wall(b.local_start))), '[]') INTO unplaced
    FROM hubd.booking AS b WHERE b.hub_id = hub AND ((b.state = 'cancelled' AND b.id = ANY (bookings)) OR (b.state = 'unplaced' AND EXISTS (
        SELECT FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.booking_id = b.id AND o.event_id = ANY (events))));
    PERFORM hubd.changed(hubd.event_scopes(hub, events) || ARRAY(SELECT 'resource:' || i.resource_id FROM hubd.booking_item AS i
        WHERE i.hub_id = hub AND i.booking_id = ANY (bookings)));
    RETURN jsonb_build_object('events', cardinality(events), 'bookings', cardinality(bookings), 'unplaced', unplaced);
END $$;

-- What a person who was just made belongs to: the first one of an organisation is its admin; asks: {hub, note}, a request that waits.
CREATE OR REPLACE FUNCTION hubd.load_relations(who bigint, doc jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hubd.organisation_member (organisation_id, person_id, is_admin)
    SELECT p.organisation_id, p.id, NOT EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = p.organisation_id)
    FROM hubd.person AS p WHERE p.id = who AND p.organisation_id IS NOT NULL;
    INSERT INTO hubd.join_request (hub_id, state, person_id, note)
    SELECT hubd.hub_of(a ->> 'hub'), 'waiting', who, coalesce(a ->> 'note', '') FROM (VALUES (doc -> 'asks')) AS of (a) WHERE a ->> 'hub' IS NOT NULL;
END $$;

-- {slug, name, about, members: [mails]}: the first is its admin.
CREATE OR REPLACE FUNCTION hubd.load_team(doc jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO hubd.team (slug, name, about, is_example) VALUES (doc ->> 'slug', doc ->> 'name', coalesce(doc ->> 'about', ''), hubd.is_example(doc))
    ON CONFLICT (slug) DO NOTHING RETURNING id INTO made;
    INSERT INTO hubd.team_member (team_id, person_id, is_admin)
    SELECT made, hubd.person_of(mail), n = 1 FROM jsonb_array_elements_text(doc -> 'members') WITH ORDINALITY AS list (mail, n) WHERE made IS NOT NULL;
    RETURN (made IS NOT NULL)::integer;
END $$;

CREATE OR REPLACE FUNCTION hubd.load_person(doc jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made integer;
    who bigint;
BEGIN
    INSERT INTO hubd.organisation (slug, name, kind, size_class, topics, is_example)
    SELECT o ->> 'slug', o ->> 'name', o ->> 'kind', o ->> 'size_class', hubd.texts(o -> 'topics'), hubd.is_example(doc)
    FROM (VALUES (doc -> 'organisation')) AS of (o) WHERE o ->> 'slug' IS NOT NULL
    ON CONFLICT (slug) DO NOTHING;
    INSERT INTO hubd.person (mail, name, language, organisation_id, is_agency, is_example)
    VALUES (doc ->> 'mail', doc ->> 'name', coalesce(doc ->> 'language', 'de'),
        (SELECT id FROM hubd.organisation WHERE slug = doc -> 'organisation' ->> 'slug'), coalesce((doc ->> 'agency')::boolean, false), hubd.is_example(doc))
    ON CONFLICT (lower(mail)) DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    who := hubd.person_of(doc ->> 'mail');
    PERFORM hubd.load_relations(who, doc) WHERE made > 0;
    INSERT INTO hubd.membership (hub_id, person_id, role)
    SELECT hubd.hub_of(m ->> 'hub'), who, m ->> 'role' FROM jsonb_array_elements(doc -> 'memberships') AS m WHERE made > 0
    ON CONFLICT DO NOTHING;
    RETURN made;
END $$;
