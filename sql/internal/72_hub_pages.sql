-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the pages of a hub, an event and a door show. Subqueries are in plpgsql, where their plans are kept.

-- Whether a site is open now, until when, and when it opens next; null where it says no hours.
CREATE OR REPLACE FUNCTION hubd.site_now(s hubd.site) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    at timestamptz := hubd.present();
    open tstzmultirange := hubd.open_hours(s.opening_hours, s.zone, tstzrange(hubd.present(), hubd.present() + interval '8 days'));
    first tstzrange := (SELECT o FROM unnest(open) AS o ORDER BY o LIMIT 1);
BEGIN
    RETURN CASE WHEN s.opening_hours = '[]' OR first IS NULL THEN NULL
        ELSE jsonb_build_object('is_open', first @> at, 'is_always', first @> at AND upper(first) >= at + interval '7 days',
            'opens', hubd.instant(lower(first)), 'closes', hubd.instant(upper(first))) END;
END $$;

-- The hub with its sites as the head of its pages; NULL where there is none.
CREATE OR REPLACE FUNCTION hubd.page_hub(language text, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT hubd.hub_document(language, h) || jsonb_build_object('sites',
            (SELECT coalesce(jsonb_agg(hubd.site_document(s, h.slug) || jsonb_build_object('now', hubd.site_now(s)) ORDER BY s.id), '[]')
             FROM hubd.site AS s WHERE s.hub_id = h.id))
        FROM hubd.hub AS h WHERE h.id = hub);
END $$;

CREATE OR REPLACE FUNCTION hubd.page_topics(language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', hubd.say(language, t.name_de, t.name_en))
            ORDER BY hubd.say(language, t.name_de, t.name_en)), '[]') FROM hubd.topic AS t);
END $$;

-- A hub's page: itself, what is on until to_at, its resources, the topics.
CREATE OR REPLACE FUNCTION hubd.hub_page(caller jsonb, hub bigint, to_at timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_build_object('hub', hubd.page_hub(hubd.language(caller), hub), 'topics', hubd.page_topics(hubd.language(caller)),
        'events', hubd.event_page(hubd.caller_person(caller), hub, NULL, hubd.present(), to_at, '-infinity', 0, 60),
        'resources', (SELECT coalesce(jsonb_agg(d.body - 'units' ORDER BY d.place, d.body ->> 'slug'), '[]')
            FROM hubd.resource_documents(hubd.language(caller), hub, NULL) AS d)));
END $$;

-- The calendar of a hub in [from_at, to_at). A framed one is everybody's, whoever looks.
CREATE OR REPLACE FUNCTION hubd.calendar_page(caller jsonb, hub bigint, input jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    person bigint := CASE WHEN NOT coalesce((input ->> 'is_framed')::boolean, false) THEN hubd.caller_person(caller) END;
    from_at timestamptz := input ->> 'from';
    to_at timestamptz := input ->> 'to';
BEGIN
    RETURN (SELECT jsonb_build_object('hub', hubd.page_hub(hubd.language(caller), hub), 'topics', hubd.page_topics(hubd.language(caller)),
        'used_topics', (SELECT coalesce(jsonb_agg(DISTINCT topic), '[]') FROM hubd.event AS e, unnest(e.topics) AS topic
            WHERE e.hub_id = hub AND hubd.may_see_event(person, e)),
        'events', hubd.event_page(person, hub, input ->> 'topic', from_at, to_at, '-infinity', 0, 2000)));
END $$;

-- The date of an event that a page about it shows: the next one that takes place, or else the last.
CREATE OR REPLACE FUNCTION hubd.shown_occurrence(hub bigint, event bigint) RETURNS hubd.occurrence LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT o FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = event
        ORDER BY upper(o.during) < hubd.present(), o.state = 'cancelled', abs(extract(epoch FROM lower(o.during) - hubd.present())) LIMIT 1);
END $$;

-- The date of a series that somebody names; the shown one where it names none.
CREATE OR REPLACE FUNCTION hubd.named_occurrence(hub bigint, event bigint, recurrence timestamp) RETURNS hubd.occurrence LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN coalesce((SELECT o FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = event AND o.recurrence_id = recurrence),
        hubd.shown_occurrence(hub, event));
END $$;

-- The dates of a series that a page lists: from now on, and how many more there are; of one that is over the last ones.
CREATE OR REPLACE FUNCTION hubd.event_dates(person bigint, e hubd.event, most integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN CASE WHEN e.local_start IS NOT NULL THEN (SELECT jsonb_build_object('list', coalesce(jsonb_agg(jsonb_build_object('date', hubd.wall(d.recurrence_id),
            'start', hubd.instant(lower(d.during)), 'end', hubd.instant(upper(d.during)), 'local_start', hubd.wall(d.local_start),
            'local_end', hubd.wall(d.local_end), 'state', (hubd.event_on(e, d)).state, 'title', (hubd.event_on(e, d)).title,
            'is_changed', d.changes IS NOT NULL, 'is_unplaced', d.is_unplaced) ORDER BY lower(d.during), d.id), '[]'),
            'count', (SELECT count(*) FROM hubd.occurrence AS o WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND upper(o.during) >= hubd.present()),
            'goes_on', e.extended_to IS NOT NULL)
        FROM (SELECT * FROM hubd.occurrence AS o WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND hubd.may_see_event(person, hubd.event_on(e, o))
            ORDER BY upper(o.during) < hubd.present(), abs(extract(epoch FROM lower(o.during) - hubd.present())) LIMIT most) AS d) END;
END $$;

-- Events to come with the most topics of this one's, of any hub, each once.
CREATE OR REPLACE FUNCTION hubd.similar_events(person bigint, wanted hubd.event, most integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.event_document(s.e, s.o) ORDER BY s.common DESC, s.start, s.id), '[]') FROM (
        SELECT e, shown.o, e.id, lower((shown.o).during) AS start,
            (SELECT count(*) FROM unnest(e.topics) AS topic WHERE topic = ANY (wanted.topics)) AS common
        FROM hubd.event AS e, LATERAL (SELECT hubd.shown_occurrence(e.hub_id, e.id) AS o) AS shown
        WHERE e.topics && wanted.topics AND e.id <> wanted.id AND e.state <> 'cancelled' AND upper((shown.o).during) > hubd.present()
            AND (shown.o).state <> 'cancelled' AND hubd.may_see_event(person, hubd.event_on(e, shown.o))
        ORDER BY common DESC, start, e.id LIMIT most) AS s);
END $$;

-- Where an event is: its site's, or its first room's.
CREATE OR REPLACE FUNCTION hubd.site_of_event(e hubd.event) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT hubd.site_document(s, h.slug) FROM hubd.site AS s JOIN hubd.hub AS h ON h.id = s.hub_id
        WHERE s.hub_id = e.hub_id AND s.id = coalesce(
            (SELECT r.site_id FROM hubd.event_resource AS er JOIN hubd.resource AS r ON r.hub_id = er.hub_id AND r.id = er.resource_id
             WHERE er.hub_id = e.hub_id AND er.event_id = e.id ORDER BY r.position, r.slug LIMIT 1), e.site_id));
END $$;

-- What a door says of one booking: public events by their title, of everything else only that it is there, whoever is signed in.
CREATE OR REPLACE FUNCTION hubd.door_booking(b hubd.booking) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN jsonb_build_object('kind', b.kind, 'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)),
        'title', CASE WHEN hubd.may_see(NULL, false, b) THEN b.title END);
END $$;

-- What takes a resource from now until the end of its day, in order; of a pool that is not shown.
CREATE OR REPLACE FUNCTION hubd.door_bookings(r hubd.resource, span tstzrange) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.door_booking(b) ORDER BY lower(b.during), b.id), '[]') FROM hubd.booking AS b
        WHERE NOT r.is_pool AND b.id IN (SELECT c.booking_id FROM hubd.resource_unit AS ru
            JOIN hubd.claim AS c ON c.hub_id = ru.hub_id + 0 AND c.unit_id = ru.unit_id AND c.during && span AND c.lane = '[9,10)'
                AND (c.expires_at IS NULL OR c.expires_at > hubd.present())
            WHERE ru.hub_id = r.hub_id AND ru.resource_id = r.id));
END $$;

-- How many of a pool's units are free now, and of how many.
CREATE OR REPLACE FUNCTION hubd.door_pool(r hubd.resource, at timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_build_object('units', size.units, 'free', size.units - coalesce((SELECT l.busy
            FROM hubd.pool_levels(r.hub_id, ARRAY[r.id], tstzrange(at, at + interval '1 minute')) AS l ORDER BY lower(l.during) LIMIT 1), 0))
        FROM (SELECT count(*) AS units FROM hubd.unit AS u WHERE u.hub_id = r.hub_id AND u.pool_id = r.id) AS size WHERE r.is_pool);
END $$;

-- When a booking that is made at the door begins: the next whole minute, since nobody books in the past.
CREATE OR REPLACE FUNCTION hubd.door_start() RETURNS timestamptz LANGUAGE sql STABLE
    RETURN date_trunc('minute', hubd.present() + interval '1 minute' - interval '1 microsecond');

-- The zone of a door: of its resource's site, or else the hub's.
CREATE OR REPLACE FUNCTION hubd.door_zone(input jsonb) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce((SELECT s.zone FROM hubd.resource AS r JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
            WHERE r.hub_id = h.id AND r.slug = input ->> 'resource'), h.zone)
        FROM hubd.hub AS h WHERE h.slug = input ->> 'hub');
END $$;
ALTER FUNCTION hubd.door_zone(jsonb) OWNER TO hubd_network;

-- Which of these lengths, begun now, would fit; none for who may not book here.
CREATE OR REPLACE FUNCTION hubd.door_lengths(r hubd.resource, at timestamptz, lengths integer[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(minutes ORDER BY minutes), '[]') FROM unnest(lengths) AS minutes
        WHERE EXISTS (SELECT FROM hubd.free_starts(ARRAY[r.hub_id], ARRAY[r.id], ARRAY[1], make_interval(mins => minutes),
            tstzrange(at, at + make_interval(mins => minutes + 1)), NULL) AS f WHERE f.starts @> at));
END $$;

-- What /stream names when a booking changes what this door shows: the resource and all that share a unit with it.
CREATE OR REPLACE FUNCTION hubd.door_scopes(r hubd.resource) RETURNS text LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(string_agg(DISTINCT 'resource:' || other.resource_id, ' '), 'resource:' || r.id) FROM hubd.resource_unit AS mine
        JOIN hubd.resource_unit AS other ON other.hub_id = mine.hub_id AND other.unit_id = mine.unit_id
        WHERE mine.hub_id = r.hub_id AND mine.resource_id = r.id);
END $$;

CREATE OR REPLACE FUNCTION hubd.door_page(caller jsonb, hub bigint, r hubd.resource) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    person bigint := hubd.caller_person(caller);
    at timestamptz := date_trunc('minute', hubd.present());
    may_book boolean := r.is_bookable AND person IS NOT NULL AND hubd.may_book_here(person, hub);
BEGIN
    RETURN (SELECT jsonb_build_object('hub', hubd.page_hub(hubd.language(caller), hub),
        'resource', (SELECT d.body - 'units' FROM hubd.resource_documents(hubd.language(caller), hub, r.slug) AS d),
        'scopes', hubd.door_scopes(r), 'zone', s.zone, 'present', hubd.instant(hubd.present()), 'may_book', may_book, 'is_signed_in', person IS NOT NULL,
        'bookings', hubd.door_bookings(r, tstzrange(at, (date_trunc('day', at AT TIME ZONE s.zone) + interval '1 day') AT TIME ZONE s.zone)),
        'pool', hubd.door_pool(r, at), 'lengths', CASE WHEN may_book THEN hubd.door_lengths(r, hubd.door_start(), '{15,30,60}') ELSE '[]' END)
        FROM hubd.site AS s WHERE s.hub_id = r.hub_id AND s.id = r.site_id);
END $$;
