-- SPDX-License-Identifier: GPL-3.0-or-later
-- Creating and changing an event: what may be refused before anything is tried, then the whole act in one sub-block.

-- The first of these slugs that the hub does not have, as a refusal; NULL: all are there.
CREATE OR REPLACE FUNCTION hubd.event_refusal(caller jsonb, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    wrong text;
BEGIN
    SELECT t INTO wrong FROM unnest(hubd.texts(input -> 'topics')) AS t WHERE NOT EXISTS (SELECT FROM hubd.topic WHERE slug = t) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RETURN hubd.problem(422, 'unknown-topic', hubd.say(hubd.language(caller), 'Unbekanntes Thema', 'Unknown topic'),
            hubd.say(hubd.language(caller), format('Es gibt kein Thema „%s“. Alle: /api/v1/topics.', wrong),
                format('There is no topic "%s". All of them: /api/v1/topics.', wrong)), '{"pointer": "/topics"}');
    END IF;
    SELECT s INTO wrong FROM unnest(hubd.texts(input -> 'resources')) AS s
    WHERE NOT EXISTS (SELECT FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = s AND r.retired_at IS NULL) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RETURN hubd.problem(422, 'unknown-resource', hubd.say(hubd.language(caller), 'Unbekannte Ressource', 'Unknown resource'),
            hubd.say(hubd.language(caller), format('Dieser Hub hat keine Ressource „%s“. Alle: /api/v1/resources?hub=%s.', wrong, h.slug),
                format('This hub has no resource "%s". All of them: /api/v1/resources?hub=%s.', wrong, h.slug)), '{"pointer": "/resources"}')
        FROM hubd.hub AS h WHERE h.id = hub;
    END IF;
    wrong := nullif(input ->> 'site', '');
    IF wrong IS NOT NULL AND NOT EXISTS (SELECT FROM hubd.site AS s WHERE s.hub_id = hub AND s.slug = wrong) THEN
        RETURN hubd.problem(422, 'unknown-site', hubd.say(hubd.language(caller), 'Unbekannter Ort', 'Unknown site'),
            hubd.say(hubd.language(caller), format('Dieser Hub hat keinen Ort „%s“.', wrong), format('This hub has no site "%s".', wrong)),
            '{"pointer": "/site"}');
    END IF;
    RETURN NULL;
END $$;

-- The rooms are not free: what is in the way, as far as the asker may know, and what would be free instead. Only managers get here.
CREATE OR REPLACE FUNCTION hubd.event_not_placed(caller jsonb, person bigint, hub bigint, outcome hubd.placing) RETURNS api.reply LANGUAGE sql STABLE
    RETURN (SELECT hubd.refuse_booking(caller, person, true, b, outcome, b.id)
        FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = (outcome).booking_id);

CREATE OR REPLACE FUNCTION hubd.event_reply(hub bigint, event bigint, status integer) RETURNS api.reply LANGUAGE sql STABLE
    RETURN (SELECT ROW(status, hubd.event_document(e, o)::text, e.revision::text,
            CASE WHEN status = 201 THEN '/api/v1/events/' || e.id END)::api.reply
        FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
        WHERE e.hub_id = hub AND e.id = event AND o.recurrence_id IS NULL);

-- Does this change touch the rooms? Only then are claims released and taken anew.
CREATE OR REPLACE FUNCTION hubd.touches_rooms(hub bigint, event bigint, input jsonb) RETURNS boolean LANGUAGE sql STABLE
    RETURN (SELECT (input ? 'start' AND o.during <> hubd.span((input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz))
            OR (input ? 'state' AND e.state = 'cancelled')
            OR (input ? 'resources' AND ARRAY(SELECT r.slug FROM hubd.event_resource AS er JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = er.resource_id
                    WHERE er.hub_id = hub AND er.event_id = event ORDER BY r.slug)
                <> ARRAY(SELECT DISTINCT s FROM unnest(hubd.texts(input -> 'resources')) AS s ORDER BY s))
        FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
        WHERE e.hub_id = hub AND e.id = event AND o.recurrence_id IS NULL);

-- Applies a change to a stored event; true where its rooms have to be taken anew. SEQUENCE rises with time, place and status (RFC 5545 3.8.7.4).
CREATE OR REPLACE FUNCTION hubd.event_apply(hub bigint, event bigint, input jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    moves boolean := hubd.touches_rooms(hub, event, input);
    before hubd.event;
BEGIN
    SELECT * INTO before FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = event;
    PERFORM hubd.event_fill(hub, event, input);
    UPDATE hubd.event AS e SET revision = e.revision + 1, revised_at = hubd.present(),
        sequence = e.sequence + (moves OR e.state <> before.state OR e.place <> before.place OR e.is_all_day <> before.is_all_day)::integer
    WHERE e.hub_id = hub AND e.id = event;
    UPDATE hubd.booking AS b SET title = e.title, local_start = o.local_start, local_end = o.local_end, zone = e.zone,
        revision = b.revision + 1, revised_at = hubd.present()
    FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
    WHERE e.hub_id = hub AND e.id = event AND b.hub_id = hub AND b.id = o.booking_id AND NOT moves AND b.title <> e.title;
    RETURN moves;
END $$;

-- Writes an event (NULL: a new one) with its rooms, or nothing of it.
CREATE OR REPLACE FUNCTION hubd.event_write(caller jsonb, person bigint, hub bigint, event bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    answer api.reply := hubd.event_refusal(caller, hub, input);
    scopes text[] := '{}';
    moves boolean := true;
    placed record;
    written bigint := event;
BEGIN
    IF answer.status IS NOT NULL THEN
        RETURN answer;
    END IF;
    BEGIN
        IF event IS NULL THEN
            written := hubd.event_new(hub, person, gen_random_uuid() || '@hubd', false, input);
        ELSE
            scopes := hubd.event_scopes(hub, ARRAY[event]);
            moves := hubd.event_apply(hub, event, input);
        END IF;
        IF moves THEN
            SELECT * INTO placed FROM hubd.book_events(hub, ARRAY[written]);
            IF NOT placed.is_placed THEN
                answer := hubd.event_not_placed(caller, person, hub, ROW(placed.booking_id, false, placed.reason, placed.conflicts)::hubd.placing);
                PERFORM hubd.undo();
            END IF;
        END IF;
        answer := hubd.event_reply(hub, written, CASE WHEN event IS NULL THEN 201 ELSE 200 END);
        IF (input ->> 'dry_run')::boolean THEN
            answer.status := 200;
            PERFORM hubd.undo();
        END IF;
        PERFORM hubd.changed(scopes || hubd.event_scopes(hub, ARRAY[written]));
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        NULL;
    END;
    IF (input ->> 'dry_run')::boolean THEN
        RETURN hubd.as_dry_run(answer);
    END IF;
    PERFORM hubd.keep_wish(hub, person, answer, input);
    RETURN answer;
END $$;

-- Locks the hub, then the event's row (whoever imports takes them in this order). A refusal, or NULL and the row.
CREATE OR REPLACE FUNCTION hubd.take_event(caller jsonb, person bigint, input jsonb, OUT refusal api.reply, OUT e hubd.event) LANGUAGE plpgsql AS $$
BEGIN
    refusal := hubd.manager_of_event(caller, person, input);
    IF refusal.status IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM hubd.lock_all(hubd.current_hub());
    SELECT * INTO e FROM hubd.event AS o WHERE o.hub_id = hubd.current_hub() AND o.id = (input ->> 'id')::bigint FOR UPDATE;
    IF caller ->> 'revision' IS NOT NULL AND caller ->> 'revision' <> e.revision::text THEN
        refusal := hubd.problem_stale(caller, e.revision);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION hubd.change_event(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    taken record;
BEGIN
    SELECT * INTO taken FROM hubd.take_event(caller, person, input);
    IF (taken.refusal).status IS NOT NULL THEN
        RETURN taken.refusal;
    END IF;
    IF input - 'id' - 'dry_run' = '{}' THEN
        RETURN hubd.event_reply((taken.e).hub_id, (taken.e).id, 200);
    END IF;
    RETURN hubd.event_write(caller, person, (taken.e).hub_id, (taken.e).id, input - 'id');
END $$;

CREATE OR REPLACE FUNCTION hubd.cancel_event(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    taken record;
    hub bigint;
    event bigint;
BEGIN
    SELECT * INTO taken FROM hubd.take_event(caller, person, input);
    IF (taken.refusal).status IS NOT NULL THEN
        RETURN taken.refusal;
    END IF;
    hub := (taken.e).hub_id;
    event := (taken.e).id;
    IF (taken.e).state <> 'cancelled' AND NOT coalesce((input ->> 'dry_run')::boolean, false) THEN
        PERFORM hubd.cancel_events(hub, ARRAY[event]);
        PERFORM hubd.changed(hubd.event_scopes(hub, ARRAY[event]));
    END IF;
    RETURN hubd.event_reply(hub, event, 200);
END $$;
