-- SPDX-License-Identifier: GPL-3.0-or-later
-- Moving, cancelling and confirming a booking: lock, then read it again, then do it.

-- A booking's address does not name its hub; this looks through the fence, for the number alone.
CREATE OR REPLACE FUNCTION hubd.hub_of_booking(booking bigint) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT b.hub_id FROM hubd.booking AS b WHERE b.id = booking);
END $$;
ALTER FUNCTION hubd.hub_of_booking(bigint) OWNER TO hubd_network;

-- Why this person may not change that booking as it is; NULL: they may. revision: what If-Match named.
CREATE OR REPLACE FUNCTION hubd.problem_of_change(caller jsonb, person bigint, is_manager boolean, b hubd.booking) RETURNS api.reply LANGUAGE sql STABLE
    RETURN CASE
        WHEN (b).id IS NULL THEN hubd.problem_not_found(caller, 'Diese Buchung gibt es nicht.', 'There is no such booking.')
        WHEN NOT is_manager AND (b).person_id IS DISTINCT FROM person AND NOT hubd.acts_for(person, b) THEN
            hubd.problem_not_allowed(caller, 'Das dürfen, wer gebucht hat, ihre Vertretung und die Hub-Manager.', 'Only the booker, their delegate and the hub managers may do that.')
        WHEN (b).kind NOT IN ('booking', 'closure') THEN
            hubd.problem_unprocessable(caller, 'belongs-to-event', '/id', 'Diese Räume gehören zu einer Veranstaltung: bitte diese ändern.', 'These rooms belong to an event: please change that.')
        WHEN caller ->> 'revision' <> (b).revision::text THEN hubd.problem_stale(caller, (b).revision)
    END;

CREATE OR REPLACE FUNCTION hubd.problem_not_live(caller jsonb, b hubd.booking) RETURNS api.reply LANGUAGE sql STABLE
    RETURN CASE
        WHEN (b).state = 'expired' OR ((b).state = 'held' AND (b).expires_at <= hubd.present()) THEN hubd.problem(409, 'hold-expired',
            hubd.say(hubd.language(caller), 'Die Reservierung ist abgelaufen', 'The hold has expired'),
            hubd.say(hubd.language(caller), 'Der Platz war 10 Minuten gehalten und ist wieder frei: bitte neu buchen.', 'The slot was held for 10 minutes and is free again: please book anew.'))
        WHEN (b).state NOT IN ('held', 'confirmed') THEN hubd.problem(409, 'not-live',
            hubd.say(hubd.language(caller), 'Die Buchung gilt nicht mehr', 'The booking is no longer live'),
            hubd.say(hubd.language(caller), 'Sie ist abgesagt und lässt sich nicht mehr ändern: bitte neu buchen.', 'It is cancelled and cannot be changed: please book anew.'))
    END;

-- Takes the locks of a booking and of the resources it shall have, then reads it as it is under them.
CREATE OR REPLACE FUNCTION hubd.lock_booking(hub bigint, resources bigint[], booking bigint, is_exclusive boolean) RETURNS hubd.booking LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking;
BEGIN
    PERFORM hubd.lock(hub, resources, ARRAY[booking], is_exclusive);
    SELECT * INTO b FROM hubd.booking AS o WHERE o.hub_id = hub AND o.id = booking FOR UPDATE;
    RETURN b;
END $$;

CREATE OR REPLACE FUNCTION hubd.cancel_booking(caller jsonb, person bigint, is_manager boolean, hub bigint, booking bigint) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking := hubd.lock_booking(hub, '{}', booking, false);
    problem api.reply := hubd.problem_of_change(caller, person, is_manager, b);
    is_told boolean;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    ELSIF b.state IN ('cancelled', 'expired') THEN
        RETURN hubd.booking_reply(200, b, person, is_manager, hubd.language(caller));
    ELSIF upper(b.during) <= hubd.present() AND NOT is_manager THEN
        RETURN hubd.problem_unprocessable(caller, 'in-the-past', '/id', 'Diese Buchung ist schon vorbei.', 'This booking is already over.');
    END IF;
    is_told := b.state = 'confirmed';
    PERFORM hubd.release(hub, ARRAY[booking]);
    UPDATE hubd.booking AS o SET state = 'cancelled', cancelled_at = hubd.present(), revised_at = hubd.present(),
        sequence = o.sequence + 1, revision = o.revision + 1 WHERE o.hub_id = hub AND o.id = booking RETURNING * INTO b;
    IF b.series_id IS NOT NULL THEN
        PERFORM hubd.touch_series(hub, b.series_id, b.recurrence_id);
    END IF;
    PERFORM hubd.changed(hubd.booking_scopes(hub, ARRAY[booking]));
    IF is_told THEN
        PERFORM hubd.tell_booking(b, 'cancelled', person);
    END IF;
    RETURN hubd.booking_reply(200, b, person, is_manager, hubd.language(caller));
END $$;

-- The same clock as the writers', under the same lock: a hold is confirmed or removed, never both.
CREATE OR REPLACE FUNCTION hubd.confirm_booking(caller jsonb, person bigint, is_manager boolean, hub bigint, booking bigint) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking := hubd.lock_booking(hub, '{}', booking, false);
    problem api.reply := hubd.problem_of_change(caller, person, is_manager, b);
BEGIN
    IF problem.status IS NULL THEN
        problem := hubd.problem_not_live(caller, b);
    END IF;
    IF problem.status IS NOT NULL THEN
        PERFORM hubd.expire(hub, ARRAY[booking]);
        RETURN problem;
    ELSIF b.state = 'held' THEN
        UPDATE hubd.claim SET expires_at = NULL WHERE booking_hub_id = hub AND booking_id = booking;
        UPDATE hubd.booking AS o SET state = 'confirmed', expires_at = NULL, revised_at = hubd.present(),
            sequence = o.sequence + 1, revision = o.revision + 1 WHERE o.hub_id = hub AND o.id = booking RETURNING * INTO b;
        PERFORM hubd.changed(hubd.booking_scopes(hub, ARRAY[booking]));
        PERFORM hubd.tell_booking(b, 'confirmed', person);
    END IF;
    RETURN hubd.booking_reply(200, b, person, is_manager, hubd.language(caller));
END $$;

-- The resources that a change may lead to, so that all is locked at once: the named ones; a wish locks the hub.
CREATE OR REPLACE FUNCTION hubd.resources_of(hub bigint, items jsonb) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (SELECT r.id FROM jsonb_array_elements(coalesce(items, '[]')) AS i JOIN hubd.resource AS r ON r.hub_id = hub AND r.slug = i ->> 'resource');
END $$;

-- What is wrong with a change of time or place (items: NULL when they stay). A booking that runs may still change its end: only a new start must not be past.
CREATE OR REPLACE FUNCTION hubd.problem_of_move(caller jsonb, is_manager boolean, b hubd.booking, starts timestamptz, ends timestamptz, items hubd.item[]) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    problem api.reply := hubd.problem_not_live(caller, b);
BEGIN
    IF problem.status IS NULL AND items = '{}' THEN
        problem := hubd.problem_unprocessable(caller, 'nothing-wanted', '/items', 'Es fehlt, was gebucht werden soll.', 'What to book is missing.');
    END IF;
    IF problem.status IS NULL THEN
        problem := hubd.problem_of_time(caller, starts, ends, is_manager OR (starts = lower(b.during) AND ends > hubd.present()));
    END IF;
    -- Whoever left, and a guest, may shorten or cancel what they have, not take it to another time.
    IF problem.status IS NULL AND NOT is_manager AND NOT b.during @> tstzrange(starts, ends) AND NOT hubd.may_book(b.person_id, b.hub_id, starts, ends) THEN
        problem := hubd.problem_no_member(caller, b.person_id, b.hub_id);
    END IF;
    IF problem.status IS NULL AND items IS NOT NULL THEN
        problem := hubd.problem_of_items(caller, b.hub_id, items, is_manager);
    END IF;
    RETURN problem;
END $$;

-- One attempt at a change, inside the caller's sub-block: lock, release, update, place. Raises HB001 like hubd.place_locked().
CREATE OR REPLACE FUNCTION hubd.try_change(caller jsonb, person bigint, is_manager boolean, hub bigint, booking bigint, input jsonb, is_exclusive boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking := hubd.lock_booking(hub, hubd.resources_of(hub, input -> 'items'), booking, is_exclusive);
    starts timestamptz := coalesce((input ->> 'start')::timestamptz, lower(b.during));
    ends timestamptz := coalesce((input ->> 'end')::timestamptz, upper(b.during));
    is_move boolean := starts <> lower(b.during) OR ends <> upper(b.during) OR input -> 'items' IS NOT NULL;
    problem api.reply := hubd.problem_of_change(caller, person, is_manager, b);
    before text[] := hubd.booking_scopes(hub, ARRAY[booking]);
    items hubd.item[];
    outcomes hubd.placing[];
    was hubd.booking;
BEGIN
    IF problem.status IS NULL THEN
        items := CASE WHEN input -> 'items' IS NOT NULL THEN hubd.read_items(hub, input -> 'items', b.kind) END;
        problem := hubd.problem_of_move(caller, is_manager, b, starts, ends, items);
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    was := b;
    b := hubd.write_change(b, starts, ends, input, items, is_move);
    IF is_move THEN
        PERFORM hubd.release(hub, ARRAY[booking]);
        PERFORM hubd.expire_on(hub, hubd.lock_keys(hub, hubd.resources_booked(hub, ARRAY[booking]), '{}'), is_exclusive);
        outcomes := hubd.place_locked(hub, ARRAY[booking], is_exclusive);
        IF NOT (outcomes[1]).is_placed THEN
            RETURN hubd.refuse_booking(caller, person, is_manager, b, outcomes[1], booking);
        END IF;
    END IF;
    IF b.series_id IS NOT NULL THEN
        PERFORM hubd.touch_series(hub, b.series_id, NULL);
    END IF;
    PERFORM hubd.changed(before || hubd.booking_scopes(hub, ARRAY[booking]));
    IF is_move AND b.state = 'confirmed' THEN
        PERFORM hubd.tell_booking(b, 'moved', person, was);
    END IF;
    RETURN hubd.booking_reply(200, b, person, is_manager, hubd.language(caller));
END $$;

-- The booking's row and items as they shall be. Wall clock times that the input does not bring follow the instants.
CREATE OR REPLACE FUNCTION hubd.write_change(b hubd.booking, starts timestamptz, ends timestamptz, input jsonb, items hubd.item[], is_move boolean) RETURNS hubd.booking LANGUAGE plpgsql AS $$
DECLARE
    clock text := coalesce(input ->> 'zone', b.zone);
    result hubd.booking;
BEGIN
    UPDATE hubd.booking AS o SET title = coalesce(input ->> 'title', o.title), note = coalesce(input ->> 'note', o.note),
        during = tstzrange(starts, ends), zone = clock,
        local_start = CASE WHEN input ->> 'start' IS NULL THEN o.local_start ELSE coalesce((input ->> 'local_start')::timestamp, starts AT TIME ZONE clock) END,
        local_end = CASE WHEN input ->> 'end' IS NULL THEN o.local_end ELSE coalesce((input ->> 'local_end')::timestamp, ends AT TIME ZONE clock) END,
        revised_at = hubd.present(), revision = o.revision + 1, sequence = o.sequence + is_move::integer
        WHERE o.hub_id = b.hub_id AND o.id = b.id RETURNING * INTO result;
    IF items IS NOT NULL THEN
        DELETE FROM hubd.booking_item AS i WHERE i.hub_id = b.hub_id AND i.booking_id = b.id;
        PERFORM hubd.insert_items(b.hub_id, b.id, items);
    END IF;
    RETURN result;
END $$;

-- The whole change: tried with the shared lock, and once more with the hub's when that may help. A refusal's wish outlives the undoing.
CREATE OR REPLACE FUNCTION hubd.change_booking(caller jsonb, person bigint, is_manager boolean, hub bigint, booking bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    reply api.reply;
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
    is_exclusive boolean := hubd.has_wish(hub, ARRAY[booking]) OR jsonb_path_exists(input, '$.items[*].any');
BEGIN
    LOOP
        BEGIN
            reply := hubd.try_change(caller, person, is_manager, hub, booking, input, is_exclusive);
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
    PERFORM hubd.keep_wish(hub, person, reply, input);
    RETURN reply;
END $$;
