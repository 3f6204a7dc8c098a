-- SPDX-License-Identifier: GPL-3.0-or-later
-- Changing and cancelling series: all of one, from a date on, or one date. What has begun stays as it was.

-- One of its dates was changed or taken away by itself: the series says so to calendars (in the feed of a room that a date left, it is an
-- EXDATE), and never brings a deleted one back.
CREATE OR REPLACE FUNCTION hubd.touch_series(hub bigint, series bigint, deleted timestamp) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.series AS s SET revision = s.revision + 1, sequence = s.sequence + 1, revised_at = hubd.present(),
        exdates = CASE WHEN deleted IS NULL OR deleted = ANY (s.exdates) THEN s.exdates ELSE ARRAY (SELECT unnest(s.exdates || deleted) ORDER BY 1) END
        WHERE s.hub_id = hub AND s.id = series;
    DELETE FROM hubd.series_miss AS m WHERE m.hub_id = hub AND m.series_id = series AND m.recurrence_id = deleted;
END $$;

-- A date that was deleted by itself a moment ago is one again; false: the series has changed since.
CREATE OR REPLACE FUNCTION hubd.restore_date(hub bigint, series bigint, restored timestamp) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.series AS s SET exdates = array_remove(s.exdates, restored), revision = s.revision + 1, sequence = s.sequence + 1, revised_at = hubd.present()
        WHERE s.hub_id = hub AND s.id = series AND s.state = 'confirmed' AND restored = ANY (s.exdates);
    RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION hubd.problem_of_series_change(caller jsonb, person bigint, is_manager boolean, s hubd.series, looked text) RETURNS api.reply LANGUAGE sql STABLE
    RETURN CASE
        WHEN (s).id IS NULL THEN hubd.problem_not_found(caller, 'Diese Serie gibt es nicht.', 'There is no such series.')
        WHEN NOT is_manager AND (s).person_id IS DISTINCT FROM person AND NOT hubd.acts_for_series(person, s) THEN
            hubd.problem_not_allowed(caller, 'Das dürfen, wer gebucht hat, ihre Vertretung und die Hub-Manager.', 'Only the booker, their delegate and the hub managers may do that.')
        WHEN (caller ->> 'revision' IS NOT NULL AND caller ->> 'revision' <> (s).revision::text) OR looked IS DISTINCT FROM (s).revision::text THEN hubd.problem_stale(caller, (s).revision)
        WHEN (s).state = 'cancelled' THEN hubd.problem(409, 'not-live', hubd.say(hubd.language(caller), 'Die Serie gilt nicht mehr', 'The series is no longer live'),
            hubd.say(hubd.language(caller), 'Sie ist abgesagt und lässt sich nicht mehr ändern: bitte neu buchen.', 'It is cancelled and cannot be changed: please book anew.'))
    END;

-- Its live dates.
CREATE OR REPLACE FUNCTION hubd.dates_of_series(hub bigint, series bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY (SELECT b.id FROM hubd.booking AS b WHERE b.hub_id = hub AND b.series_id = series AND b.state <> 'cancelled' ORDER BY b.id);
END $$;

-- Takes the locks of all its dates and of the resources they shall have, then reads the series as it is under them.
CREATE OR REPLACE FUNCTION hubd.lock_series(hub bigint, resources bigint[], series bigint, is_exclusive boolean) RETURNS hubd.series LANGUAGE plpgsql AS $$
DECLARE
    s hubd.series;
BEGIN
    PERFORM hubd.expire_on(hub, hubd.lock(hub, resources, hubd.dates_of_series(hub, series), is_exclusive), is_exclusive);
    SELECT * INTO s FROM hubd.series AS o WHERE o.hub_id = hub AND o.id = series FOR UPDATE;
    RETURN s;
END $$;

-- From a date on the series becomes one of its own: the same, under a new uid. Programs that show calendars read "RANGE=THISANDFUTURE"
-- badly or not at all, an ended rule and a new series rightly.
CREATE OR REPLACE FUNCTION hubd.split_series(s hubd.series, from_date timestamp, old_rrule text) RETURNS hubd.series LANGUAGE plpgsql AS $$
DECLARE
    rest hubd.series := s;
BEGIN
    rest.id := nextval('hubd.id');
    rest.uid := gen_random_uuid()::text;
    rest.follows_id := s.id;
    rest.sequence := 0;
    rest.revision := 1;
    rest.created_at := hubd.present();
    INSERT INTO hubd.series SELECT (rest).*;
    INSERT INTO hubd.series_item (hub_id, series_id, position, resource_id, wanted, count, pinned_unit_ids)
    SELECT i.hub_id, rest.id, i.position, i.resource_id, i.wanted, i.count, i.pinned_unit_ids FROM hubd.series_item AS i WHERE i.hub_id = s.hub_id AND i.series_id = s.id;
    UPDATE hubd.booking AS b SET series_id = rest.id, uid = rest.uid WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.recurrence_id >= from_date;
    UPDATE hubd.series_miss AS m SET series_id = rest.id WHERE m.hub_id = s.hub_id AND m.series_id = s.id AND m.recurrence_id >= from_date;
    PERFORM hubd.end_series(s, from_date, old_rrule);
    RETURN rest;
END $$;

-- The series has no dates from this one on.
CREATE OR REPLACE FUNCTION hubd.end_series(s hubd.series, from_date timestamp, old_rrule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.series AS o SET rrule = old_rrule, rdates = ARRAY (SELECT at FROM unnest(o.rdates) AS at WHERE at < from_date),
        exdates = ARRAY (SELECT at FROM unnest(o.exdates) AS at WHERE at < from_date), materialised_until = NULL,
        sequence = o.sequence + 1, revision = o.revision + 1, revised_at = hubd.present()
        WHERE o.hub_id = s.hub_id AND o.id = s.id;
END $$;

-- The series' own row as it shall be, its dates' original starts moved along.
CREATE OR REPLACE FUNCTION hubd.write_series(s hubd.series, input jsonb, shift interval) RETURNS hubd.series LANGUAGE plpgsql AS $$
DECLARE
    result hubd.series;
BEGIN
    UPDATE hubd.series AS o SET title = coalesce(input ->> 'title', o.title), note = coalesce(input ->> 'note', o.note),
        zone = input ->> 'zone', local_start = (input ->> 'local_start')::timestamp, local_end = (input ->> 'local_end')::timestamp,
        duration = (input ->> 'duration')::interval, rrule = input ->> 'rrule', rdates = hubd.moments(input -> 'rdates'),
        exdates = hubd.excluded_dates(input), materialised_until = (input ->> 'until')::timestamptz,
        choice = coalesce(input ->> 'choice', o.choice), at_most = CASE WHEN input ->> 'choice' IS NULL THEN o.at_most ELSE (input ->> 'at_most')::integer END,
        at_most_percent = CASE WHEN input ->> 'choice' IS NULL THEN o.at_most_percent ELSE (input ->> 'at_most_percent')::integer END,
        sequence = o.sequence + 1, revision = o.revision + 1, revised_at = hubd.present()
        WHERE o.hub_id = s.hub_id AND o.id = s.id RETURNING * INTO result;
    IF shift <> '0' THEN
        UPDATE hubd.booking AS b SET recurrence_id = b.recurrence_id + shift WHERE b.hub_id = s.hub_id AND b.series_id = s.id;
    END IF;
    RETURN result;
END $$;

-- Of two ways to see a new rule (the dates stay where they were, or all move with its first) the one that keeps more of them; then what was deleted moves along.
CREATE OR REPLACE FUNCTION hubd.settle_shift(s hubd.series, input jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    plain interval := (input ->> 'shift')::integer * interval '1 second';
    by_rule interval := (input ->> 'rule_shift')::integer * interval '1 second';
    wanted timestamp[] := ARRAY (SELECT (d ->> 'date')::timestamp FROM jsonb_array_elements(input -> 'dates') AS d);
    had timestamp[] := ARRAY (SELECT b.recurrence_id FROM hubd.booking AS b WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.state <> 'cancelled');
BEGIN
    IF plain = by_rule OR (SELECT count(*) FROM unnest(had) AS at WHERE at + plain = ANY (wanted)) >= (SELECT count(*) FROM unnest(had) AS at WHERE at + by_rule = ANY (wanted)) THEN
        RETURN input;
    END IF;
    RETURN input || jsonb_build_object('shift', input -> 'rule_shift', 'exdates', (SELECT coalesce(jsonb_agg(hubd.wall(e::timestamp - plain + by_rule)), '[]')
        FROM jsonb_array_elements_text(input -> 'exdates') AS e));
END $$;

CREATE OR REPLACE FUNCTION hubd.excluded_dates(input jsonb) RETURNS timestamp[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY (SELECT unnest(hubd.moments(input -> 'exdates')) UNION SELECT unnest(hubd.moments(input -> 'more_exdates')) ORDER BY 1);
END $$;

-- ---- the difference ----

-- What becomes of each date: of those that the rule names kept | moved | changed | added, of those that it names no more removed. An
-- override keeps what it says itself; what has begun is kept whatever the rule says.
-- missed: those that could not be had before; they are tried again only where times or items change.
CREATE OR REPLACE FUNCTION hubd.differing_dates(caller jsonb, before hubd.series, s hubd.series, input jsonb, has_new_items boolean, missed timestamp[]) RETURNS hubd.series_date[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (
        SELECT ROW(row_number() OVER (ORDER BY lower(coalesce(CASE WHEN f.stays THEN f.b_during END, f.during, f.b_during))), coalesce(f.date, f.recurrence_id),
            coalesce(CASE WHEN f.stays THEN f.b_during END, f.during, f.b_during), f.local_end, f.fit, f.id,
            CASE WHEN f.id IS NULL THEN CASE WHEN f.date = ANY (missed) AND NOT has_new_items AND NOT (input ->> 'is_retimed')::boolean THEN 'skipped'
                    WHEN f.state = 'rule' THEN 'rule' ELSE 'added' END
                WHEN f.date IS NULL THEN CASE WHEN f.has_begun THEN 'kept' ELSE 'removed' END
                WHEN NOT f.stays AND f.b_during <> f.during THEN 'moved'
                WHEN f.has_begun THEN 'kept'
                WHEN has_new_items AND NOT f.own_items THEN 'changed' ELSE 'kept' END,
            f.reason, '[]', NULL, CASE WHEN f.id IS NOT NULL THEN f.local_start END)::hubd.series_date
        FROM (
            SELECT d.date, d.during, d.local_end, d.fit, d.state, d.reason, b.id, b.during AS b_during, b.recurrence_id, b.local_start, b.has_begun, b.own_items,
                b.id IS NOT NULL AND (b.has_begun OR b.own_time) AS stays
            FROM unnest(hubd.read_dates(caller, input -> 'dates', s.exdates, false)) AS d
            FULL JOIN (SELECT o.id, o.during, o.recurrence_id, o.local_start, lower(o.during) <= hubd.present() AS has_begun,
                    hubd.has_own_time(before, hubd.as_before(o, (input ->> 'shift')::integer)) AS own_time, has_new_items AND hubd.has_own_items(before, o) AS own_items
                FROM hubd.booking AS o WHERE o.hub_id = s.hub_id AND o.series_id = s.id AND o.state <> 'cancelled') AS b ON b.recurrence_id = d.date) AS f
        -- Dates that were never there and are past by now are none.
        WHERE f.id IS NOT NULL OR lower(f.during) > hubd.present());
END $$;

-- A date as its series had it before its original start moved along.
CREATE OR REPLACE FUNCTION hubd.as_before(b hubd.booking, shift integer) RETURNS hubd.booking LANGUAGE plpgsql STABLE AS $$
BEGIN
    b.recurrence_id := b.recurrence_id - shift * interval '1 second';
    RETURN b;
END $$;

-- Dates of these states, as they stand in the list.
CREATE OR REPLACE FUNCTION hubd.bookings_that_are(dates hubd.series_date[], VARIADIC states text[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN ARRAY (SELECT d.booking_id FROM unnest(dates) AS d WHERE d.state = ANY (states) AND d.booking_id IS NOT NULL ORDER BY d.n);
END $$;

CREATE OR REPLACE FUNCTION hubd.cancel_dates(hub bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.release(hub, bookings);
    UPDATE hubd.booking AS b SET state = 'cancelled', cancelled_at = hubd.present(), revised_at = hubd.present(), sequence = b.sequence + 1, revision = b.revision + 1
        FROM unnest(bookings) AS k (id) WHERE b.hub_id = hub AND b.id = k.id;
END $$;

-- Writes title, times and items into the dates that take them from the series. before: which still says what an override differs from.
CREATE OR REPLACE FUNCTION hubd.write_dates(before hubd.series, s hubd.series, dates hubd.series_date[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.booking AS b SET title = CASE WHEN b.title = before.title THEN s.title ELSE b.title END,
        note = CASE WHEN b.note = before.note THEN s.note ELSE b.note END, revision = b.revision + 1, sequence = greatest(b.sequence + 1, s.sequence),
        revised_at = hubd.present()
        WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.state <> 'cancelled';
    UPDATE hubd.booking AS b SET during = d.during, local_start = d.date, local_end = d.local_end, zone = s.zone
        FROM unnest(dates) AS d WHERE d.state = 'moved' AND b.hub_id = s.hub_id AND b.id = d.booking_id;
END $$;

-- These dates take the series' items.
CREATE OR REPLACE FUNCTION hubd.write_date_items(hub bigint, series bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.booking_item AS i USING unnest(bookings) AS k (id) WHERE i.hub_id = hub AND i.booking_id = k.id;
    INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id, wanted, count, pinned_unit_ids)
    SELECT hub, k.id, i.position, i.resource_id, i.wanted, i.count, i.pinned_unit_ids
    FROM unnest(bookings) AS k (id), (SELECT * FROM hubd.series_item AS o WHERE o.hub_id = hub AND o.series_id = series OFFSET 0) AS i;
END $$;

-- A date whose move was refused stays where it was, if that is still free: true then. old: the row before; old_items: [booking_item].
CREATE OR REPLACE FUNCTION hubd.put_back(old hubd.booking, old_items hubd.booking_item[], is_exclusive boolean) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.booking AS b SET during = old.during, local_start = old.local_start, local_end = old.local_end, zone = old.zone WHERE b.hub_id = old.hub_id AND b.id = old.id;
    DELETE FROM hubd.booking_item AS i WHERE i.hub_id = old.hub_id AND i.booking_id = old.id;
    INSERT INTO hubd.booking_item SELECT (i).* FROM unnest(old_items) AS i WHERE i.booking_id = old.id;
    RETURN (hubd.place_locked(old.hub_id, ARRAY[old.id], is_exclusive))[1].is_placed;
END $$;

-- Dates that could not be had: a new one leaves no booking, one that had a place keeps it or, where that is gone too, is cancelled.
CREATE OR REPLACE FUNCTION hubd.settle_changed(s hubd.series, choice text, dates hubd.series_date[], old hubd.booking[], old_items hubd.booking_item[], is_exclusive boolean) RETURNS hubd.series_date[] LANGUAGE plpgsql AS $$
DECLARE
    former hubd.booking;
    had_place boolean[] := '{}';
BEGIN
    FOR at IN 1 .. cardinality(dates) LOOP
        SELECT (o).* INTO former FROM unnest(old) AS o WHERE o.id = dates[at].booking_id;
        CONTINUE WHEN dates[at].state <> 'conflict' OR former.id IS NULL;
        IF hubd.put_back(former, old_items, is_exclusive) THEN
            dates[at].state := 'stays';
        ELSE
            PERFORM hubd.cancel_dates(s.hub_id, ARRAY[former.id]);
            dates[at].booking_id := NULL;
        END IF;
    END LOOP;
    RETURN hubd.settle_dates(s, choice, dates);
END $$;

-- ---- the change ----

-- Dates that need a place get it, all in one insert; and what is said of them.
CREATE OR REPLACE FUNCTION hubd.replace_dates(caller jsonb, s hubd.series, dates hubd.series_date[], is_exclusive boolean) RETURNS hubd.series_date[] LANGUAGE plpgsql AS $$
DECLARE
    wanting bigint[];
    made hubd.series_date[];
BEGIN
    made := hubd.insert_dates(s, ARRAY (SELECT ROW(d.n, d.date, d.during, d.local_end, d.fit, d.booking_id, CASE d.state WHEN 'added' THEN 'free' ELSE d.state END, d.reason,
        d.conflicts, d.substitute, d.was)::hubd.series_date FROM unnest(dates) AS d ORDER BY d.n));
    FOR at IN 1 .. cardinality(dates) LOOP
        dates[at].booking_id := made[at].booking_id;
    END LOOP;
    wanting := hubd.bookings_that_are(dates, 'added', 'moved', 'changed');
    PERFORM hubd.release(s.hub_id, wanting);
    PERFORM hubd.expire_on(s.hub_id, hubd.lock_keys(s.hub_id, hubd.resources_booked(s.hub_id, wanting), '{}'), is_exclusive);
    IF wanting = '{}' THEN
        RETURN dates;
    END IF;
    RETURN hubd.judged_dates(caller, s.hub_id, dates, hubd.place_locked(s.hub_id, wanting, is_exclusive));
END $$;

CREATE OR REPLACE FUNCTION hubd.try_series_change(caller jsonb, person bigint, is_manager boolean, hub bigint, input jsonb, is_exclusive boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    before hubd.series := hubd.lock_series(hub, hubd.resources_of(hub, input -> 'items'), (input ->> 'id')::bigint, is_exclusive);
    problem api.reply := hubd.problem_of_series_change(caller, person, is_manager, before, input ->> 'revision');
    choice text := coalesce(input ->> 'choice', 'all');
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
    items hubd.item[];
    s hubd.series;
    dates hubd.series_date[];
    old hubd.booking[];
    old_items hubd.booking_item[];
    scopes text[];
    takers bigint[];
    missed timestamp[];
BEGIN
    -- Whoever has left the hub may cancel what they kept, and no more.
    IF problem.status IS NULL AND NOT is_manager AND NOT hubd.is_of_hub(before.person_id, hub) THEN
        problem := hubd.problem_no_member(caller, before.person_id, hub);
    END IF;
    IF problem.status IS NULL AND input -> 'items' IS NOT NULL THEN
        items := hubd.read_items(hub, input -> 'items', before.kind);
        problem := hubd.problem_of_items(caller, hub, items, is_manager);
    END IF;
    IF problem.status IS NULL AND input ->> 'scope' = 'following' AND NOT EXISTS (SELECT FROM jsonb_array_elements(input -> 'dates')) THEN
        problem := hubd.problem_of_dates(caller, '{}', '0');
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    IF input ->> 'scope' = 'following' THEN
        before := hubd.split_series(before, (input ->> 'date')::timestamp, input ->> 'old_rrule');
    END IF;
    scopes := hubd.booking_scopes(hub, hubd.dates_of_series(hub, before.id));
    old := ARRAY (SELECT b FROM hubd.booking AS b WHERE b.hub_id = hub AND b.series_id = before.id AND b.state <> 'cancelled');
    old_items := ARRAY (SELECT i FROM unnest(old) AS o CROSS JOIN LATERAL (SELECT * FROM hubd.booking_item AS x WHERE x.hub_id = hub AND x.booking_id = o.id OFFSET 0) AS i);
    input := hubd.settle_shift(before, input);
    s := hubd.write_series(before, input, (input ->> 'shift')::integer * interval '1 second');
    missed := ARRAY (SELECT m.recurrence_id + (input ->> 'shift')::integer * interval '1 second' FROM hubd.series_miss AS m WHERE m.hub_id = hub AND m.series_id = before.id);
    dates := hubd.differing_dates(caller, before, s, input, items IS NOT NULL, missed);
    problem := hubd.problem_of_dates(caller, ARRAY (SELECT d FROM unnest(dates) AS d WHERE d.state <> 'removed' ORDER BY d.n), hubd.gap_of(hub, items));
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    IF items IS NOT NULL THEN
        takers := hubd.bookings_that_take(before, dates);
        PERFORM hubd.insert_series_items(hub, s.id, items);
        PERFORM hubd.write_date_items(hub, s.id, takers);
    END IF;
    RETURN hubd.apply_series_change(caller, is_manager, before, s, choice, dates, missed, old, old_items, scopes, is_exclusive, is_dry);
END $$;

-- The dates that take the series' items: all that are still to come and had no items of their own.
CREATE OR REPLACE FUNCTION hubd.bookings_that_take(before hubd.series, dates hubd.series_date[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (SELECT d.booking_id FROM unnest(dates) AS d CROSS JOIN LATERAL (
            SELECT b FROM hubd.booking AS b WHERE b.hub_id = before.hub_id AND b.id = d.booking_id OFFSET 0) AS o
        WHERE d.state IN ('moved', 'changed') AND NOT hubd.has_own_items(before, o.b));
END $$;

CREATE OR REPLACE FUNCTION hubd.apply_series_change(caller jsonb, is_manager boolean, before hubd.series, s hubd.series, choice text, dates hubd.series_date[],
    missed timestamp[], old hubd.booking[], old_items hubd.booking_item[], scopes text[], is_exclusive boolean, is_dry boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    language text := hubd.language(caller);
    documents jsonb;
    named integer := (SELECT count(*) FROM unnest(dates) AS d WHERE d.state <> 'removed');
BEGIN
    PERFORM hubd.cancel_dates(s.hub_id, hubd.bookings_that_are(dates, 'removed'));
    PERFORM hubd.write_dates(before, s, dates);
    IF hubd.bookings_that_are(dates, 'moved', 'changed') <> '{}' OR EXISTS (SELECT FROM unnest(dates) AS d WHERE d.state IN ('added', 'rule')) THEN
        DELETE FROM hubd.series_miss AS m WHERE m.hub_id = s.hub_id AND m.series_id = s.id;
    END IF;
    dates := hubd.replace_dates(caller, s, dates, is_exclusive);
    IF choice = 'substitute' AND NOT is_dry THEN
        dates := hubd.substitute_dates(caller, s.hub_id, dates, is_manager, true);
    END IF;
    dates := hubd.forgive_missed(s, dates, missed, old);
    IF is_dry THEN
        dates := hubd.substitute_dates(caller, s.hub_id, dates, is_manager, false);
        documents := hubd.dates_document(hubd.without_new(dates, old));
        RETURN ROW(200, (hubd.series_document(s, language) || jsonb_build_object('dates', documents, 'counts', hubd.count_dates(documents),
            'choices', hubd.choices_document(dates)))::text, NULL, NULL)::api.reply;
    ELSIF NOT hubd.is_choice_met(choice, s.at_most, s.at_most_percent, named, (SELECT count(*)::integer FROM unnest(dates) AS d WHERE d.state IN ('conflict', 'rule'))) THEN
        RETURN hubd.refuse_series(caller, hubd.without_new(dates, old));
    END IF;
    dates := hubd.settle_changed(s, choice, dates, old, old_items, is_exclusive);
    PERFORM hubd.changed(scopes || hubd.booking_scopes(s.hub_id, hubd.dates_of_series(s.hub_id, s.id)));
    -- "This and following" made a series of the rest just now: of the other one its reader's calendar must know that it ends.
    PERFORM hubd.tell_series(o, 'changed', hubd.caller_person(caller, 'write')) FROM hubd.series AS o
        WHERE o.hub_id = s.hub_id AND (o.id = s.id OR (o.id = s.follows_id AND s.created_at = hubd.present())) ORDER BY o.id;
    RETURN hubd.series_reply(200, caller, s, dates);
END $$;

-- What could not be had before, and cannot be had now, is no reason to refuse a change: it is left out, or waits, as it did.
CREATE OR REPLACE FUNCTION hubd.forgive_missed(s hubd.series, dates hubd.series_date[], missed timestamp[], old hubd.booking[]) RETURNS hubd.series_date[] LANGUAGE plpgsql AS $$
DECLARE
    forgiven hubd.series_date[] := ARRAY (SELECT d FROM unnest(dates) AS d WHERE d.state IN ('conflict', 'rule') AND d.date = ANY (missed)
        AND NOT EXISTS (SELECT FROM unnest(old) AS o WHERE o.id = d.booking_id) ORDER BY d.n);
BEGIN
    forgiven := hubd.settle_dates(s, s.choice, forgiven);
    RETURN ARRAY (SELECT coalesce(f, d) FROM unnest(dates) AS d LEFT JOIN unnest(forgiven) AS f ON f.n = d.n ORDER BY d.n);
END $$;

-- Bookings that will not have been: their numbers are nobody's.
CREATE OR REPLACE FUNCTION hubd.without_new(dates hubd.series_date[], old hubd.booking[]) RETURNS hubd.series_date[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    FOR at IN 1 .. cardinality(dates) LOOP
        IF NOT EXISTS (SELECT FROM unnest(old) AS o WHERE o.id = dates[at].booking_id) THEN
            dates[at].booking_id := NULL;
        END IF;
    END LOOP;
    RETURN dates;
END $$;

-- Tried with the shared lock, and once more with the hub's when that may help.
CREATE OR REPLACE FUNCTION hubd.change_many(caller jsonb, person bigint, is_manager boolean, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    reply api.reply;
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
    is_exclusive boolean := input ->> 'choice' IS NOT DISTINCT FROM 'substitute' OR jsonb_path_exists(input, '$.items[*].any')
        OR hubd.has_wish(hub, hubd.dates_of_series(hub, (input ->> 'id')::bigint));
BEGIN
    LOOP
        BEGIN
            reply := hubd.try_series_change(caller, person, is_manager, hub, input, is_exclusive);
            IF is_dry OR reply.status <> 200 THEN
                PERFORM hubd.undo();
            END IF;
            RETURN reply;
        EXCEPTION
            WHEN SQLSTATE 'HB001' OR deadlock_detected THEN
                IF is_exclusive THEN
                    RAISE;
                END IF;
                is_exclusive := true;
            WHEN SQLSTATE 'HB002' THEN
                EXIT;
        END;
    END LOOP;
    IF is_dry THEN
        RETURN hubd.as_dry_run(reply);
    END IF;
    PERFORM hubd.keep_wish(hub, person, reply, input - 'dates');
    RETURN reply;
END $$;

-- A date that could not be had is tried once more, at the time and with the items that the input brings: 200 with its booking, or why not.
CREATE OR REPLACE FUNCTION hubd.try_missed(caller jsonb, person bigint, is_manager boolean, s hubd.series, m hubd.series_miss, input jsonb, items hubd.item[]) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking;
    outcome hubd.placing;
    dates hubd.series_date[] := hubd.insert_dates(s, ARRAY[ROW(1, m.recurrence_id, m.during, m.local_end, NULL, NULL, 'free', NULL, '[]', NULL, NULL)::hubd.series_date]);
BEGIN
    SELECT * INTO b FROM hubd.booking AS o WHERE o.hub_id = s.hub_id AND o.id = dates[1].booking_id;
    b := hubd.write_change(b, coalesce((input ->> 'start')::timestamptz, lower(b.during)), coalesce((input ->> 'end')::timestamptz, upper(b.during)), input, items, false);
    SELECT * INTO outcome FROM hubd.place(s.hub_id, ARRAY[b.id]);
    IF NOT outcome.is_placed THEN
        RETURN hubd.refuse_booking(caller, person, is_manager, b, outcome, b.id);
    END IF;
    DELETE FROM hubd.series_miss AS o WHERE o.hub_id = m.hub_id AND o.id = m.id;
    UPDATE hubd.series AS o SET sequence = o.sequence + 1, revision = o.revision + 1, revised_at = hubd.present() WHERE o.hub_id = s.hub_id AND o.id = s.id;
    PERFORM hubd.changed(hubd.booking_scopes(s.hub_id, ARRAY[b.id]));
    RETURN hubd.booking_reply(200, b, person, is_manager, hubd.language(caller));
END $$;

CREATE OR REPLACE FUNCTION hubd.book_missed(caller jsonb, person bigint, is_manager boolean, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    s hubd.series;
    m hubd.series_miss;
    items hubd.item[];
    reply api.reply;
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
BEGIN
    -- The hub before the rows, like whoever books what waits: each would wait for the other. What was read before the lock is read again.
    PERFORM hubd.lock_all(hub);
    SELECT * INTO s FROM hubd.series AS o WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint FOR UPDATE;
    reply := hubd.problem_of_series_change(caller, person, is_manager, s, input ->> 'revision');
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    SELECT * INTO m FROM hubd.series_miss AS o WHERE o.hub_id = hub AND o.series_id = s.id AND o.recurrence_id = (input ->> 'date')::timestamp FOR UPDATE;
    IF m.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Termin hat die Serie nicht.', 'The series has no such date.');
    END IF;
    items := CASE WHEN input -> 'items' IS NOT NULL THEN hubd.read_items(hub, input -> 'items', s.kind) END;
    reply := hubd.problem_of_time(caller, coalesce((input ->> 'start')::timestamptz, lower(m.during)), coalesce((input ->> 'end')::timestamptz, upper(m.during)), is_manager);
    IF NOT is_manager AND NOT hubd.is_of_hub(s.person_id, s.hub_id) THEN
        reply := hubd.problem_no_member(caller, s.person_id, s.hub_id);
    ELSIF reply.status IS NULL AND items IS NOT NULL THEN
        reply := hubd.problem_of_items(caller, s.hub_id, items, is_manager);
    END IF;
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    BEGIN
        reply := hubd.try_missed(caller, person, is_manager, s, m, input, items);
        IF is_dry OR reply.status <> 200 THEN
            PERFORM hubd.undo();
        END IF;
        RETURN reply;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN CASE WHEN is_dry THEN hubd.as_dry_run(reply) ELSE reply END;
    END;
END $$;

-- One date: the booking that it is, or, of one that could not be had, another try, there or elsewhere.
CREATE OR REPLACE FUNCTION hubd.change_one(caller jsonb, person bigint, is_manager boolean, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    s hubd.series;
    problem api.reply;
    booking bigint;
BEGIN
    SELECT * INTO s FROM hubd.series AS o WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint;
    problem := hubd.problem_of_series_change(caller, person, is_manager, s, input ->> 'revision');
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    booking := (SELECT b.id FROM hubd.booking AS b WHERE b.hub_id = hub AND b.series_id = s.id AND b.recurrence_id = (input ->> 'date')::timestamp
        AND b.state <> 'cancelled');
    IF booking IS NULL THEN
        RETURN hubd.book_missed(caller, person, is_manager, hub, input);
    END IF;
    RETURN hubd.change_booking(caller - 'revision', person, is_manager, hub, booking, input - 'revision');
END $$;

-- ---- cancelling ----

CREATE OR REPLACE FUNCTION hubd.try_series_cancel(caller jsonb, person bigint, is_manager boolean, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    s hubd.series := hubd.lock_series(hub, '{}', (input ->> 'id')::bigint, false);
    problem api.reply := hubd.problem_of_series_change(caller, person, is_manager, s, input ->> 'revision');
    from_date timestamp := (input ->> 'date')::timestamp;
    gone bigint[];
    dates hubd.series_date[];
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    dates := ARRAY (SELECT ROW(row_number() OVER (ORDER BY lower(b.during)), b.recurrence_id, b.during, b.local_end, NULL, b.id, 'removed', NULL, '[]', NULL, b.local_start)::hubd.series_date
        FROM hubd.booking AS b WHERE b.hub_id = hub AND b.series_id = s.id AND b.state <> 'cancelled' AND lower(b.during) > hubd.present()
          AND CASE WHEN input ->> 'scope' = 'this' THEN b.recurrence_id = from_date ELSE b.recurrence_id >= from_date END);
    gone := hubd.bookings_that_are(dates, 'removed');
    IF input ->> 'scope' = 'this' THEN
        IF gone = '{}' AND NOT EXISTS (SELECT FROM hubd.series_miss AS m WHERE m.hub_id = hub AND m.series_id = s.id AND m.recurrence_id = from_date) THEN
            RETURN hubd.problem_not_found(caller, 'Diesen Termin hat die Serie nicht, oder er hat schon begonnen.', 'The series has no such date, or it has begun already.');
        END IF;
        PERFORM hubd.touch_series(hub, s.id, from_date);
    ELSIF input ->> 'scope' = 'following' THEN
        PERFORM hubd.end_series(s, from_date, input ->> 'old_rrule');
    ELSE
        UPDATE hubd.series AS o SET state = 'cancelled', cancelled_at = hubd.present(), materialised_until = NULL, sequence = o.sequence + 1,
            revision = o.revision + 1, revised_at = hubd.present() WHERE o.hub_id = hub AND o.id = s.id;
    END IF;
    DELETE FROM hubd.series_miss AS m WHERE m.hub_id = hub AND m.series_id = s.id AND m.recurrence_id >= from_date AND input ->> 'scope' <> 'this';
    PERFORM hubd.cancel_dates(hub, gone);
    PERFORM hubd.changed(hubd.booking_scopes(hub, gone) || ('person:' || s.person_id));
    SELECT * INTO s FROM hubd.series AS o WHERE o.hub_id = hub AND o.id = s.id;
    IF input ->> 'scope' = 'this' THEN
        PERFORM hubd.tell_booking(b, 'cancelled', person) FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = ANY (gone);
    ELSE
        PERFORM hubd.tell_series(s, CASE s.state WHEN 'cancelled' THEN 'cancelled' ELSE 'changed' END, person);
    END IF;
    RETURN hubd.series_reply(200, caller, s, dates);
END $$;

CREATE OR REPLACE FUNCTION hubd.cancel_series(caller jsonb, person bigint, is_manager boolean, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    reply api.reply;
BEGIN
    BEGIN
        reply := hubd.try_series_cancel(caller, person, is_manager, hub, input);
        IF (input ->> 'dry_run')::boolean THEN
            PERFORM hubd.undo();
        END IF;
        RETURN reply;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN hubd.as_dry_run(reply);
    END;
END $$;
