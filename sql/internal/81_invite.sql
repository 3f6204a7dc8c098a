-- SPDX-License-Identifier: GPL-3.0-or-later
-- Invitations: to a hub, for a day, into an organisation or a team, to be somebody's delegate. Always to an address, and always the
-- same answer, whether it has an account or not: who has one is learned when its owner accepts, not before.

-- The hub of an invitation that its number or its token names; crosses hubs, and tells nothing else.
CREATE OR REPLACE FUNCTION hubd.hub_of_invitation(wanted bigint, hash text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN (SELECT i.hub_id FROM hubd.invitation AS i WHERE i.id = wanted OR i.sha256 = hash LIMIT 1);
END $$;
ALTER FUNCTION hubd.hub_of_invitation(bigint, text) OWNER TO hubd_network;

-- How often an address was written to today, by all hubs together: strangers must not be able to fill a mailbox.
CREATE OR REPLACE FUNCTION hubd.mails_today(address text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    since timestamptz := hubd.present() - interval '24 hours';
BEGIN
    RETURN (SELECT count(*) FROM hubd.invitation AS i WHERE lower(i.mail) = lower(address) AND i.created_at > since)
        + (SELECT count(*) FROM hubd.join_request AS j WHERE lower(j.mail) = lower(address) AND j.created_at > since);
END $$;
ALTER FUNCTION hubd.mails_today(text) OWNER TO hubd_network;

-- Writes to an address in its owner's language, where it has an account.
CREATE OR REPLACE FUNCTION hubd.mail_address(address text, language text, kind text, data jsonb, hub bigint, key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    person bigint := hubd.person_of(address);
BEGIN
    IF person IS NOT NULL THEN
        PERFORM hubd.mail(person, kind, data, hub, key);
    ELSE
        PERFORM hubd.mail_to(address, language, kind, data, hub, key);
    END IF;
END $$;

-- What is invited to, in a document's words.
CREATE OR REPLACE FUNCTION hubd.invitation_document(i hubd.invitation) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('id', i.id, 'kind', i.kind, 'role', i.role, 'day', i.day, 'mail', i.mail, 'name', i.name, 'sentence', i.sentence,
            'hub', CASE WHEN NOT h.is_network THEN h.slug END, 'hub_name', CASE WHEN NOT h.is_network THEN h.name END,
            'organisation', o.slug, 'organisation_name', o.name, 'team', t.slug, 'team_name', t.name,
            'invited_by', p.name, 'state', CASE WHEN i.state = 'waiting' AND i.expires_at <= hubd.present() THEN 'expired' ELSE i.state END,
            'created', hubd.instant(i.created_at), 'expires', hubd.instant(i.expires_at))
        FROM hubd.hub AS h JOIN hubd.person AS p ON p.id = i.invited_by_id
        LEFT JOIN hubd.organisation AS o ON o.id = i.organisation_id LEFT JOIN hubd.team AS t ON t.id = i.team_id WHERE h.id = i.hub_id);
END $$;

-- A day as mails show one: the whole of it.
CREATE OR REPLACE FUNCTION hubd.day_in_mail(day date) RETURNS jsonb LANGUAGE sql STABLE
    RETURN CASE WHEN day IS NULL THEN '{}' ELSE jsonb_build_object('is_all_day', true, 'local_start', hubd.wall(day), 'local_end', hubd.wall(day + 1)) END;

-- ---- making one ----

-- Reads what is invited to; a kind of NULL: nothing, or several things at once.
CREATE OR REPLACE FUNCTION hubd.read_invitation(person bigint, input jsonb) RETURNS hubd.invitation LANGUAGE plpgsql STABLE AS $$
DECLARE
    i hubd.invitation;
    is_delegate boolean := coalesce((input ->> 'delegate')::boolean, false);
BEGIN
    i.kind := CASE num_nonnulls(input ->> 'hub', input ->> 'organisation', input ->> 'team', CASE WHEN is_delegate THEN 1 END) WHEN 1 THEN
        CASE WHEN input ->> 'hub' IS NOT NULL THEN CASE WHEN input ->> 'day' IS NOT NULL THEN 'day-pass' ELSE 'hub' END
            WHEN input ->> 'organisation' IS NOT NULL THEN 'organisation' WHEN input ->> 'team' IS NOT NULL THEN 'team' ELSE 'delegate' END END;
    i.hub_id := coalesce(hubd.hub_of(input ->> 'hub'), hubd.network_hub());
    i.role := CASE WHEN i.kind IN ('hub', 'organisation', 'team') THEN coalesce(input ->> 'role', 'member') END;
    i.day := CASE WHEN i.kind = 'day-pass' THEN (input ->> 'day')::date END;
    i.organisation_id := (SELECT o.id FROM hubd.organisation AS o WHERE o.slug = input ->> 'organisation');
    i.team_id := (SELECT t.id FROM hubd.team AS t WHERE t.slug = input ->> 'team');
    i.mail := btrim(input ->> 'mail');
    i.name := btrim(coalesce(input ->> 'name', ''));
    i.language := coalesce(input ->> 'language', 'de');
    i.sentence := btrim(coalesce(input ->> 'sentence', ''));
    i.invited_by_id := person;
    RETURN i;
END $$;

-- Who may invite to that. Enters the hub that is invited to.
CREATE OR REPLACE FUNCTION hubd.refusal_of_inviter(caller jsonb, person bigint, i hubd.invitation, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
BEGIN
    IF i.kind IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/hub', 'Wohin eingeladen wird: genau eines von hub, organisation, team und delegate.',
            'To what: exactly one of hub, organisation, team and delegate.');
    ELSIF i.kind IN ('hub', 'day-pass') THEN
        RETURN hubd.manager_refusal(caller, person, input ->> 'hub');
    END IF;
    PERFORM hubd.enter_hub(i.hub_id);
    RETURN CASE i.kind WHEN 'organisation' THEN hubd.admin_refusal(caller, person, 'organisation', input ->> 'organisation')
        WHEN 'team' THEN hubd.admin_refusal(caller, person, 'team', input ->> 'team') END;
END $$;

-- Is in it already, as those who invite can see themselves.
CREATE OR REPLACE FUNCTION hubd.is_in_already(i hubd.invitation) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    who bigint := hubd.person_of(i.mail);
BEGIN
    RETURN CASE i.kind
        WHEN 'hub' THEN EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = i.hub_id AND m.person_id = who AND m.role = i.role)
        WHEN 'day-pass' THEN EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = i.hub_id AND m.person_id = who) OR hubd.has_pass(who, i.hub_id, i.day)
        WHEN 'organisation' THEN EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = i.organisation_id AND m.person_id = who)
        WHEN 'team' THEN EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = i.team_id AND m.person_id = who)
        ELSE hubd.is_delegate(who, i.invited_by_id) END;
END $$;

-- What is wrong with the words of one.
CREATE OR REPLACE FUNCTION hubd.problem_of_invitation(caller jsonb, i hubd.invitation) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    roles text[] := CASE WHEN i.kind = 'hub' THEN '{member,trainer,manager}' WHEN i.kind IN ('organisation', 'team') THEN '{member,admin}' END;
BEGIN
    IF NOT hubd.is_address(i.mail) THEN
        RETURN hubd.problem_of_address(caller, '/mail', i.mail);
    ELSIF i.role <> ALL (roles) THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-role', '/role', format('Die Rolle „%s“ gibt es hier nicht; es gibt %s.', i.role, array_to_string(roles, ', ')),
            format('There is no role "%s" here; there are %s.', i.role, array_to_string(roles, ', ')));
    ELSIF i.kind = 'day-pass' AND NOT i.day BETWEEN hubd.today_at(i.hub_id) AND hubd.today_at(i.hub_id) + 365 THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-day', '/day', 'Ein Tagespass gilt für einen Tag von heute an, höchstens ein Jahr im Voraus.',
            'A day pass is for a day from today on, at most a year ahead.');
    ELSIF i.kind = 'delegate' AND lower(i.mail) = (SELECT lower(p.mail) FROM hubd.person AS p WHERE p.id = i.invited_by_id) THEN
        RETURN hubd.problem_unprocessable(caller, 'same-person', '/mail', 'Für sich selbst bucht jeder schon.', 'Everybody books for themselves already.');
    ELSIF hubd.is_in_already(i) THEN
        RETURN hubd.problem_conflict(caller, 'already-in', 'Diese Adresse ist schon dabei.', 'This address is in already.', '{"pointer": "/mail"}');
    END IF;
    RETURN NULL;
END $$;

-- How many more a hub (1,000 in 24 hours), or a person for all else (50), may send. Locks, so that two at once do not count past each other.
CREATE OR REPLACE FUNCTION hubd.invitations_left(i hubd.invitation) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := hubd.present() - interval '24 hours';
BEGIN
    IF i.hub_id <> hubd.network_hub() THEN
        PERFORM FROM hubd.hub AS h WHERE h.id = i.hub_id FOR NO KEY UPDATE;
        RETURN 1000 - (SELECT count(*) FROM hubd.invitation AS o WHERE o.hub_id = i.hub_id AND o.created_at > since);
    END IF;
    PERFORM FROM hubd.person AS p WHERE p.id = i.invited_by_id FOR NO KEY UPDATE;
    RETURN 50 - (SELECT count(*) FROM hubd.invitation AS o WHERE o.hub_id = i.hub_id AND o.invited_by_id = i.invited_by_id AND o.created_at > since);
END $$;

CREATE OR REPLACE FUNCTION hubd.problem_too_many_invitations(caller jsonb, is_hub boolean) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(429, 'too-many', hubd.say(hubd.language(caller), 'Zu viele Einladungen', 'Too many invitations'), hubd.say(hubd.language(caller),
        format('Mehr als %s Einladungen in 24 Stunden gehen nicht: bitte morgen weitermachen.', CASE WHEN is_hub THEN '1000' ELSE '50' END),
        format('More than %s invitations in 24 hours are not possible: please go on tomorrow.', CASE WHEN is_hub THEN '1000' ELSE '50' END)));

-- Writes it and its mail; NULL id: one waits already. An address that was written to five times today is not written to again: the
-- invitation waits on the pages of its owner.
CREATE OR REPLACE FUNCTION hubd.send_invitation(i hubd.invitation) RETURNS hubd.invitation LANGUAGE plpgsql AS $$
DECLARE
    secret text := hubd.new_secret();
    is_quiet boolean := hubd.mails_today(i.mail) >= 5;
    r hubd.invitation;
    d jsonb;
BEGIN
    UPDATE hubd.invitation AS o SET state = 'revoked', answered_at = hubd.present() WHERE o.hub_id = i.hub_id AND o.state = 'waiting' AND lower(o.mail) = lower(i.mail) AND o.expires_at <= hubd.present();
    INSERT INTO hubd.invitation AS o (hub_id, kind, role, day, organisation_id, team_id, mail, name, language, sentence, sha256, invited_by_id, expires_at)
    VALUES (i.hub_id, i.kind, i.role, i.day, i.organisation_id, i.team_id, i.mail, i.name, i.language, i.sentence, hubd.secret_hash(secret), i.invited_by_id,
        hubd.present() + interval '14 days')
    ON CONFLICT DO NOTHING RETURNING * INTO r;
    IF r.id IS NOT NULL AND NOT is_quiet THEN
        d := hubd.invitation_document(r);
        PERFORM hubd.mail_address(r.mail, r.language, 'invitation', jsonb_build_object('is_' || replace(r.kind, '-', '_'), true, 'by', d ->> 'invited_by',
            'to', coalesce(d ->> 'hub_name', d ->> 'organisation_name', d ->> 'team_name', d ->> 'invited_by'), 'sentence', nullif(r.sentence, ''),
            'expires', hubd.instant(r.expires_at), 'secret', jsonb_build_object('url', '/invitations/' || secret)) || hubd.day_in_mail(r.day),
            CASE WHEN r.hub_id <> hubd.network_hub() THEN r.hub_id END, 'invitation-' || r.id);
    END IF;
    RETURN r;
END $$;

CREATE OR REPLACE FUNCTION hubd.invite(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    i hubd.invitation := hubd.read_invitation(person, input);
    problem api.reply := hubd.refusal_of_inviter(caller, person, i, input);
BEGIN
    IF problem.status IS NULL THEN
        problem := hubd.problem_of_invitation(caller, i);
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    ELSIF hubd.invitations_left(i) <= 0 THEN
        RETURN hubd.problem_too_many_invitations(caller, i.kind IN ('hub', 'day-pass'));
    END IF;
    i := hubd.send_invitation(i);
    IF i.id IS NULL THEN
        RETURN hubd.problem_conflict(caller, 'already-invited', 'Für diese Adresse wartet schon eine Einladung.', 'An invitation waits for this address already.', '{"pointer": "/mail"}');
    END IF;
    RETURN hubd.made(201, hubd.invitation_document(i), '/api/v1/invitations/' || i.id);
END $$;

-- Takes one back: who may invite to the same, and who sent it.
CREATE OR REPLACE FUNCTION hubd.revoke_invitation(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of_invitation((input ->> 'id')::bigint, NULL);
    i hubd.invitation;
    is_theirs boolean;
BEGIN
    PERFORM hubd.enter_hub(hub);
    SELECT * INTO i FROM hubd.invitation AS o WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint FOR UPDATE;
    is_theirs := i.invited_by_id = person OR CASE i.kind
        WHEN 'organisation' THEN EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = i.organisation_id AND m.person_id = person AND m.is_admin)
        WHEN 'team' THEN EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = i.team_id AND m.person_id = person AND m.is_admin)
        WHEN 'delegate' THEN false ELSE hubd.has_role(person, hub, 'manager') END;
    IF i.id IS NULL OR NOT is_theirs THEN
        RETURN hubd.problem_not_found(caller, 'Diese Einladung gibt es nicht.', 'There is no such invitation.');
    ELSIF i.state = 'waiting' THEN
        UPDATE hubd.invitation AS o SET state = 'revoked', answered_at = hubd.present() WHERE o.hub_id = hub AND o.id = i.id RETURNING * INTO i;
    END IF;
    RETURN hubd.made(200, hubd.invitation_document(i));
END $$;

-- ---- answering one ----

CREATE OR REPLACE FUNCTION hubd.problem_no_invitation(caller jsonb) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(404, 'invitation-spent', hubd.say(hubd.language(caller), 'Die Einladung gilt nicht mehr', 'The invitation does not count any more'),
        hubd.say(hubd.language(caller), 'Eine Einladung gilt einmal und 14 Tage lang. Bitte dort nachfragen, wo sie herkam.',
            'An invitation works once and for 14 days. Please ask whoever sent it.'));

-- What becomes of the person who accepts. NULL: done.
CREATE OR REPLACE FUNCTION hubd.accept_invitation(caller jsonb, person bigint, i hubd.invitation) RETURNS api.reply LANGUAGE plpgsql AS $$
BEGIN
    IF i.kind = 'hub' THEN
        PERFORM hubd.set_role(person, i.role, i.hub_id, true);
        UPDATE hubd.join_request AS j SET state = 'accepted', decided_by_id = i.invited_by_id, decided_at = hubd.present()
            WHERE j.hub_id = i.hub_id AND j.person_id = accept_invitation.person AND j.state = 'waiting';
    ELSIF i.kind = 'day-pass' THEN
        INSERT INTO hubd.day_pass (hub_id, person_id, day, granted_by_id) VALUES (i.hub_id, person, i.day, i.invited_by_id) ON CONFLICT DO NOTHING;
    ELSIF i.kind = 'organisation' THEN
        RETURN hubd.enter_organisation(caller, person, i.organisation_id, i.role = 'admin');
    ELSIF i.kind = 'team' THEN
        RETURN hubd.enter_team(caller, person, i.team_id, i.role = 'admin');
    ELSIF person = i.invited_by_id THEN
        RETURN hubd.problem_conflict(caller, 'same-person', 'Für sich selbst bucht jeder schon.', 'Everybody books for themselves already.');
    ELSE
        INSERT INTO hubd.delegate (person_id, delegate_id) VALUES (i.invited_by_id, person) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

-- The invitation that was named: by its token, which only its mail has, or by its number, to the one whose address it is. Locked.
CREATE OR REPLACE FUNCTION hubd.find_invitation(person bigint, input jsonb) RETURNS hubd.invitation LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of_invitation((input ->> 'id')::bigint, input ->> 'sha256');
    i hubd.invitation;
BEGIN
    PERFORM hubd.enter_hub(hub);
    SELECT * INTO i FROM hubd.invitation AS o WHERE o.hub_id = hub AND o.state = 'waiting' AND o.expires_at > hubd.present()
        AND (o.sha256 = input ->> 'sha256' OR (o.id = (input ->> 'id')::bigint AND EXISTS (SELECT FROM hubd.person AS p
            WHERE p.id = person AND lower(p.mail) = lower(o.mail)))) FOR UPDATE;
    RETURN i;
END $$;

-- With a token nobody needs to be signed in: who has it reads that mailbox. Who is signed in accepts for themselves.
CREATE OR REPLACE FUNCTION hubd.answer_invitation(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    i hubd.invitation := hubd.find_invitation(person, input);
    is_accepted boolean := coalesce((input ->> 'accept')::boolean, true);
    named text := coalesce(nullif(btrim(input ->> 'name'), ''), nullif(i.name, ''));
    who bigint := coalesce(person, hubd.person_of(i.mail));
    problem api.reply;
BEGIN
    IF i.id IS NULL THEN
        RETURN hubd.problem_no_invitation(caller);
    ELSIF is_accepted AND who IS NULL AND named IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/name', 'Bitte sagen, wie Sie heißen.', 'Please say what your name is.');
    ELSIF is_accepted THEN
        who := coalesce(who, hubd.person_with(i.mail, named, hubd.language(caller)));
        problem := hubd.accept_invitation(caller, who, i);
        IF problem.status IS NOT NULL THEN
            RETURN problem;
        END IF;
        PERFORM hubd.changed(ARRAY['person:' || who, 'organisation:' || i.organisation_id, 'team:' || i.team_id]);
    END IF;
    UPDATE hubd.invitation AS o SET state = CASE WHEN is_accepted THEN 'accepted' ELSE 'declined' END, answered_at = hubd.present()
        WHERE o.hub_id = i.hub_id AND o.id = i.id RETURNING * INTO i;
    RETURN hubd.made(200, hubd.invitation_document(i));
END $$;

-- ---- a table of members ----

-- One line: what would become of it. {line, mail, name, role, language} -> with state new | member | invited | wrong, and detail.
CREATE OR REPLACE FUNCTION hubd.read_member_line(caller jsonb, person bigint, hub_slug text, doc jsonb, before jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    i hubd.invitation := hubd.read_invitation(person, jsonb_build_object('hub', hub_slug) || (doc - 'line'));
    problem api.reply := hubd.problem_of_invitation(caller, i);
    twin jsonb := (SELECT b FROM jsonb_array_elements(before) AS b WHERE lower(btrim(b ->> 'mail')) = lower(i.mail) LIMIT 1);
    state text := CASE WHEN problem.body::jsonb ->> 'type' = '/problems/already-in' THEN 'member' WHEN problem.status IS NOT NULL THEN 'wrong'
        WHEN EXISTS (SELECT FROM hubd.invitation AS o WHERE o.hub_id = i.hub_id AND o.kind = 'hub' AND lower(o.mail) = lower(i.mail) AND o.state = 'waiting'
            AND o.expires_at > hubd.present()) THEN 'invited' ELSE 'new' END;
    detail text := CASE WHEN state = 'wrong' THEN problem.body::jsonb ->> 'detail' END;
BEGIN
    IF state <> 'wrong' AND i.name = '' THEN
        state := 'wrong';
        detail := hubd.say(hubd.language(caller), 'Der Name fehlt.', 'The name is missing.');
    ELSIF state <> 'wrong' AND doc ->> 'language' NOT IN ('de', 'en') THEN
        state := 'wrong';
        detail := hubd.say(hubd.language(caller), 'Die Sprache ist de oder en.', 'The language is de or en.');
    ELSIF twin IS NOT NULL THEN
        state := 'wrong';
        detail := format(hubd.say(hubd.language(caller), 'Diese Adresse steht schon in Zeile %s.', 'This address is in line %s already.'), twin ->> 'line');
    END IF;
    RETURN jsonb_build_object('line', doc -> 'line', 'mail', i.mail, 'name', i.name, 'role', i.role, 'state', state, 'detail', detail);
END $$;

-- All lines or none: {hub, rows, dry_run}. Each new line becomes an invitation; nobody is a member before they say so.
CREATE OR REPLACE FUNCTION hubd.import_members(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.manager_refusal(caller, person, input ->> 'hub');
    rows jsonb := '[]';
    doc jsonb;
    n integer;
    fresh bigint;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    FOR doc, n IN SELECT r, o FROM jsonb_array_elements(input -> 'rows') WITH ORDINALITY AS list (r, o) LOOP
        rows := rows || hubd.read_member_line(caller, person, input ->> 'hub', jsonb_build_object('line', n) || doc, rows);
    END LOOP;
    fresh := (SELECT count(*) FROM jsonb_array_elements(rows) AS r WHERE r ->> 'state' = 'new');
    IF EXISTS (SELECT FROM jsonb_array_elements(rows) AS r WHERE r ->> 'state' = 'wrong') THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-rows', '/rows', 'Einige Zeilen sind falsch; es wurde nichts übernommen.',
            'Some lines are wrong; nothing was taken over.', jsonb_build_object('rows', rows));
    ELSIF fresh > hubd.invitations_left(hubd.read_invitation(person, jsonb_build_object('hub', input ->> 'hub'))) THEN
        RETURN hubd.problem_too_many_invitations(caller, true);
    END IF;
    PERFORM hubd.send_invitation(hubd.read_invitation(person, jsonb_build_object('hub', input ->> 'hub', 'sentence', input ->> 'sentence')
        || (SELECT r FROM jsonb_array_elements(input -> 'rows') WITH ORDINALITY AS list (r, o) WHERE list.o = row.n)))
    FROM jsonb_array_elements(rows) WITH ORDINALITY AS row (r, n) WHERE row.r ->> 'state' = 'new';
    RETURN hubd.made(200, jsonb_build_object('rows', rows, 'invited', fresh));
END $$;
