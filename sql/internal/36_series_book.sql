-- SPDX-License-Identifier: GPL-3.0-or-later
-- Booking the dates of a series: all are placed in one call, then what could not be had is dealt with as was chosen.

CREATE OR REPLACE FUNCTION hubd.insert_series(hub bigint, person bigint, input jsonb, items hubd.item[]) RETURNS hubd.series LANGUAGE plpgsql AS $$
DECLARE
    s hubd.series;
BEGIN
    INSERT INTO hubd.series (hub_id, kind, title, note, person_id, organisation_id, team_id, booked_by_id, zone, local_start, local_end, duration, rrule, rdates, exdates,
        choice, at_most, at_most_percent, materialised_until, uid, created_at, revised_at)
    SELECT hub, coalesce(input ->> 'kind', 'booking'), coalesce(input ->> 'title', ''), coalesce(input ->> 'note', ''), p.id,
        coalesce(hubd.organisation_of(p.id, input ->> 'organisation'), p.organisation_id), hubd.team_of(p.id, input ->> 'team'), nullif(person, p.id), input ->> 'zone',
        (input ->> 'local_start')::timestamp, (input ->> 'local_end')::timestamp, (input ->> 'duration')::interval, input ->> 'rrule',
        hubd.moments(input -> 'rdates'), hubd.moments(input -> 'exdates'), coalesce(input ->> 'choice', 'all'),
        (input ->> 'at_most')::integer, (input ->> 'at_most_percent')::integer, (input ->> 'until')::timestamptz, gen_random_uuid()::text,
        hubd.present(), hubd.present()
    FROM hubd.person AS p WHERE p.id = hubd.booker(hub, person, input) RETURNING * INTO s;
    PERFORM hubd.insert_series_items(hub, s.id, items);
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION hubd.moments(walls jsonb) RETURNS timestamp[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (SELECT w::timestamp FROM jsonb_array_elements_text(coalesce(walls, '[]')) AS w ORDER BY 1);
END $$;

CREATE OR REPLACE FUNCTION hubd.insert_series_items(hub bigint, series bigint, items hubd.item[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.series_item AS i WHERE i.hub_id = hub AND i.series_id = series;
    INSERT INTO hubd.series_item (hub_id, series_id, position, resource_id, wanted, count, pinned_unit_ids)
    SELECT hub, series, i.place, i.resource_id, i.wanted, i.count, i.units FROM unnest(items) AS i;
END $$;

-- The free dates become bookings with the series' items, without claims yet.
CREATE OR REPLACE FUNCTION hubd.insert_dates(s hubd.series, dates hubd.series_date[]) RETURNS hubd.series_date[] LANGUAGE plpgsql AS $$
DECLARE
    result hubd.series_date[];
BEGIN
    WITH made AS (
        INSERT INTO hubd.booking (hub_id, kind, state, title, note, person_id, organisation_id, team_id, booked_by_id, during, local_start, local_end, zone, uid, sequence,
            series_id, recurrence_id, created_at, revised_at)
        SELECT s.hub_id, s.kind, 'confirmed', s.title, s.note, s.person_id, s.organisation_id, s.team_id, s.booked_by_id, d.during, d.date, d.local_end, s.zone, s.uid, s.sequence,
            s.id, d.date, hubd.present(), hubd.present()
        FROM unnest(dates) AS d WHERE d.state = 'free' AND d.booking_id IS NULL ORDER BY d.n RETURNING id, recurrence_id
    ), furnished AS (
        INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id, wanted, count, pinned_unit_ids)
        SELECT s.hub_id, m.id, i.position, i.resource_id, i.wanted, i.count, i.pinned_unit_ids
        FROM made AS m, (SELECT * FROM hubd.series_item AS o WHERE o.hub_id = s.hub_id AND o.series_id = s.id OFFSET 0) AS i
    )
    SELECT array_agg(ROW(d.n, d.date, d.during, d.local_end, d.fit, coalesce(d.booking_id, m.id), d.state, d.reason, d.conflicts, d.substitute, d.was)::hubd.series_date ORDER BY d.n)
    INTO result FROM unnest(dates) AS d LEFT JOIN made AS m ON m.recurrence_id = d.date;
    RETURN coalesce(result, '{}');
END $$;

-- What place() said of each date.
CREATE OR REPLACE FUNCTION hubd.judged_dates(caller jsonb, hub bigint, dates hubd.series_date[], outcomes hubd.placing[]) RETURNS hubd.series_date[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (
        SELECT ROW(d.n, d.date, d.during, d.local_end, d.fit, d.booking_id, CASE WHEN p.is_placed = false THEN 'conflict' ELSE d.state END,
            CASE WHEN p.is_placed = false THEN CASE WHEN EXISTS (
                    SELECT FROM jsonb_array_elements(p.conflicts) AS c CROSS JOIN LATERAL (
                        SELECT o.kind FROM hubd.booking AS o WHERE o.hub_id = hub AND o.id = (c ->> 'booking_id')::bigint OFFSET 0) AS b WHERE b.kind = 'closure')
                THEN 'closed' WHEN p.reason = 'slot-taken' THEN 'slot-taken' ELSE 'none-free' END ELSE d.reason END,
            CASE WHEN p.is_placed = false THEN hubd.conflicts_for(caller, hub, p.conflicts) ELSE d.conflicts END, d.substitute, d.was)::hubd.series_date
        FROM unnest(dates) AS d LEFT JOIN unnest(outcomes) AS p ON p.booking_id = d.booking_id ORDER BY d.n);
END $$;

CREATE OR REPLACE FUNCTION hubd.place_dates(caller jsonb, hub bigint, dates hubd.series_date[]) RETURNS hubd.series_date[] LANGUAGE plpgsql AS $$
BEGIN
    RETURN hubd.judged_dates(caller, hub, dates, ARRAY (SELECT ROW(p.*)::hubd.placing
        FROM hubd.place(hub, ARRAY (SELECT d.booking_id FROM unnest(dates) AS d WHERE d.booking_id IS NOT NULL ORDER BY d.n)) AS p));
END $$;

-- ---- substitutes ----

-- Is this item's place free at the booking's time? Of a pool: are as many units free as are wanted?
CREATE OR REPLACE FUNCTION hubd.is_item_free(b hubd.booking, i hubd.booking_item) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    IF (SELECT r.is_pool FROM hubd.resource AS r WHERE r.hub_id = b.hub_id AND r.id = i.resource_id) THEN
        RETURN (SELECT count(*) >= i.count FROM hubd.free_units(b.hub_id, i.resource_id, b.id, b.during, '{}'));
    END IF;
    RETURN NOT EXISTS (SELECT FROM hubd.resource_unit AS ru JOIN hubd.unit AS u ON u.hub_id = ru.hub_id AND u.id = ru.unit_id
        WHERE ru.hub_id = b.hub_id AND ru.resource_id = i.resource_id AND NOT hubd.is_free(b.hub_id, u.id, b.id, b.during, u.setup, u.turnover));
END $$;

-- The most modest thing of the same kind that can at least as much and is free then, at the site if there is one, else at another.
CREATE OR REPLACE FUNCTION hubd.equal_or_better(b hubd.booking, resource bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    wanted jsonb := (SELECT jsonb_build_object('kind', r.kind, 'capacity', r.capacity, 'features', r.features, 'site_id', r.site_id)
        FROM hubd.resource AS r WHERE r.hub_id = b.hub_id AND r.id = resource);
BEGIN
    RETURN coalesce(hubd.choice(b.hub_id, b.id, b.during, wanted), CASE WHEN (SELECT count(*) > 1 FROM hubd.site AS s WHERE s.hub_id = b.hub_id)
        THEN hubd.choice(b.hub_id, b.id, b.during, wanted - 'site_id') END);
END $$;

-- For each item of a booking that is in the way its substitute: [{"position", "resource_id"}]; NULL when one has none.
CREATE OR REPLACE FUNCTION hubd.substitutes(b hubd.booking) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    i hubd.booking_item;
    other bigint;
    result jsonb := '[]';
BEGIN
    FOR i IN SELECT * FROM hubd.booking_item AS o WHERE o.hub_id = b.hub_id AND o.booking_id = b.id ORDER BY o.position LOOP
        CONTINUE WHEN i.wanted IS NULL AND i.pinned_unit_ids = '{}' AND hubd.is_item_free(b, i);
        other := CASE WHEN i.wanted IS NULL AND i.pinned_unit_ids = '{}' THEN hubd.equal_or_better(b, i.resource_id) END;
        IF other IS NULL THEN
            RETURN NULL;
        END IF;
        result := result || jsonb_build_object('position', i.position, 'resource_id', other);
    END LOOP;
    RETURN nullif(result, '[]');
END $$;

-- Of a date that is taken: what would do instead at the same time, or else the nearest free time; how a substitute is told.
CREATE OR REPLACE FUNCTION hubd.substitute_document(caller jsonb, b hubd.booking, swaps jsonb, is_manager boolean, is_near_wanted boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    language text := hubd.language(caller);
    items jsonb;
BEGIN
    IF swaps IS NOT NULL THEN
        RETURN (SELECT jsonb_build_object('kind', 'other-resource', 'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)),
                'resource', min(r.slug), 'name', string_agg(hubd.say(language, r.name_de, r.name_en), ', '))
            FROM jsonb_array_elements(swaps) AS w JOIN hubd.resource AS r ON r.hub_id = b.hub_id AND r.id = (w ->> 'resource_id')::bigint);
    ELSIF NOT is_near_wanted THEN
        RETURN NULL;
    END IF;
    items := (SELECT jsonb_agg(jsonb_build_object('resource_id', i.resource_id, 'count', i.count, 'wanted', i.wanted, 'units', i.pinned_unit_ids) ORDER BY i.position)
        FROM hubd.booking_item AS i WHERE i.hub_id = b.hub_id AND i.booking_id = b.id);
    RETURN (SELECT a FROM hubd.alternatives_in_time(language, b.hub_id, items, b.during, b.id, is_manager) AS a LIMIT 1);
END $$;

-- Puts the substitutes into the booking and places it; false leaves the booking as it was. The caller holds the hub.
CREATE OR REPLACE FUNCTION hubd.take_substitute(b hubd.booking, swaps jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.booking_item AS i SET resource_id = (w ->> 'resource_id')::bigint FROM jsonb_array_elements(swaps) AS w
        WHERE i.hub_id = b.hub_id AND i.booking_id = b.id AND i.position = (w ->> 'position')::integer;
    RETURN (hubd.place_locked(b.hub_id, ARRAY[b.id], true))[1].is_placed;
END $$;

-- Finds a substitute for each date that is taken; places it where is_done. Nearest times are sought for the first few only.
CREATE OR REPLACE FUNCTION hubd.substitute_dates(caller jsonb, hub bigint, dates hubd.series_date[], is_manager boolean, is_done boolean) RETURNS hubd.series_date[] LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking;
    swaps jsonb;
    sought integer := 0;
BEGIN
    FOR at IN 1 .. cardinality(dates) LOOP
        CONTINUE WHEN dates[at].state <> 'conflict';
        SELECT * INTO b FROM hubd.booking AS o WHERE o.hub_id = hub AND o.id = dates[at].booking_id;
        swaps := hubd.substitutes(b);
        dates[at].substitute := hubd.substitute_document(caller, b, swaps, is_manager, NOT is_done AND sought < 20);
        sought := sought + (swaps IS NULL)::integer;
        IF is_done AND swaps IS NOT NULL AND hubd.take_substitute(b, swaps) THEN
            dates[at].state := 'substituted';
        END IF;
    END LOOP;
    RETURN dates;
END $$;

-- ---- the choice ----

-- May it be done so? of: all dates, missing: those that could not be had, substitutes included where there are any.
CREATE OR REPLACE FUNCTION hubd.is_choice_met(choice text, at_most integer, at_most_percent integer, "of" integer, missing integer) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN CASE choice
        WHEN 'all' THEN missing = 0
        WHEN 'queue' THEN true
        WHEN 'skip' THEN missing < "of"
        WHEN 'substitute' THEN missing <= coalesce(at_most, "of" * at_most_percent / 100, 0) AND missing < "of"
        ELSE missing <= coalesce(at_most, "of") AND missing * 100 <= "of" * coalesce(at_most_percent, 100) AND missing < "of" END;

-- What each choice would come to, for whoever still chooses.
CREATE OR REPLACE FUNCTION hubd.choices_document(dates hubd.series_date[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    total integer := cardinality(dates);
    missing integer := (SELECT count(*) FROM unnest(dates) AS d WHERE d.state IN ('conflict', 'rule'));
    hopeless integer := (SELECT count(*) FROM unnest(dates) AS d WHERE d.state = 'rule' OR (d.state = 'conflict' AND d.substitute ->> 'kind' IS DISTINCT FROM 'other-resource'));
BEGIN
    RETURN jsonb_build_object('all', missing = 0, 'skip', missing < total, 'substitute', hopeless = 0, 'queue', true, 'missing', missing,
        'missing_percent', CASE WHEN total > 0 THEN ceil(missing * 100.0 / total) ELSE 0 END);
END $$;

-- What was not had leaves no booking; the series remembers it, and waits for it where that was chosen.
CREATE OR REPLACE FUNCTION hubd.settle_dates(s hubd.series, choice text, dates hubd.series_date[]) RETURNS hubd.series_date[] LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.booking AS b WHERE b.hub_id = s.hub_id AND b.id = ANY (ARRAY (SELECT d.booking_id FROM unnest(dates) AS d WHERE d.state = 'conflict'));
    INSERT INTO hubd.series_miss (hub_id, series_id, recurrence_id, during, local_end, reason, is_queued)
    SELECT s.hub_id, s.id, d.date, d.during, d.local_end, d.reason, choice = 'queue' AND d.state = 'conflict'
    FROM unnest(dates) AS d WHERE d.state IN ('conflict', 'rule') ORDER BY d.n
    ON CONFLICT (hub_id, series_id, recurrence_id) DO UPDATE SET during = excluded.during, local_end = excluded.local_end, reason = excluded.reason, is_queued = excluded.is_queued;
    FOR at IN 1 .. cardinality(dates) LOOP
        IF dates[at].state IN ('conflict', 'rule') THEN
            dates[at].booking_id := NULL;
            dates[at].state := CASE WHEN choice = 'queue' AND dates[at].state = 'conflict' THEN 'queued' ELSE 'skipped' END;
        ELSIF dates[at].state = 'free' THEN
            dates[at].state := 'booked';
        END IF;
    END LOOP;
    RETURN dates;
END $$;

-- The choice does not allow it: every date with what is in its way.
CREATE OR REPLACE FUNCTION hubd.refuse_series(caller jsonb, dates hubd.series_date[]) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    language text := hubd.language(caller);
    documents jsonb := hubd.dates_document(dates);
    choices jsonb := hubd.choices_document(dates);
BEGIN
    RETURN hubd.problem(409, 'series-refused', hubd.say(language, 'Nicht alle Termine sind zu haben', 'Not all dates can be had'),
        hubd.say(language, format('%s von %s Terminen gehen nicht, und das ist mehr, als die Wahl („choice“) erlaubt.', choices ->> 'missing', cardinality(dates)),
            format('%s of %s dates cannot be had, which is more than the choice allows.', choices ->> 'missing', cardinality(dates))),
        jsonb_build_object('dates', documents, 'counts', hubd.count_dates(documents), 'choices', choices));
END $$;

-- Who asked, and what for, is in order; NULL: it is. The last date stands for all: one that is past is judged by itself.
CREATE OR REPLACE FUNCTION hubd.problem_of_series(caller jsonb, hub bigint, person bigint, is_manager boolean, input jsonb, items hubd.item[], dates hubd.series_date[]) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    problem api.reply := hubd.problem_of_booking(caller, hub, person, is_manager, input || CASE WHEN dates = '{}' THEN '{}' ELSE jsonb_build_object(
        'start', lower(dates[cardinality(dates)].during), 'end', upper(dates[cardinality(dates)].during)) END);
BEGIN
    -- A guest's day is the last one's, not all of theirs.
    IF problem.status IS NULL AND NOT is_manager AND NOT hubd.is_of_hub(hubd.booker(hub, person, input), hub) THEN
        problem := hubd.problem_not_allowed(caller, 'Serien buchen Mitglieder; mit einem Tagespass geht ein einzelner Termin.', 'Members book series; a day pass is for a single booking.');
    END IF;
    IF problem.status IS NULL OR dates = '{}' AND problem.status = 422 THEN
        problem := coalesce(hubd.problem_of_items(caller, hub, items, is_manager), hubd.problem_of_dates(caller, dates, hubd.gap_of(hub, items)));
    END IF;
    RETURN problem;
END $$;

CREATE OR REPLACE FUNCTION hubd.series_reply(status integer, caller jsonb, s hubd.series, dates hubd.series_date[]) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    documents jsonb := hubd.dates_document(dates);
BEGIN
    RETURN ROW(status, (hubd.series_document(s, hubd.language(caller)) || jsonb_build_object('dates', documents, 'counts', hubd.count_dates(documents)))::text,
        s.revision::text, CASE WHEN status = 201 THEN '/api/v1/series/' || s.id END)::api.reply;
END $$;

-- What its booker only holds gives way to the series: a form that holds a slot may lead to one.
CREATE OR REPLACE FUNCTION hubd.give_up_holds(s hubd.series, dates hubd.series_date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    held bigint[] := ARRAY (SELECT DISTINCT b.id FROM hubd.booking AS b JOIN hubd.booking_item AS i ON i.hub_id = b.hub_id AND i.booking_id = b.id
        JOIN unnest(dates) AS d ON d.during && b.during
        WHERE b.hub_id = s.hub_id AND b.person_id = s.person_id AND b.state = 'held'
          AND i.resource_id IN (SELECT o.resource_id FROM hubd.series_item AS o WHERE o.hub_id = s.hub_id AND o.series_id = s.id) ORDER BY b.id);
BEGIN
    IF held = '{}' THEN
        RETURN;
    END IF;
    -- The whole hub: a placing that then needs it must not have a part of it already.
    PERFORM hubd.lock_all(s.hub_id);
    PERFORM hubd.release(s.hub_id, held);
    UPDATE hubd.booking AS b SET state = 'expired', revision = b.revision + 1, revised_at = hubd.present() WHERE b.hub_id = s.hub_id AND b.id = ANY (held) AND b.state = 'held';
    PERFORM hubd.changed(hubd.booking_scopes(s.hub_id, held));
END $$;

-- One attempt, inside the caller's sub-block. A dry run goes as far as to know everything.
CREATE OR REPLACE FUNCTION hubd.try_series(caller jsonb, hub bigint, person bigint, is_manager boolean, input jsonb, items hubd.item[], dates hubd.series_date[]) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    s hubd.series := hubd.insert_series(hub, person, input, items);
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
    documents jsonb;
BEGIN
    IF s.choice = 'substitute' AND NOT is_dry THEN
        PERFORM hubd.lock_all(hub);
    END IF;
    PERFORM hubd.give_up_holds(s, dates);
    dates := hubd.place_dates(caller, hub, hubd.insert_dates(s, dates));
    IF is_dry OR s.choice = 'substitute' THEN
        dates := hubd.substitute_dates(caller, hub, dates, is_manager, NOT is_dry);
    END IF;
    IF is_dry THEN
        FOR at IN 1 .. cardinality(dates) LOOP
            dates[at].booking_id := NULL;
        END LOOP;
        documents := hubd.dates_document(dates);
        RETURN ROW(200, jsonb_build_object('dates', documents, 'counts', hubd.count_dates(documents), 'choices', hubd.choices_document(dates),
            'rrule', s.rrule, 'booked_until', hubd.instant(s.materialised_until))::text, NULL, NULL)::api.reply;
    ELSIF NOT hubd.is_choice_met(s.choice, s.at_most, s.at_most_percent, cardinality(dates),
            (SELECT count(*)::integer FROM unnest(dates) AS d WHERE d.state IN ('conflict', 'rule'))) THEN
        FOR at IN 1 .. cardinality(dates) LOOP
            dates[at].booking_id := NULL;
        END LOOP;
        RETURN hubd.refuse_series(caller, dates);
    END IF;
    dates := hubd.settle_dates(s, s.choice, dates);
    PERFORM hubd.changed(hubd.booking_scopes(hub, ARRAY (SELECT d.booking_id FROM unnest(dates) AS d WHERE d.booking_id IS NOT NULL)));
    PERFORM hubd.tell_series(s, 'confirmed', person);
    RETURN hubd.series_reply(201, caller, s, dates);
END $$;

CREATE OR REPLACE FUNCTION hubd.book_series(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of(input ->> 'hub');
    is_manager boolean;
    items hubd.item[];
    dates hubd.series_date[];
    reply api.reply;
BEGIN
    IF hub IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Hub gibt es nicht.', 'There is no such hub.');
    END IF;
    PERFORM hubd.enter_hub(hub);
    is_manager := hubd.has_role(person, hub, 'manager');
    dates := hubd.read_dates(caller, input -> 'dates', hubd.moments(input -> 'exdates'), is_manager);
    items := hubd.read_items(hub, input -> 'items', coalesce(input ->> 'kind', 'booking'));
    reply := hubd.problem_of_series(caller, hub, person, is_manager, input, items, dates);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    BEGIN
        reply := hubd.try_series(caller, hub, person, is_manager, input, items, dates);
        IF reply.status <> 201 THEN
            PERFORM hubd.undo();
        END IF;
        RETURN reply;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        NULL;
    END;
    IF (input ->> 'dry_run')::boolean THEN
        RETURN hubd.as_dry_run(reply);
    END IF;
    PERFORM hubd.keep_wish(hub, person, reply, input - 'dates');
    RETURN reply;
END $$;
