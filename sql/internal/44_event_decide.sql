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

-- An event, or one date of it; of a series without a named date the next.
CREATE OR REPLACE FUNCTION hubd.event_date_reply(hub bigint, event bigint, date timestamp, status integer) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT ROW(status, hubd.event_document(e, hubd.named_occurrence(hub, event, date))::text, e.revision::text,
            CASE WHEN status = 201 THEN '/api/v1/events/' || e.id END)::api.reply
        FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = event);
END $$;

CREATE OR REPLACE FUNCTION hubd.event_reply(hub bigint, event bigint, status integer) RETURNS api.reply LANGUAGE sql STABLE
    RETURN hubd.event_date_reply(hub, event, NULL, status);

-- Does this change touch the rooms? Only then are claims released and taken anew.
CREATE OR REPLACE FUNCTION hubd.touches_rooms(hub bigint, event bigint, input jsonb) RETURNS boolean LANGUAGE sql STABLE
    RETURN (SELECT (input ? 'series')
            OR (input ? 'start' AND EXISTS (SELECT FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = event
                AND o.recurrence_id IS NULL AND o.during <> hubd.span((input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz)))
            OR (input ? 'state' AND e.state = 'cancelled')
            OR (input ? 'resources' AND ARRAY(SELECT r.slug FROM hubd.event_resource AS er JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = er.resource_id
                    WHERE er.hub_id = hub AND er.event_id = event ORDER BY r.slug)
                <> ARRAY(SELECT DISTINCT s FROM unnest(hubd.texts(input -> 'resources')) AS s ORDER BY s))
        FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = event);

-- Applies a change to a stored event; true where its rooms have to be taken anew. SEQUENCE rises with time, place and status (RFC 5545 3.8.7.4);
-- what says the same as before is no revision for calendars.
CREATE OR REPLACE FUNCTION hubd.event_apply(hub bigint, event bigint, input jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    moves boolean := hubd.touches_rooms(hub, event, input);
    before hubd.event;
BEGIN
    SELECT * INTO before FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = event;
    PERFORM hubd.event_fill(hub, event, input);
    UPDATE hubd.event AS e SET revision = e.revision + 1,
        revised_at = CASE WHEN moves OR to_jsonb(e) IS DISTINCT FROM to_jsonb(before) THEN hubd.present() ELSE e.revised_at END,
        sequence = e.sequence + (moves OR e.state <> before.state OR e.place <> before.place OR e.is_all_day <> before.is_all_day)::integer
    WHERE e.hub_id = hub AND e.id = event;
    UPDATE hubd.booking AS b SET title = t.title, local_start = o.local_start, local_end = o.local_end, zone = hubd.zone_on(e, o),
        revision = b.revision + 1, revised_at = hubd.present()
    FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id,
        LATERAL (SELECT coalesce(o.changes ->> 'title', e.title) AS title) AS t
    WHERE e.hub_id = hub AND e.id = event AND b.hub_id = hub AND b.id = o.booking_id AND NOT moves AND b.title <> t.title;
    -- Its rooms are then taken for sure, or perhaps: their feeds show that.
    UPDATE hubd.booking AS b SET sequence = b.sequence + 1, revision = b.revision + 1, revised_at = hubd.present()
    FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
    WHERE e.hub_id = hub AND e.id = event AND e.state <> before.state AND b.hub_id = hub AND b.id = o.booking_id AND NOT moves;
    RETURN moves;
END $$;

-- Writes an event (NULL: a new one), one date of it, or what follows from a date on, without its rooms. Returns the event that was
-- written, and whether rooms have to be taken anew.
CREATE OR REPLACE FUNCTION hubd.event_write_words(hub bigint, person bigint, event bigint, input jsonb, OUT written bigint, OUT moves boolean) LANGUAGE plpgsql AS $$
DECLARE
    e hubd.event;
BEGIN
    IF event IS NULL THEN
        written := hubd.event_new(hub, person, gen_random_uuid() || '@hubd', false, input);
        moves := true;
        RETURN;
    END IF;
    written := event;
    IF input ->> 'scope' = 'this' THEN
        SELECT * INTO e FROM hubd.event AS o WHERE o.hub_id = hub AND o.id = event;
        PERFORM hubd.event_write_date(hub, e, input);
        moves := input ?| '{start,resources,state,title}';
        RETURN;
    END IF;
    IF input ->> 'scope' = 'following' THEN
        written := hubd.event_split(hub, event, (input ->> 'recurrence_id')::timestamp, input -> 'old_series');
    END IF;
    moves := hubd.event_apply(hub, written, input);
END $$;

-- Takes the rooms of an event that was written. refusal: the rooms are not free, and the asker does not want to leave such dates without.
-- A date that had none before is no reason. Only managers get here.
CREATE OR REPLACE FUNCTION hubd.event_take_rooms(caller jsonb, person bigint, hub bigint, event bigint, input jsonb, OUT refusal api.reply, OUT outcomes jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    homeless bigint[] := ARRAY(SELECT o.booking_id FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = event AND o.is_unplaced);
    lost jsonb;
    first hubd.placing;
BEGIN
    SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') INTO outcomes FROM hubd.book_events(hub, ARRAY[event]) AS p;
    SELECT jsonb_agg(l ORDER BY b.during) INTO lost FROM jsonb_array_elements(outcomes) AS l
    JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = (l ->> 'booking_id')::bigint
    WHERE NOT (l ->> 'is_placed')::boolean AND b.id <> ALL (homeless);
    IF lost IS NULL OR input ->> 'on_conflict' = 'leave' THEN
        RETURN;
    END IF;
    SELECT p.booking_id, p.is_placed, p.reason, p.conflicts INTO first FROM jsonb_to_record(lost -> 0) AS p (booking_id bigint, is_placed boolean, reason text, conflicts jsonb);
    refusal := hubd.event_not_placed(caller, person, hub, first);
    IF EXISTS (SELECT FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = event AND e.local_start IS NOT NULL) THEN
        refusal.body := (refusal.body::jsonb || jsonb_build_object('dates', (SELECT jsonb_agg(d) FROM jsonb_array_elements(hubd.event_outcomes(hub, event, outcomes)) AS d
            WHERE d ->> 'rooms' = 'taken')))::text;
    END IF;
END $$;

-- What was written, as an answer; of a series with what it does to its dates.
CREATE OR REPLACE FUNCTION hubd.event_written(hub bigint, event bigint, written bigint, input jsonb, before jsonb, outcomes jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    answer api.reply := hubd.event_date_reply(hub, written, CASE WHEN input ->> 'scope' = 'this' THEN (input ->> 'recurrence_id')::timestamp END,
        CASE WHEN event IS NULL THEN 201 ELSE 200 END);
BEGIN
    IF EXISTS (SELECT FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = written AND e.local_start IS NOT NULL) THEN
        answer.body := (answer.body::jsonb || jsonb_build_object('dates', hubd.event_outcomes(hub, written, outcomes),
            'diff', hubd.event_diff(before, hubd.event_snapshot(hub, ARRAY[event, written])))
            || CASE WHEN written <> event THEN jsonb_build_object('before', event) ELSE '{}' END)::text;
    END IF;
    RETURN answer;
END $$;

-- Writes an event (NULL: a new one) with its rooms, or nothing of it.
CREATE OR REPLACE FUNCTION hubd.event_write(caller jsonb, person bigint, hub bigint, event bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    answer api.reply := hubd.event_refusal(caller, hub, input);
    scopes text[] := hubd.event_scopes(hub, array_remove(ARRAY[event], NULL));
    before jsonb := hubd.event_snapshot(hub, ARRAY[event]);
    work record;
    rooms record;
BEGIN
    IF answer.status IS NOT NULL THEN
        RETURN answer;
    END IF;
    BEGIN
        SELECT * INTO work FROM hubd.event_write_words(hub, person, event, input);
        SELECT NULL::api.reply AS refusal, '[]'::jsonb AS outcomes INTO rooms;
        IF work.moves THEN
            SELECT * INTO rooms FROM hubd.event_take_rooms(caller, person, hub, work.written, input);
        END IF;
        IF (rooms.refusal).status IS NOT NULL THEN
            answer := rooms.refusal;
            PERFORM hubd.undo();
        END IF;
        answer := hubd.event_written(hub, event, work.written, input, before, rooms.outcomes);
        IF (input ->> 'dry_run')::boolean THEN
            answer.status := 200;
            PERFORM hubd.undo();
        END IF;
        PERFORM hubd.changed(scopes || hubd.event_scopes(hub, ARRAY[work.written]));
        PERFORM hubd.call_webhooks(hub, 'event.created', hubd.webhook_event(e)) FROM hubd.event AS e
            WHERE event_write.event IS NULL AND e.hub_id = event_write.hub AND e.id = work.written AND e.state <> 'draft';
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

-- A series is changed in one of three scopes, and a date of it must be there; what was looked up must not have changed since.
CREATE OR REPLACE FUNCTION hubd.refuse_scope(caller jsonb, e hubd.event, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF input ->> 'looked' <> e.revision::text THEN
        RETURN hubd.problem_stale(caller, e.revision);
    END IF;
    IF e.local_start IS NOT NULL AND input ->> 'scope' IS NULL THEN
        RETURN hubd.problem(422, 'missing-member', hubd.say(hubd.language(caller), 'Angabe fehlt', 'Something is missing'),
            hubd.say(hubd.language(caller), 'Diese Veranstaltung ist eine Serie: „scope“ sagt, was gemeint ist: this (ein Termin), following (dieser und alle danach) oder all.',
                'This event is a series: "scope" says what is meant: this (one date), following (this and all later ones) or all.'), '{"pointer": "/scope"}');
    END IF;
    IF input ->> 'recurrence_id' IS NOT NULL AND NOT EXISTS (SELECT FROM hubd.occurrence AS o WHERE o.hub_id = e.hub_id AND o.event_id = e.id
            AND o.recurrence_id = (input ->> 'recurrence_id')::timestamp) THEN
        RETURN hubd.problem_not_found(caller, format('Diese Veranstaltung hat keinen Termin %s.', input ->> 'recurrence_id'),
            format('This event has no date %s.', input ->> 'recurrence_id'));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hubd.change_event(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    taken record;
    refusal api.reply;
    was hubd.occurrence;
    reply api.reply;
BEGIN
    SELECT * INTO taken FROM hubd.take_event(caller, person, input);
    refusal := CASE WHEN (taken.refusal).status IS NULL THEN hubd.refuse_scope(caller, taken.e, input) ELSE taken.refusal END;
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    IF input - '{id,dry_run,scope,recurrence_id,looked,on_conflict}'::text[] = '{}' THEN
        RETURN hubd.event_date_reply((taken.e).hub_id, (taken.e).id, (input ->> 'recurrence_id')::timestamp, 200);
    END IF;
    SELECT * INTO was FROM hubd.occurrence AS o WHERE o.hub_id = (taken.e).hub_id AND o.event_id = (taken.e).id AND o.recurrence_id IS NULL;
    reply := hubd.event_write(caller, person, (taken.e).hub_id, (taken.e).id, input - 'id');
    IF reply.status = 200 AND NOT coalesce((input ->> 'dry_run')::boolean, false) THEN
        PERFORM hubd.tell_event(e, was, person) FROM hubd.event AS e WHERE e.hub_id = (taken.e).hub_id AND e.id = (taken.e).id AND e.sequence > (taken.e).sequence;
    END IF;
    RETURN reply;
END $$;

-- The date or the dates that are cancelled stay, as cancelled ones; nothing that extends the series makes them again.
CREATE OR REPLACE FUNCTION hubd.cancel_dates(hub bigint, event bigint, input jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    date timestamp := input ->> 'recurrence_id';
BEGIN
    UPDATE hubd.occurrence AS o SET state = 'cancelled' WHERE o.hub_id = hub AND o.event_id = event AND o.state <> 'cancelled'
        AND CASE input ->> 'scope' WHEN 'following' THEN o.recurrence_id >= date ELSE o.recurrence_id = date END;
    IF input ->> 'scope' = 'following' THEN
        PERFORM hubd.event_end(hub, event, input -> 'old_series');
    ELSE
        UPDATE hubd.event AS e SET sequence = e.sequence + 1, revision = e.revision + 1, revised_at = hubd.present() WHERE e.hub_id = hub AND e.id = event;
    END IF;
    PERFORM hubd.book_events(hub, ARRAY[event]);
END $$;

CREATE OR REPLACE FUNCTION hubd.cancel_event(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    taken record;
    refusal api.reply;
    hub bigint;
    event bigint;
    before jsonb;
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
BEGIN
    SELECT * INTO taken FROM hubd.take_event(caller, person, input);
    refusal := CASE WHEN (taken.refusal).status IS NULL THEN hubd.refuse_scope(caller, taken.e, input) ELSE taken.refusal END;
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    hub := (taken.e).hub_id;
    event := (taken.e).id;
    before := hubd.event_snapshot(hub, ARRAY[event]);
    BEGIN
        IF (taken.e).local_start IS NOT NULL AND input ->> 'scope' <> 'all' THEN
            PERFORM hubd.cancel_dates(hub, event, input);
            refusal := hubd.event_written(hub, event, event, input, before, '[]');
        ELSE
            IF (taken.e).state <> 'cancelled' THEN
                PERFORM hubd.cancel_events(hub, ARRAY[event]);
            END IF;
            refusal := hubd.event_reply(hub, event, 200);
        END IF;
        IF is_dry THEN
            PERFORM hubd.undo();
        END IF;
        PERFORM hubd.changed(hubd.event_scopes(hub, ARRAY[event])) WHERE (taken.e).state <> 'cancelled';
        PERFORM hubd.tell_event(e, NULL, person) FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = event AND e.sequence > (taken.e).sequence;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        NULL;
    END;
    RETURN CASE WHEN is_dry THEN hubd.as_dry_run(refusal) ELSE refusal END;
END $$;
