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

CREATE OR REPLACE FUNCTION hubd.event_document(e hubd.event, o hubd.occurrence) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', e.id, 'hub', (SELECT slug FROM hubd.hub WHERE id = e.hub_id), 'uid', e.uid, 'sequence', e.sequence,
        'state', e.state, 'title', e.title, 'title_en', e.title_en, 'text', e.text, 'text_en', e.text_en,
        'topics', e.topics, 'categories', e.categories, 'audience', e.audience, 'speakers', e.speakers, 'organiser', e.organiser,
        'place', e.place, 'site', (SELECT slug FROM hubd.site WHERE hub_id = e.hub_id AND id = e.site_id),
        'url', e.url, 'online_url', e.online_url, 'image_url', e.image_url, 'price', e.price,
        'is_all_day', e.is_all_day, 'zone', e.zone, 'start', hubd.instant(lower(o.during)), 'end', hubd.instant(upper(o.during)),
        'local_start', hubd.wall(o.local_start), 'local_end', hubd.wall(o.local_end),
        'is_unplaced', o.is_unplaced, 'resources', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', r.slug,
                'name', r.name_de, 'name_en', r.name_en, 'kind', r.kind) ORDER BY r.position, r.slug), '[]')
            FROM hubd.event_resource AS er JOIN hubd.resource AS r ON r.hub_id = er.hub_id AND r.id = er.resource_id
            WHERE er.hub_id = e.hub_id AND er.event_id = e.id),
        'revision', e.revision::text, 'revised', hubd.instant(e.revised_at), 'cancelled', hubd.instant(e.cancelled_at),
        'is_example', e.is_example,
        'links', jsonb_build_object('self', '/api/v1/events/' || e.id, 'page', '/events/' || e.id, 'feed', '/feeds/event/' || e.id || '.ics'));

-- What feeds, streams and caches must hear when these events change: call it before and after.
CREATE OR REPLACE FUNCTION hubd.event_scopes(hub bigint, events bigint[]) RETURNS text[] LANGUAGE sql STABLE
    RETURN ARRAY(
        SELECT scope FROM (VALUES ('all'), ('hub:' || hub)) AS both_of_them (scope) WHERE cardinality(events) > 0
        UNION SELECT 'event:' || id FROM unnest(events) AS id
        UNION SELECT 'topic:' || topic FROM hubd.event AS e, unnest(e.topics) AS topic WHERE e.hub_id = hub AND e.id = ANY (events)
        UNION SELECT 'resource:' || er.resource_id FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.event_id = ANY (events));

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
                AND hubd.may_see_event(person, e)
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
