-- SPDX-License-Identifier: GPL-3.0-or-later
-- A cancellation taken back: for a minute, and if the place is still free. The booking is placed anew by the one engine.

-- Until when a cancellation of this booking can be taken back; NULL: it cannot any more.
CREATE OR REPLACE FUNCTION hubd.restorable_until(b hubd.booking) RETURNS timestamptz LANGUAGE sql STABLE
    RETURN CASE WHEN (b).state = 'cancelled' AND (b).kind IN ('booking', 'closure') AND (b).cancelled_at > hubd.present() - interval '1 minute'
        AND ((b).expires_at IS NULL OR (b).expires_at > hubd.present()) THEN (b).cancelled_at + interval '1 minute' END;

CREATE OR REPLACE FUNCTION hubd.problem_of_restore(caller jsonb, b hubd.booking) RETURNS api.reply LANGUAGE sql STABLE
    RETURN CASE
        WHEN (b).state IN ('held', 'confirmed') THEN hubd.problem(409, 'not-cancelled', hubd.say(hubd.language(caller), 'Die Buchung ist nicht abgesagt', 'The booking is not cancelled'),
            hubd.say(hubd.language(caller), 'Sie gilt: es gibt nichts zurückzunehmen.', 'It counts: there is nothing to take back.'))
        WHEN hubd.restorable_until(b) IS NULL OR EXISTS (SELECT FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
            WHERE i.hub_id = (b).hub_id AND i.booking_id = (b).id AND r.retired_at IS NOT NULL) THEN hubd.problem(409, 'too-late-to-restore', hubd.say(hubd.language(caller), 'Zu spät zum Zurücknehmen', 'Too late to take it back'),
            hubd.say(hubd.language(caller), 'Eine Absage lässt sich eine Minute lang zurücknehmen: bitte neu buchen.', 'A cancellation can be taken back for one minute: please book anew.'))
    END;

-- One attempt, inside the caller's sub-block. Raises HB001 like hubd.place_locked().
CREATE OR REPLACE FUNCTION hubd.try_restore(caller jsonb, person bigint, is_manager boolean, hub bigint, booking bigint, is_exclusive boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking := hubd.lock_booking(hub, '{}', booking, is_exclusive);
    problem api.reply := hubd.problem_of_change(caller, person, is_manager, b);
    outcomes hubd.placing[];
BEGIN
    IF problem.status IS NULL THEN
        problem := hubd.problem_of_restore(caller, b);
    END IF;
    -- What was cancelled because somebody left does not come back with them.
    IF problem.status IS NULL AND NOT is_manager AND NOT hubd.may_book(b.person_id, hub, lower(b.during), upper(b.during)) THEN
        problem := hubd.problem_no_member(caller, b.person_id, hub);
    END IF;
    IF problem.status IS NULL AND b.series_id IS NOT NULL AND NOT hubd.restore_date(hub, b.series_id, b.recurrence_id) THEN
        problem := hubd.problem(409, 'too-late-to-restore', hubd.say(hubd.language(caller), 'Zu spät zum Zurücknehmen', 'Too late to take it back'),
            hubd.say(hubd.language(caller), 'Die Serie, zu der dieser Termin gehörte, hat ihn nicht mehr: bitte neu buchen.', 'The series to which this date belonged no longer has it: please book anew.'));
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    UPDATE hubd.booking AS o SET state = CASE WHEN o.expires_at IS NULL THEN 'confirmed' ELSE 'held' END, cancelled_at = NULL, revised_at = hubd.present(),
        sequence = o.sequence + 1, revision = o.revision + 1 WHERE o.hub_id = hub AND o.id = booking RETURNING * INTO b;
    PERFORM hubd.expire_on(hub, hubd.lock_keys(hub, hubd.resources_booked(hub, ARRAY[booking]), '{}'), is_exclusive);
    outcomes := hubd.place_locked(hub, ARRAY[booking], is_exclusive);
    IF NOT (outcomes[1]).is_placed THEN
        RETURN hubd.refuse_booking(caller, person, is_manager, b, outcomes[1], booking);
    END IF;
    PERFORM hubd.changed(hubd.booking_scopes(hub, ARRAY[booking]));
    IF b.state = 'confirmed' THEN
        PERFORM hubd.tell_booking(b, 'confirmed', person);
    END IF;
    RETURN hubd.booking_reply(200, b, person, is_manager, hubd.language(caller));
END $$;

-- The whole: tried with the shared lock, and once more with the hub's when that may help. Refused, the booking stays cancelled.
CREATE OR REPLACE FUNCTION hubd.restore_booking(caller jsonb, person bigint, is_manager boolean, hub bigint, booking bigint, is_dry boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    reply api.reply;
    is_exclusive boolean := hubd.has_wish(hub, ARRAY[booking]);
BEGIN
    LOOP
        BEGIN
            reply := hubd.try_restore(caller, person, is_manager, hub, booking, is_exclusive);
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
    RETURN CASE WHEN is_dry THEN hubd.as_dry_run(reply) ELSE reply END;
END $$;
