-- SPDX-License-Identifier: GPL-3.0-or-later
-- Events: who may see them, what they look like, what their change touches.

CREATE OR REPLACE FUNCTION hubd.texts(list jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(list) WHEN 'array' THEN list ELSE '[]' END));

-- The time of an event; one without an end is an instant, [t,t].
CREATE OR REPLACE FUNCTION hubd.span(from_at timestamptz, to_at timestamptz) RETURNS tstzrange LANGUAGE sql IMMUTABLE
    RETURN tstzrange(from_at, to_at, CASE WHEN from_at = to_at THEN '[]' ELSE '[)' END);

-- An event's hub, for requests that name the event alone. Crosses hubs: it answers nothing but where.
CREATE OR REPLACE FUNCTION hubd.hub_of_event(event_id bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN (SELECT hub_id FROM hubd.event WHERE id = event_id);
ALTER FUNCTION hubd.hub_of_event(bigint) OWNER TO hubd_network;

-- Drafts are the managers'; the rest by audience. person may be NULL.
CREATE OR REPLACE FUNCTION hubd.may_see_event(person bigint, e hubd.event) RETURNS boolean LANGUAGE sql STABLE
    RETURN (e.audience = 'public' AND e.state <> 'draft')
        OR (person IS NOT NULL AND (e.person_id = person
            OR hubd.has_role(person, e.hub_id, 'manager')
            OR (e.audience = 'members' AND e.state <> 'draft' AND hubd.has_role(person, e.hub_id, 'member', 'trainer'))));

-- An event as it is on one of its dates: what an override says otherwise counts, and a date may be cancelled alone.
CREATE OR REPLACE FUNCTION hubd.event_on(e hubd.event, o hubd.occurrence) RETURNS hubd.event LANGUAGE sql STABLE
    RETURN CASE WHEN coalesce(o.changes, '{}') = '{}' AND (o.state <> 'cancelled' OR e.state = 'cancelled') THEN e
        ELSE jsonb_populate_record(e, coalesce(o.changes, '{}') || CASE WHEN o.state = 'cancelled' OR e.state = 'cancelled'
            THEN '{"state": "cancelled"}' ELSE '{}' END::jsonb) END;

-- The rooms that an event wants on one of its dates: its own, or those of the override.
CREATE OR REPLACE FUNCTION hubd.rooms_on(hub bigint, event bigint, changes jsonb) RETURNS SETOF bigint LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT r::bigint FROM jsonb_array_elements_text(changes -> 'resource_ids') AS r
        UNION ALL SELECT er.resource_id FROM hubd.event_resource AS er
        WHERE NOT coalesce(changes ? 'resource_ids', false) AND er.hub_id = hub AND er.event_id = event;
    END;

-- What repeats, as a document; null of a single event.
CREATE OR REPLACE FUNCTION hubd.series_of(e hubd.event) RETURNS jsonb LANGUAGE sql STABLE
    RETURN CASE WHEN e.local_start IS NOT NULL THEN jsonb_build_object('rrule', e.rrule, 'rdates', e.rdates,
        'exdates', ARRAY(SELECT hubd.wall(d) FROM unnest(e.exdates) AS d), 'local_start', hubd.wall(e.local_start),
        'local_end', hubd.wall(e.local_end), 'extended_to', hubd.instant(e.extended_to)) END;

-- The page of an event, or of one of its dates.
CREATE OR REPLACE FUNCTION hubd.event_address(event bigint, recurrence timestamp) RETURNS text LANGUAGE sql STABLE
    RETURN '/events/' || event || coalesce('?date=' || hubd.wall(recurrence), '');

CREATE OR REPLACE FUNCTION hubd.event_document(e hubd.event, o hubd.occurrence) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    series jsonb := hubd.series_of(e);
BEGIN
    e := hubd.event_on(e, o);
    RETURN jsonb_build_object('id', e.id, 'hub', (SELECT slug FROM hubd.hub WHERE id = e.hub_id), 'uid', e.uid, 'sequence', e.sequence,
        'state', e.state, 'title', e.title, 'title_en', e.title_en, 'text', e.text, 'text_en', e.text_en,
        'topics', e.topics, 'categories', e.categories, 'audience', e.audience, 'speakers', e.speakers, 'organiser', e.organiser,
        'place', e.place, 'site', (SELECT slug FROM hubd.site WHERE hub_id = e.hub_id AND id = e.site_id),
        'url', e.url, 'online_url', e.online_url, 'image_url', e.image_url, 'price', e.price,
        'is_all_day', e.is_all_day, 'zone', e.zone, 'start', hubd.instant(lower(o.during)), 'end', hubd.instant(upper(o.during)),
        'local_start', hubd.wall(o.local_start), 'local_end', hubd.wall(o.local_end),
        'is_unplaced', o.is_unplaced, 'resources', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', r.slug,
                'name', r.name_de, 'name_en', r.name_en, 'kind', r.kind) ORDER BY r.position, r.slug), '[]')
            FROM hubd.rooms_on(e.hub_id, e.id, o.changes) AS room JOIN hubd.resource AS r ON r.hub_id = e.hub_id AND r.id = room),
        'recurrence_id', hubd.wall(o.recurrence_id), 'series', series,
        'revision', e.revision::text, 'revised', hubd.instant(e.revised_at), 'cancelled', hubd.instant(e.cancelled_at),
        'is_example', e.is_example,
        'links', jsonb_build_object('self', '/api/v1/events/' || e.id, 'page', hubd.event_address(e.id, o.recurrence_id),
            'feed', '/feeds/event/' || e.id || '.ics'));
END $$;

-- What feeds, streams and caches must hear when these events change: call it before and after.
CREATE OR REPLACE FUNCTION hubd.event_scopes(hub bigint, events bigint[]) RETURNS text[] LANGUAGE sql STABLE
    RETURN ARRAY(
        SELECT scope FROM (VALUES ('all'), ('hub:' || hub)) AS both_of_them (scope) WHERE cardinality(events) > 0
        UNION SELECT 'event:' || id FROM unnest(events) AS id
        UNION SELECT 'topic:' || topic FROM hubd.event AS e, unnest(e.topics) AS topic WHERE e.hub_id = hub AND e.id = ANY (events)
        UNION SELECT 'resource:' || er.resource_id FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.event_id = ANY (events)
        UNION SELECT 'resource:' || r FROM hubd.occurrence AS o, jsonb_array_elements_text(o.changes -> 'resource_ids') AS r
            WHERE o.hub_id = hub AND o.event_id = ANY (events) AND o.recurrence_id IS NOT NULL AND o.changes IS NOT NULL);

CREATE OR REPLACE FUNCTION hubd.problem_no_event(caller jsonb, id text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_not_found(caller, format('Es gibt hier keine Veranstaltung mit der Nummer %s.', id),
        format('There is no event with the number %s here.', id));

-- A page of events that touch [from_at, to_at), in the order of their start, behind the occurrence that the last page ended with.
CREATE OR REPLACE FUNCTION hubd.event_page(person bigint, hub bigint, topic text, from_at timestamptz, to_at timestamptz,
        after_start timestamptz, after_id bigint, most integer) RETURNS jsonb LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT coalesce(jsonb_agg(hubd.event_document(page.e, page.o) || jsonb_build_object('occurrence', (page.o).id)
            ORDER BY lower((page.o).during), (page.o).id), '[]')
        FROM (
            SELECT e, o FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
            WHERE (hub IS NULL OR o.hub_id = hub) AND (topic IS NULL OR e.topics @> ARRAY[topic])
                AND lower(o.during) < to_at AND (upper(o.during) > from_at OR lower(o.during) >= from_at)
                AND (lower(o.during), o.id) > (after_start, after_id)
                AND hubd.may_see_event(person, hubd.event_on(e, o))
            ORDER BY lower(o.during), o.id LIMIT most
        ) AS page;
    END;

-- The same of one event.
CREATE OR REPLACE FUNCTION hubd.occurrence_page(person bigint, event bigint, from_at timestamptz, to_at timestamptz, after_start timestamptz,
        after_id bigint, most integer) RETURNS jsonb LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT coalesce(jsonb_agg(hubd.event_document(page.e, page.o) || jsonb_build_object('occurrence', (page.o).id)
            ORDER BY lower((page.o).during), (page.o).id), '[]')
        FROM (
            SELECT e, o FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
            WHERE e.id = event AND lower(o.during) < to_at AND (upper(o.during) > from_at OR lower(o.during) >= from_at)
                AND (lower(o.during), o.id) > (after_start, after_id) AND hubd.may_see_event(person, hubd.event_on(e, o))
            ORDER BY lower(o.during), o.id LIMIT most
        ) AS page;
    END;

CREATE OR REPLACE FUNCTION hubd.problem_not_manager(caller jsonb) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_not_allowed(caller, 'Veranstaltungen ändern nur die Managerinnen und Manager des Hubs.',
        'Only the hub''s managers change events.');

-- Enters the hub of {id}; a refusal unless the caller manages it, NULL otherwise. Who may not see an event does not learn that it exists.
CREATE OR REPLACE FUNCTION hubd.manager_of_event(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of_event((input ->> 'id')::bigint);
    e hubd.event;
BEGIN
    PERFORM hubd.enter_hub(coalesce(hub, 0));
    SELECT * INTO e FROM hubd.event WHERE hub_id = hub AND id = (input ->> 'id')::bigint;
    IF e.id IS NULL OR NOT hubd.may_see_event(person, e) THEN
        RETURN hubd.problem_no_event(caller, input ->> 'id');
    END IF;
    RETURN CASE WHEN hubd.has_role(person, hub, 'manager') THEN NULL ELSE hubd.problem_not_manager(caller) END;
END $$;
