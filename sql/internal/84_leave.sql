-- SPDX-License-Identifier: GPL-3.0-or-later
-- Leaving a hub, an organisation, a team. What is booked for later is shown, and whoever leaves says what becomes of it: it stays
-- theirs (keep), is cancelled (cancel), or is handed over to somebody who stays (hand-over). Crosses hubs, as people do.

-- What somebody has booked and not begun, at a hub, for an organisation, for a team (the others NULL).
CREATE OR REPLACE FUNCTION hubd.bookings_ahead(person bigint, hub bigint, organisation bigint, team bigint) RETURNS SETOF hubd.booking LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT b.* FROM hubd.booking AS b
        WHERE b.person_id = person AND b.kind = 'booking' AND b.state IN ('held', 'confirmed') AND lower(b.during) > hubd.present()
          AND (b.expires_at IS NULL OR b.expires_at > hubd.present())
          AND CASE WHEN hub IS NOT NULL THEN b.hub_id = hub WHEN organisation IS NOT NULL THEN b.organisation_id = organisation ELSE b.team_id = team END
        ORDER BY b.hub_id, b.id;
END $$;

-- Who may take over: everybody else in it.
CREATE OR REPLACE FUNCTION hubd.heirs(person bigint, organisation bigint, team bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY lower(p.name), p.id), '[]') FROM hubd.person AS p
        WHERE p.id <> heirs.person AND (EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = organisation AND m.person_id = p.id)
            OR EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = team AND m.person_id = p.id)));
END $$;

-- The question: how many there are, the first of them, and what may be said.
CREATE OR REPLACE FUNCTION hubd.problem_bookings_ahead(caller jsonb, person bigint, ahead hubd.booking[], choices text[], heirs jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.problem(409, 'bookings-ahead', hubd.say(hubd.language(caller), 'Es ist noch etwas gebucht', 'Something is still booked'), hubd.say(hubd.language(caller),
            format('Für später sind noch %s Buchungen da. Was soll aus ihnen werden? bookings: %s.', cardinality(ahead), array_to_string(choices, ', ')),
            format('%s bookings are still ahead. What shall become of them? bookings: %s.', cardinality(ahead), array_to_string(choices, ', '))),
        jsonb_build_object('pointer', '/bookings', 'count', cardinality(ahead), 'choices', choices, 'heirs', heirs,
            'bookings', (SELECT jsonb_agg(jsonb_build_object('id', b.id, 'hub', h.slug, 'title', b.title, 'start', hubd.instant(lower(b.during)), 'local_start', hubd.wall(b.local_start),
                'local_end', hubd.wall(b.local_end)) ORDER BY lower(b.during), b.id)
                FROM (SELECT * FROM unnest(ahead) AS a ORDER BY lower(a.during), a.id LIMIT 50) AS b JOIN hubd.hub AS h ON h.id = b.hub_id)));
END $$;

-- Their series: the same choice.
CREATE OR REPLACE FUNCTION hubd.series_ahead(person bigint, hub bigint, organisation bigint, team bigint) RETURNS SETOF hubd.series LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT s.* FROM hubd.series AS s WHERE s.person_id = person AND s.kind = 'booking' AND s.state = 'confirmed'
        AND CASE WHEN hub IS NOT NULL THEN s.hub_id = hub WHEN organisation IS NOT NULL THEN s.organisation_id = organisation ELSE s.team_id = team END
        AND (s.materialised_until IS NOT NULL OR EXISTS (SELECT FROM hubd.booking AS b
            WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.state = 'confirmed' AND lower(b.during) > hubd.present()))
        ORDER BY s.hub_id, s.id;
END $$;

-- Whoever left a hub gets no more dates than are there: a rule that goes on for ever ends with them.
CREATE OR REPLACE FUNCTION hubd.end_open_series(s hubd.series) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.series AS o SET rrule = regexp_replace(o.rrule, ';(UNTIL|COUNT)=[^;]*', '', 'g') || ';UNTIL='
            || to_char(o.materialised_until AT TIME ZONE 'UTC' - interval '1 second', 'YYYYMMDD"T"HH24MISS"Z"'),
        materialised_until = NULL, revision = o.revision + 1, sequence = o.sequence + 1, revised_at = hubd.present()
        WHERE o.hub_id = s.hub_id AND o.id = s.id AND o.materialised_until IS NOT NULL AND o.rrule <> '';
    DELETE FROM hubd.series_miss AS m WHERE m.hub_id = s.hub_id AND m.series_id = s.id AND m.is_queued;
END $$;

CREATE OR REPLACE FUNCTION hubd.settle_series(caller jsonb, person bigint, choice text, hub bigint, organisation bigint, team bigint, heir bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    s hubd.series;
BEGIN
    FOR s IN SELECT * FROM hubd.series_ahead(person, hub, organisation, team) LOOP
        PERFORM hubd.enter_hub(s.hub_id);
        IF choice = 'cancel' THEN
            PERFORM hubd.cancel_series(caller - 'revision', person, true, s.hub_id, jsonb_build_object('id', s.id, 'revision', s.revision::text, 'scope', 'all', 'date', hubd.wall(s.local_start)));
        ELSIF hub IS NOT NULL THEN
            PERFORM hubd.end_open_series(s);
        ELSE
            UPDATE hubd.series AS o SET revision = o.revision + 1, person_id = coalesce(heir, o.person_id),
                organisation_id = CASE WHEN heir IS NULL THEN nullif(o.organisation_id, organisation) ELSE o.organisation_id END,
                team_id = CASE WHEN heir IS NULL THEN nullif(o.team_id, team) ELSE o.team_id END
                WHERE o.hub_id = s.hub_id AND o.id = s.id;
        END IF;
    END LOOP;
END $$;

-- Locks hub by hub, in the order of their numbers, all that is about to go; then cancels one by one.
CREATE OR REPLACE FUNCTION hubd.cancel_ahead(caller jsonb, person bigint, ahead hubd.booking[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT a.hub_id, array_agg(a.id ORDER BY a.id) AS ids FROM unnest(ahead) AS a GROUP BY a.hub_id ORDER BY a.hub_id LOOP
        PERFORM hubd.enter_hub(one.hub_id);
        PERFORM hubd.lock(one.hub_id, '{}', one.ids, false);
        PERFORM hubd.cancel_booking(caller - 'revision', person, true, one.hub_id, id) FROM unnest(one.ids) AS id;
    END LOOP;
END $$;

-- Gives bookings to another person, who must be allowed to have each of them; NULL: done.
CREATE OR REPLACE FUNCTION hubd.hand_over(caller jsonb, heir bigint, ahead hubd.booking[]) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking;
    given hubd.booking;
BEGIN
    FOREACH b IN ARRAY ahead LOOP
        IF NOT hubd.may_book(heir, b.hub_id, lower(b.during), upper(b.during)) THEN
            RETURN hubd.problem_unprocessable(caller, 'cannot-take-over', '/to', 'Diese Person darf nicht alles davon haben: an einem der Hubs ist sie kein Mitglied.',
                'This person may not have all of it: they are no member at one of the hubs.', jsonb_build_object('booking', b.id));
        END IF;
        PERFORM hubd.enter_hub(b.hub_id);
        UPDATE hubd.booking AS o SET person_id = heir, revised_at = hubd.present(), revision = o.revision + 1, sequence = o.sequence + 1
            WHERE o.hub_id = b.hub_id AND o.id = b.id RETURNING * INTO given;
        PERFORM hubd.changed(hubd.booking_scopes(b.hub_id, ARRAY[b.id]) || ARRAY['person:' || b.person_id]);
        IF b.state = 'confirmed' THEN
            PERFORM hubd.tell_handed_over(given, b.person_id, hubd.caller_person(caller, 'write'));
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- They stay whose they are, and are no longer the organisation's or the team's.
CREATE OR REPLACE FUNCTION hubd.keep_ahead(person bigint, ahead hubd.booking[], organisation bigint, team bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking;
BEGIN
    FOREACH b IN ARRAY ahead LOOP
        PERFORM hubd.enter_hub(b.hub_id);
        PERFORM hubd.changed(hubd.booking_scopes(b.hub_id, ARRAY[b.id]));
        UPDATE hubd.booking AS o SET organisation_id = nullif(o.organisation_id, organisation), team_id = nullif(o.team_id, team), revision = o.revision + 1
            WHERE o.hub_id = b.hub_id AND o.id = b.id;
    END LOOP;
END $$;

-- Does with them what was said; NULL: done, or there was nothing to do. heir: whom "to" names, if they may be named.
CREATE OR REPLACE FUNCTION hubd.settle_ahead(caller jsonb, person bigint, input jsonb, hub bigint, organisation bigint, team bigint, heir bigint) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    ahead hubd.booking[] := ARRAY(SELECT b FROM hubd.bookings_ahead(person, hub, organisation, team) AS b);
    choices text[] := CASE WHEN hub IS NULL THEN '{keep,cancel,hand-over}' ELSE '{keep,cancel}' END;
    choice text := input ->> 'bookings';
    problem api.reply;
BEGIN
    IF choice <> ALL (choices) THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/bookings', format('Möglich sind: %s.', array_to_string(choices, ', ')), format('Known are: %s.', array_to_string(choices, ', ')));
    ELSIF cardinality(ahead) = 0 THEN
        RETURN NULL;
    ELSIF choice IS NULL THEN
        RETURN hubd.problem_bookings_ahead(caller, person, ahead, choices, hubd.heirs(person, organisation, team));
    ELSIF choice = 'cancel' THEN
        PERFORM hubd.settle_series(caller, person, choice, hub, organisation, team, NULL);
        PERFORM hubd.cancel_ahead(caller, person, ARRAY(SELECT b FROM hubd.bookings_ahead(person, hub, organisation, team) AS b));
    ELSIF choice = 'keep' THEN
        PERFORM hubd.settle_series(caller, person, choice, hub, organisation, team, NULL);
        PERFORM hubd.keep_ahead(person, ahead, organisation, team);
    ELSIF heir IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-person', '/to', 'Übernehmen kann, wer dabei ist und bleibt.', 'Whoever is in it and stays can take over.');
    ELSE
        problem := hubd.hand_over(caller, heir, ahead);
        IF problem.status IS NOT NULL THEN
            RETURN problem;
        END IF;
        PERFORM hubd.settle_series(caller, person, choice, hub, organisation, team, heir);
    END IF;
    RETURN NULL;
END $$;

-- {hub, person: me | number, role (without: all of them), bookings}. Managers take roles away, everybody leaves.
CREATE OR REPLACE FUNCTION hubd.leave_hub(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of(input ->> 'hub');
    who bigint := hubd.person_named(person, input ->> 'person');
    going text[];
    problem api.reply := CASE WHEN who = person THEN NULL ELSE hubd.manager_refusal(caller, person, input ->> 'hub') END;
BEGIN
    IF hub IS NULL THEN
        RETURN hubd.problem_no_hub(caller, input ->> 'hub');
    ELSIF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    PERFORM hubd.enter_hub(hub);
    PERFORM FROM hubd.hub AS h WHERE h.id = hub FOR NO KEY UPDATE;
    DELETE FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = who AND m.role = coalesce(input ->> 'role', m.role);
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Diese Rolle hat hier niemand von dieser Nummer.', 'Nobody of this number has this role here.');
    ELSIF NOT EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = hub AND m.role = 'manager')
            AND NOT EXISTS (SELECT FROM hubd.person AS p WHERE p.id = leave_hub.person AND p.is_operator) THEN
        RETURN hubd.problem_conflict(caller, 'last-manager', 'Ein Hub ohne Managerin oder Manager: bitte zuerst jemand anderen dazu bestimmen.', 'A hub without a manager: please name another one first.');
    ELSIF NOT EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = who) THEN
        problem := hubd.settle_ahead(caller, who, input, hub, NULL, NULL, NULL);
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    PERFORM hubd.changed(ARRAY['person:' || who]);
    going := ARRAY(SELECT m.role FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = who ORDER BY m.role);
    RETURN hubd.made(200, jsonb_build_object('hub', input ->> 'hub', 'person', who, 'roles', going));
END $$;

-- {organisation, person, bookings, to}: oneself, or an admin somebody else.
CREATE OR REPLACE FUNCTION hubd.leave_organisation(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    who bigint := hubd.person_named(person, input ->> 'person');
    heir bigint := hubd.person_named(person, input ->> 'to');
    problem api.reply := CASE WHEN who = person AND hubd.organisation_of(person, input ->> 'organisation') IS NOT NULL THEN NULL
        ELSE hubd.admin_refusal(caller, person, 'organisation', input ->> 'organisation') END;
    o hubd.organisation;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    SELECT * INTO o FROM hubd.organisation AS x WHERE x.slug = input ->> 'organisation' FOR UPDATE;
    DELETE FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id AND m.person_id = who;
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Diese Person ist nicht dabei.', 'This person is not in it.');
    ELSIF EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id)
            AND NOT EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id AND m.is_admin) THEN
        RETURN hubd.problem_last_admin(caller);
    END IF;
    heir := (SELECT m.person_id FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id AND m.person_id = heir);
    problem := hubd.settle_ahead(caller, who, input, NULL, o.id, NULL, heir);
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    UPDATE hubd.person AS p SET organisation_id = (SELECT min(m.organisation_id) FROM hubd.organisation_member AS m WHERE m.person_id = p.id)
        WHERE p.id = who AND p.organisation_id = o.id;
    PERFORM hubd.changed(ARRAY['person:' || who, 'organisation:' || o.id]);
    RETURN hubd.made(200, jsonb_build_object('organisation', o.slug, 'person', who));
END $$;

-- {team, person, bookings, to}. With the last one the team is dissolved.
CREATE OR REPLACE FUNCTION hubd.leave_team(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    who bigint := hubd.person_named(person, input ->> 'person');
    heir bigint := hubd.person_named(person, input ->> 'to');
    problem api.reply := CASE WHEN who = person AND hubd.team_of(person, input ->> 'team') IS NOT NULL THEN NULL
        ELSE hubd.admin_refusal(caller, person, 'team', input ->> 'team') END;
    t hubd.team;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    SELECT * INTO t FROM hubd.team AS x WHERE x.slug = input ->> 'team' FOR UPDATE;
    DELETE FROM hubd.team_member AS m WHERE m.team_id = t.id AND m.person_id = who;
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Diese Person ist nicht dabei.', 'This person is not in it.');
    ELSIF EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = t.id) AND NOT EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = t.id AND m.is_admin) THEN
        RETURN hubd.problem_last_admin(caller);
    END IF;
    heir := (SELECT m.person_id FROM hubd.team_member AS m WHERE m.team_id = t.id AND m.person_id = heir);
    problem := hubd.settle_ahead(caller, who, input, NULL, NULL, t.id, heir);
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    UPDATE hubd.team AS x SET dissolved_at = hubd.present() WHERE x.id = t.id AND NOT EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = t.id);
    PERFORM hubd.changed(ARRAY['person:' || who, 'team:' || t.id]);
    RETURN hubd.made(200, jsonb_build_object('team', t.slug, 'person', who));
END $$;

-- Who acts for whom ends: {person}, from either side.
CREATE OR REPLACE FUNCTION hubd.end_delegate(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    other bigint := hubd.person_named(NULL, input ->> 'person');
BEGIN
    DELETE FROM hubd.delegate AS d WHERE (d.person_id = end_delegate.person AND d.delegate_id = other) OR (d.person_id = other AND d.delegate_id = end_delegate.person);
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Zwischen Ihnen und dieser Person gibt es keine Vertretung.', 'Between you and this person there is no delegate.');
    END IF;
    RETURN hubd.made(200, jsonb_build_object('person', other));
END $$;

-- Name, language, and for which organisation one books where a booking does not say.
-- Up to four numbers of minutes, from five minutes to two weeks.
CREATE OR REPLACE FUNCTION hubd.are_reminders(reminders jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN jsonb_typeof(reminders) = 'array' AND jsonb_array_length(reminders) <= 4
        AND NOT EXISTS (SELECT FROM jsonb_array_elements(reminders) AS m WHERE jsonb_typeof(m) <> 'number' OR m::text !~ '^[0-9]{1,5}$' OR m::text::integer NOT BETWEEN 5 AND 20160);

CREATE OR REPLACE FUNCTION hubd.change_person(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    who bigint := hubd.person_named(person, input ->> 'person');
BEGIN
    IF who IS DISTINCT FROM person THEN
        RETURN hubd.problem_not_found(caller, 'Diese Person gibt es für Sie nicht.', 'For you there is no such person.');
    ELSIF btrim(input ->> 'name') = '' THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/name', 'Der Name fehlt.', 'The name is missing.');
    ELSIF input ->> 'language' NOT IN ('de', 'en') THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/language', 'Die Sprache ist de oder en.', 'The language is de or en.');
    ELSIF input ->> 'mail_waiting' NOT IN ('now', 'daily', 'none') THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/mail_waiting', 'Mails, die warten können, kommen now, daily oder none: sofort, täglich oder gar nicht.',
            'Mails that can wait come now, daily or none.');
    ELSIF input ? 'reminders' AND NOT hubd.are_reminders(input -> 'reminders') THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/reminders', 'Erinnerungen sind bis zu vier Zahlen von Minuten vorher, von 5 bis 20160 (zwei Wochen).',
            'Reminders are up to four numbers of minutes before, from 5 to 20160 (two weeks).');
    ELSIF input ->> 'organisation' <> '' AND hubd.organisation_of(person, input ->> 'organisation') IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-organisation', '/organisation', format('Sie sind in keiner Organisation „%s“.', input ->> 'organisation'),
            format('You are in no organisation "%s".', input ->> 'organisation'));
    END IF;
    UPDATE hubd.person AS p SET name = coalesce(btrim(input ->> 'name'), p.name), language = coalesce(input ->> 'language', p.language),
        mail_waiting = coalesce(input ->> 'mail_waiting', p.mail_waiting),
        reminders = CASE WHEN input ? 'reminders' THEN ARRAY (SELECT DISTINCT m::integer FROM jsonb_array_elements_text(input -> 'reminders') AS m ORDER BY 1 DESC) ELSE p.reminders END,
        organisation_id = CASE WHEN input ? 'organisation' THEN hubd.organisation_of(p.id, input ->> 'organisation') ELSE p.organisation_id END
        WHERE p.id = change_person.person;
    PERFORM hubd.changed(ARRAY['person:' || person]);
    RETURN hubd.made(200, hubd.own_document(person));
END $$;

-- All that somebody may know of themselves, in one document.
CREATE OR REPLACE FUNCTION hubd.own_document(person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('id', p.id, 'name', p.name, 'mail', p.mail, 'language', p.language, 'mail_waiting', p.mail_waiting, 'reminders', to_jsonb(p.reminders),
            'is_agency', p.is_agency, 'is_operator', p.is_operator,
            'organisations', hubd.organisations_of(p.id), 'teams', hubd.teams_of(p.id),
            'memberships', (SELECT coalesce(jsonb_agg(jsonb_build_object('hub', h.slug, 'hub_name', h.name, 'roles', m.roles) ORDER BY h.slug), '[]')
                FROM (SELECT o.hub_id, jsonb_agg(o.role ORDER BY o.role) AS roles FROM hubd.membership AS o WHERE o.person_id = p.id GROUP BY o.hub_id) AS m JOIN hubd.hub AS h ON h.id = m.hub_id),
            'day_passes', (SELECT coalesce(jsonb_agg(hubd.pass_document(d) ORDER BY d.day, d.id), '[]') FROM hubd.day_pass AS d
                WHERE d.person_id = p.id AND d.revoked_at IS NULL AND d.day >= hubd.today_at(d.hub_id)),
            'join_requests', (SELECT coalesce(jsonb_agg(hubd.request_document(j) ORDER BY j.created_at DESC), '[]') FROM hubd.join_request AS j
                WHERE j.person_id = p.id AND j.created_at > hubd.present() - interval '90 days'),
            'invitations', (SELECT coalesce(jsonb_agg(hubd.invitation_document(i) ORDER BY i.created_at DESC), '[]') FROM hubd.invitation AS i
                WHERE lower(i.mail) = lower(p.mail) AND i.state = 'waiting' AND i.expires_at > hubd.present()),
            'delegates', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name) ORDER BY o.name, o.id), '[]') FROM hubd.delegate AS d JOIN hubd.person AS o ON o.id = d.delegate_id WHERE d.person_id = p.id),
            'acts_for', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'mail', o.mail) ORDER BY o.name, o.id), '[]') FROM hubd.delegate AS d JOIN hubd.person AS o ON o.id = d.person_id WHERE d.delegate_id = p.id),
            'by_domain', (SELECT jsonb_build_object('slug', o.slug, 'name', o.name) FROM hubd.organisation_domain AS d JOIN hubd.organisation AS o ON o.id = d.organisation_id
                WHERE d.domain = hubd.domain_of(p.mail) AND hubd.organisation_of(p.id, o.slug) IS NULL),
            'domain', CASE WHEN NOT hubd.is_public_mail_domain(hubd.domain_of(p.mail)) THEN hubd.domain_of(p.mail) END)
        FROM hubd.person AS p WHERE p.id = own_document.person);
END $$;
