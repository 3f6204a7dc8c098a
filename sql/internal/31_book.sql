-- SPDX-License-Identifier: GPL-3.0-or-later
-- Booking, refusing, and what every change of a booking has in common.

-- What a dry run would have answered; nothing of it is there, so it has no address.
CREATE OR REPLACE FUNCTION hubd.as_dry_run(reply api.reply) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN ROW((reply).status, ((reply).body::jsonb || '{"dry_run": true}')::text, NULL, NULL)::api.reply;

-- Undoes the sub-block that raises it: what a dry run or a refused move tried. Not HB000: in a handler that stands for its whole class, HB001 too.
CREATE OR REPLACE FUNCTION hubd.undo() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE 'undone' USING ERRCODE = 'HB002';
END $$;

CREATE OR REPLACE FUNCTION hubd.booking_reply(status integer, b hubd.booking, person bigint, is_manager boolean, language text) RETURNS api.reply LANGUAGE sql STABLE
    RETURN ROW(status, hubd.booking_document(b, person, is_manager, language)::text, (b).revision::text,
        CASE WHEN status = 201 THEN '/api/v1/bookings/' || (b).id END)::api.reply;

-- Keeps what was wished and found nothing free.
CREATE OR REPLACE FUNCTION hubd.keep_wish(hub bigint, person bigint, reply api.reply, wish jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO hubd.refusal (hub_id, person_id, problem, wish)
    SELECT hub, person, regexp_replace((reply).body::jsonb ->> 'type', '.*/', ''), wish WHERE (reply).status = 409;
END $$;

-- Says what is in the way and what would succeed. The booking that was tried is still there, without claims.
CREATE OR REPLACE FUNCTION hubd.refuse_booking(caller jsonb, person bigint, is_manager boolean, b hubd.booking, outcome hubd.placing, own bigint) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    language text := hubd.language(caller);
    items jsonb := (SELECT jsonb_agg(jsonb_build_object('resource_id', i.resource_id, 'count', i.count, 'wanted', i.wanted, 'units', i.pinned_unit_ids) ORDER BY i.position)
        FROM hubd.booking_item AS i WHERE i.hub_id = b.hub_id AND i.booking_id = b.id);
    wish jsonb := jsonb_build_object('items', items, 'start', lower(b.during), 'end', upper(b.during), 'own', own, 'is_manager', is_manager);
    is_choice boolean := EXISTS (SELECT FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
        WHERE i.hub_id = b.hub_id AND i.booking_id = b.id AND (r.is_pool OR i.wanted IS NOT NULL));
    problem text := CASE WHEN is_choice THEN 'none-free' ELSE 'slot-taken' END;
    searched text := CASE WHEN outcome.reason = 'none-found' THEN 'bounded' WHEN is_choice OR outcome.reason = 'none-exists' THEN 'exhaustive' END;
BEGIN
    RETURN hubd.problem(409, problem,
        CASE WHEN is_choice THEN hubd.say(language, 'Dann ist nichts frei', 'Nothing is free then') ELSE hubd.say(language, 'Schon belegt', 'Already taken') END,
        CASE WHEN outcome.reason = 'none-found' THEN hubd.say(language, 'Im Rahmen der Suche fand sich keine Verteilung, die allen gerecht wird.', 'Within the bounds of the search no arrangement was found that serves everybody.')
            WHEN is_choice THEN hubd.say(language, 'Auch wenn alles Verschiebbare verschoben wird, passt es nicht.', 'It does not fit, even if everything that may move is moved.')
            ELSE hubd.say(language, 'Zu dieser Zeit ist dort schon etwas anderes.', 'Something else is there at that time.') END,
        jsonb_strip_nulls(jsonb_build_object('searched', searched)) || jsonb_build_object('conflicts', hubd.conflicts_for(caller, b.hub_id, outcome.conflicts),
            'alternatives', hubd.alternatives(caller, b.hub_id, wish)));
END $$;

-- For whom the booking is: the asker, or whom they name: a manager somebody of the hub, a delegate who named them one. NULL for anybody
-- else, whether or not that address has an account.
CREATE OR REPLACE FUNCTION hubd.booker(hub bigint, person bigint, input jsonb) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN CASE WHEN input ->> 'on_behalf_of' IS NULL THEN person
        ELSE (SELECT p.id FROM hubd.person AS p WHERE lower(p.mail) = lower(input ->> 'on_behalf_of')
            AND (p.id = booker.person OR hubd.is_delegate(booker.person, p.id)
                OR (hubd.has_role(booker.person, hub, 'manager') AND EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = p.id)))) END;
END $$;

-- Not of this hub, or its guest on other days only.
CREATE OR REPLACE FUNCTION hubd.problem_no_member(caller jsonb, person bigint, hub bigint) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    days text := (SELECT string_agg(d.day::text, ', ' ORDER BY d.day) FROM hubd.day_pass AS d
        WHERE d.hub_id = hub AND d.person_id = person AND d.revoked_at IS NULL AND d.day >= hubd.today_at(hub));
BEGIN
    IF days IS NOT NULL THEN
        RETURN hubd.problem_not_allowed(caller, format('Ein Tagespass gilt nur an seinem Tag: %s.', days), format('A day pass counts on its day only: %s.', days));
    END IF;
    RETURN hubd.problem_not_allowed(caller, 'Buchen dürfen die Mitglieder dieses Hubs.', 'Only members of this hub may book.');
END $$;

-- Why this person may not book here at that time, whatever it is; NULL: they may.
CREATE OR REPLACE FUNCTION hubd.problem_of_booking(caller jsonb, hub bigint, person bigint, is_manager boolean, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    who bigint := hubd.booker(hub, person, input);
BEGIN
    IF NOT is_manager AND coalesce(input ->> 'kind', 'booking') <> 'booking' THEN
        RETURN hubd.problem_not_allowed(caller, 'Schließen dürfen die Hub-Manager.', 'Only hub managers may close.');
    ELSIF NOT is_manager AND who IS NULL THEN
        RETURN hubd.problem_not_allowed(caller, 'Für andere buchen dürfen die Hub-Manager, und wen sie selbst dazu bestimmt haben.',
            'Only hub managers may book for others, and whom they named their delegate.');
    ELSIF NOT is_manager AND NOT hubd.may_book(who, hub, (input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz) THEN
        RETURN hubd.problem_no_member(caller, who, hub);
    ELSIF coalesce(input ->> 'kind', 'booking') NOT IN ('booking', 'closure') THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-kind', '/kind', 'Gebucht wird als "booking" oder "closure".', 'What is booked is a "booking" or a "closure".');
    ELSIF jsonb_array_length(coalesce(input -> 'items', '[]')) = 0 THEN
        RETURN hubd.problem_unprocessable(caller, 'nothing-wanted', '/items', 'Es fehlt, was gebucht werden soll.', 'What to book is missing.');
    ELSIF who IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-person', '/on_behalf_of', 'Niemand mit dieser Adresse ist Mitglied dieses Hubs.', 'Nobody of this address is a member of this hub.');
    ELSIF input ->> 'team' IS NOT NULL AND hubd.team_of(who, input ->> 'team') IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-team', '/team', format('In einem Team „%s“ ist niemand, für den hier gebucht wird.', input ->> 'team'),
            format('Whoever this is booked for is in no team "%s".', input ->> 'team'));
    ELSIF input ->> 'organisation' IS NOT NULL AND hubd.organisation_of(who, input ->> 'organisation') IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-organisation', '/organisation', format('In einer Organisation „%s“ ist niemand, für den hier gebucht wird.', input ->> 'organisation'),
            format('Whoever this is booked for is in no organisation "%s".', input ->> 'organisation'));
    END IF;
    RETURN hubd.problem_of_time(caller, (input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz, is_manager);
END $$;

CREATE OR REPLACE FUNCTION hubd.insert_items(hub bigint, booking bigint, items hubd.item[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id, wanted, count, pinned_unit_ids)
    SELECT hub, booking, i.place, i.resource_id, i.wanted, i.count, i.units FROM unnest(items) AS i;
END $$;

-- Tries the booking. Refused, it leaves the wish and the removal of expired holds behind, and nothing else.
CREATE OR REPLACE FUNCTION hubd.try_booking(caller jsonb, hub bigint, person bigint, is_manager boolean, input jsonb, items hubd.item[]) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking;
    outcome hubd.placing;
    reply api.reply;
    kind text := coalesce(input ->> 'kind', 'booking');
    starts timestamptz := input ->> 'start';
    ends timestamptz := input ->> 'end';
    zone text := coalesce(input ->> 'zone', (SELECT h.zone FROM hubd.hub AS h WHERE h.id = hub));
    is_hold boolean := coalesce((input ->> 'hold')::boolean, false);
    present timestamptz := hubd.present();
BEGIN
    INSERT INTO hubd.booking (hub_id, kind, state, title, note, person_id, organisation_id, team_id, booked_by_id, during, local_start, local_end, zone, expires_at, uid,
        created_at, revised_at)
    SELECT hub, kind, CASE WHEN is_hold THEN 'held' ELSE 'confirmed' END, coalesce(input ->> 'title', ''), coalesce(input ->> 'note', ''), p.id,
        coalesce(hubd.organisation_of(p.id, input ->> 'organisation'), p.organisation_id), hubd.team_of(p.id, input ->> 'team'), nullif(person, p.id),
        tstzrange(starts, ends), coalesce((input ->> 'local_start')::timestamp, starts AT TIME ZONE zone),
        coalesce((input ->> 'local_end')::timestamp, ends AT TIME ZONE zone), zone,
        CASE WHEN is_hold THEN present + interval '10 minutes' END, gen_random_uuid()::text, present, present
    FROM hubd.person AS p WHERE p.id = hubd.booker(hub, person, input) RETURNING * INTO b;
    PERFORM hubd.insert_items(hub, b.id, items);
    SELECT * INTO outcome FROM hubd.place(hub, ARRAY[b.id]);
    IF outcome.is_placed THEN
        PERFORM hubd.note_booking(b);
        PERFORM hubd.changed(hubd.booking_scopes(hub, ARRAY[b.id]));
        IF NOT is_hold THEN
            PERFORM hubd.tell_booking(b, 'confirmed', person);
        END IF;
        RETURN hubd.booking_reply(201, b, person, is_manager, hubd.language(caller));
    END IF;
    reply := hubd.refuse_booking(caller, person, is_manager, b, outcome, b.id);
    DELETE FROM hubd.booking AS o WHERE o.hub_id = hub AND o.id = b.id;
    PERFORM hubd.keep_wish(hub, person, reply, input);
    RETURN reply;
END $$;

CREATE OR REPLACE FUNCTION hubd.book(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of(input ->> 'hub');
    is_manager boolean;
    items hubd.item[];
    reply api.reply;
BEGIN
    IF hub IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Hub gibt es nicht.', 'There is no such hub.');
    END IF;
    PERFORM hubd.enter_hub(hub);
    is_manager := hubd.has_role(person, hub, 'manager');
    reply := hubd.problem_of_booking(caller, hub, person, is_manager, input);
    IF reply.status IS NULL THEN
        items := hubd.read_items(hub, input -> 'items', coalesce(input ->> 'kind', 'booking'));
        reply := hubd.problem_of_items(caller, hub, items, is_manager);
    END IF;
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    ELSIF NOT coalesce((input ->> 'dry_run')::boolean, false) THEN
        RETURN hubd.try_booking(caller, hub, person, is_manager, input, items);
    END IF;
    BEGIN
        reply := hubd.try_booking(caller, hub, person, is_manager, input, items);
        PERFORM hubd.undo();
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN hubd.as_dry_run(reply);
    END;
END $$;
