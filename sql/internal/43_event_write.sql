-- SPDX-License-Identifier: GPL-3.0-or-later
-- Writing one event from a request: the row, its occurrences, its wishes for rooms; then its rooms, all or nothing.

-- A member of the input where it is given, else what is stored.
CREATE OR REPLACE FUNCTION hubd.given(input jsonb, name text, stored text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN input ? name THEN coalesce(input ->> name, '') ELSE stored END;
CREATE OR REPLACE FUNCTION hubd.given(input jsonb, name text, stored text[]) RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN input ? name THEN hubd.texts(input -> name) ELSE stored END;

CREATE OR REPLACE FUNCTION hubd.event_fill(hub bigint, event bigint, input jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.event AS e SET
        title = hubd.given(input, 'title', title), title_en = hubd.given(input, 'title_en', title_en),
        text = hubd.given(input, 'text', text), text_en = hubd.given(input, 'text_en', text_en),
        topics = hubd.given(input, 'topics', topics), speakers = hubd.given(input, 'speakers', speakers),
        audience = hubd.given(input, 'audience', audience), organiser = hubd.given(input, 'organiser', organiser),
        price = hubd.given(input, 'price', price), zone = hubd.given(input, 'zone', zone),
        -- New rooms make the old words for the place wrong.
        place = hubd.given(input, 'place', CASE WHEN input ? 'resources' THEN '' ELSE place END),
        url = nullif(hubd.given(input, 'url', url), ''), online_url = nullif(hubd.given(input, 'online_url', online_url), ''),
        image_url = nullif(hubd.given(input, 'image_url', image_url), ''),
        site_id = CASE WHEN input ? 'site' THEN (SELECT id FROM hubd.site WHERE hub_id = hub AND slug = input ->> 'site') ELSE site_id END,
        is_all_day = coalesce((input ->> 'is_all_day')::boolean, is_all_day),
        state = hubd.given(input, 'state', state),
        cancelled_at = CASE WHEN input ? 'state' THEN NULL ELSE cancelled_at END
    WHERE e.hub_id = hub AND e.id = event;
    IF input ? 'series' THEN
        PERFORM hubd.event_set_rule(hub, event, input -> 'series', (input ->> 'extended_to')::timestamptz);
        PERFORM hubd.event_set_dates(hub, event, input -> 'occurrences', make_interval(secs => coalesce((input ->> 'shift')::bigint, 0)));
    ELSIF input ? 'start' THEN
        UPDATE hubd.occurrence AS o SET during = hubd.span((input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz),
            local_start = (input ->> 'local_start')::timestamp, local_end = (input ->> 'local_end')::timestamp
        WHERE o.hub_id = hub AND o.event_id = event AND o.recurrence_id IS NULL;
    END IF;
    IF input ? 'state' THEN
        UPDATE hubd.occurrence AS o SET state = 'confirmed'
        WHERE o.hub_id = hub AND o.event_id = event AND o.recurrence_id IS NULL AND o.state <> 'confirmed';
    END IF;
    IF input ? 'resources' THEN
        DELETE FROM hubd.event_resource WHERE hub_id = hub AND event_id = event;
        INSERT INTO hubd.event_resource (hub_id, event_id, resource_id)
        SELECT hub, event, r.id FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = ANY (hubd.texts(input -> 'resources'));
    END IF;
END $$;

-- A new event of an input that names at least title, times and zone; returns its id.
CREATE OR REPLACE FUNCTION hubd.event_new(hub bigint, person bigint, uid text, example boolean, input jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO hubd.event AS e (hub_id, uid, state, title, zone, person_id, is_example)
    VALUES (hub, uid, 'confirmed', input ->> 'title', input ->> 'zone', person, example) RETURNING e.id INTO made;
    INSERT INTO hubd.occurrence (hub_id, event_id, during, local_start, local_end, state)
    VALUES (hub, made, hubd.span((input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz),
        (input ->> 'local_start')::timestamp, (input ->> 'local_end')::timestamp, 'confirmed');
    PERFORM hubd.event_fill(hub, made, input);
    RETURN made;
END $$;
