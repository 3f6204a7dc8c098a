-- SPDX-License-Identifier: GPL-3.0-or-later
-- Joining a hub: asked by somebody who signed in, or by a mail address whose owner then confirms; a manager decides with a sentence.

CREATE OR REPLACE FUNCTION hubd.hub_of_request(wanted bigint, hash text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN (SELECT j.hub_id FROM hubd.join_request AS j WHERE j.id = wanted OR j.sha256 = hash LIMIT 1);
END $$;
ALTER FUNCTION hubd.hub_of_request(bigint, text) OWNER TO hubd_network;

CREATE OR REPLACE FUNCTION hubd.request_document(j hubd.join_request) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('id', j.id, 'hub', h.slug, 'hub_name', h.name, 'person', p.id, 'name', p.name, 'mail', p.mail, 'state', j.state, 'note', j.note,
            'answer', j.answer, 'created', hubd.instant(j.created_at), 'decided', hubd.instant(j.decided_at),
            'organisations', (SELECT coalesce(jsonb_agg(o.name ORDER BY o.name), '[]') FROM hubd.organisation_member AS m
                JOIN hubd.organisation AS o ON o.id = m.organisation_id WHERE m.person_id = p.id))
        FROM hubd.hub AS h, hubd.person AS p WHERE h.id = j.hub_id AND p.id = j.person_id);
END $$;

-- Tells the hub's managers that somebody waits.
CREATE OR REPLACE FUNCTION hubd.tell_managers(j hubd.join_request) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.mail(m.person_id, 'join-request', jsonb_build_object('name', p.name, 'hub', h.name, 'note', nullif(j.note, ''), 'url', format('/hubs/%s/manage/members', h.slug)),
            j.hub_id, 'join-request-' || j.id)
    FROM hubd.membership AS m, hubd.hub AS h, hubd.person AS p
    WHERE m.hub_id = j.hub_id AND m.role = 'manager' AND h.id = j.hub_id AND p.id = j.person_id;
END $$;

-- Why this person may not ask here again; NULL: they may.
CREATE OR REPLACE FUNCTION hubd.problem_of_request(caller jsonb, person bigint, hub bigint) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = person) THEN
        RETURN hubd.problem_conflict(caller, 'already-in', 'Sie sind hier schon Mitglied.', 'You are a member here already.');
    ELSIF EXISTS (SELECT FROM hubd.join_request AS j WHERE j.hub_id = hub AND j.person_id = problem_of_request.person AND j.state = 'waiting') THEN
        RETURN hubd.problem_conflict(caller, 'already-asked', 'Ihre Anfrage wartet schon auf eine Antwort.', 'Your request waits for an answer already.');
    ELSIF (SELECT count(*) FROM hubd.join_request AS j WHERE j.hub_id = hub AND j.person_id = problem_of_request.person
            AND j.created_at > hubd.present() - interval '30 days') >= 3 THEN
        RETURN hubd.problem(429, 'too-many', hubd.say(hubd.language(caller), 'Zu viele Anfragen', 'Too many requests'),
            hubd.say(hubd.language(caller), 'Drei Anfragen in 30 Tagen sind genug: bitte beim Hub anrufen.', 'Three requests in 30 days are enough: please call the hub.'));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hubd.ask_to_join(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of(input ->> 'hub');
    problem api.reply;
    j hubd.join_request;
BEGIN
    PERFORM hubd.enter_hub(hub);
    PERFORM FROM hubd.person AS p WHERE p.id = person FOR NO KEY UPDATE;
    problem := hubd.problem_of_request(caller, person, hub);
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    INSERT INTO hubd.join_request (hub_id, state, person_id, note) VALUES (hub, 'waiting', person, coalesce(btrim(input ->> 'note'), '')) RETURNING * INTO j;
    PERFORM hubd.tell_managers(j);
    RETURN hubd.made(201, hubd.request_document(j), '/api/v1/join-requests/' || j.id);
END $$;

-- A stranger's request: kept until the address's owner confirms it. The answer is the same for every address; more than three mails a
-- day to one address are not sent, and a hub takes 200 of these a day.
CREATE OR REPLACE FUNCTION hubd.ask_by_mail(caller jsonb, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    secret text := hubd.new_secret();
    address text := btrim(coalesce(input ->> 'mail', ''));
    named text := btrim(coalesce(input ->> 'name', ''));
    expires timestamptz := hubd.present() + interval '24 hours';
    is_quiet boolean;
BEGIN
    IF NOT hubd.is_address(address) THEN
        RETURN hubd.problem_of_address(caller, '/mail', address);
    ELSIF named = '' THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/name', 'Bitte sagen, wie Sie heißen.', 'Please say what your name is.');
    END IF;
    PERFORM hubd.enter_hub(hub);
    PERFORM FROM hubd.hub AS h WHERE h.id = hub FOR NO KEY UPDATE;
    DELETE FROM hubd.join_request AS j WHERE j.hub_id = hub AND j.state = 'unconfirmed' AND j.expires_at <= hubd.present();
    IF (SELECT count(*) FROM hubd.join_request AS j WHERE j.hub_id = hub AND j.state = 'unconfirmed') >= 200 THEN
        RETURN hubd.problem(429, 'too-many', hubd.say(hubd.language(caller), 'Zu viele Anfragen', 'Too many requests'), hubd.say(hubd.language(caller),
            'Bei diesem Hub warten schon zu viele Anfragen auf ihre Bestätigung: bitte morgen noch einmal, oder anmelden und dann anfragen.',
            'Too many requests wait for their confirmation at this hub: please try again tomorrow, or sign in and ask then.'));
    END IF;
    is_quiet := hubd.mails_today(address) >= 3;
    IF NOT is_quiet THEN
        INSERT INTO hubd.join_request (hub_id, state, mail, name, language, sha256, expires_at, note)
        VALUES (hub, 'unconfirmed', address, named, hubd.language(caller), hubd.secret_hash(secret), expires, coalesce(btrim(input ->> 'note'), ''));
        PERFORM hubd.mail_address(address, hubd.language(caller), 'join-confirm', jsonb_build_object('hub', (SELECT h.name FROM hubd.hub AS h WHERE h.id = ask_by_mail.hub),
            'expires', hubd.instant(expires), 'secret', jsonb_build_object('url', '/join/' || secret)), hub, NULL);
    END IF;
    RETURN hubd.made(202, jsonb_build_object('hub', input ->> 'hub', 'state', 'unconfirmed', 'expires', hubd.instant(expires)));
END $$;

-- The owner of the address confirms. Its account is found or made; who is a member already stays one.
CREATE OR REPLACE FUNCTION hubd.confirm_request(caller jsonb, hash text) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of_request(NULL, hash);
    j hubd.join_request;
    who bigint;
    problem api.reply;
BEGIN
    PERFORM hubd.enter_hub(hub);
    SELECT * INTO j FROM hubd.join_request AS o WHERE o.hub_id = hub AND o.sha256 = hash AND o.expires_at > hubd.present() FOR UPDATE;
    IF j.id IS NULL THEN
        RETURN hubd.problem(404, 'link-spent', hubd.say(hubd.language(caller), 'Der Link gilt nicht mehr', 'The link does not work any more'),
            hubd.say(hubd.language(caller), 'Er gilt einmal und 24 Stunden lang. Bitte noch einmal anfragen.', 'It works once and for 24 hours. Please ask again.'));
    END IF;
    who := hubd.person_with(j.mail, j.name, j.language);
    PERFORM FROM hubd.person AS p WHERE p.id = who FOR NO KEY UPDATE;
    problem := hubd.problem_of_request(caller, who, hub);
    IF problem.status IS NOT NULL THEN
        DELETE FROM hubd.join_request AS o WHERE o.hub_id = hub AND o.id = j.id;
        RETURN problem;
    END IF;
    UPDATE hubd.join_request AS o SET state = 'waiting', person_id = who, mail = NULL, name = NULL, sha256 = NULL, expires_at = NULL
        WHERE o.hub_id = hub AND o.id = j.id RETURNING * INTO j;
    PERFORM hubd.tell_managers(j);
    RETURN hubd.made(200, hubd.request_document(j));
END $$;

-- A manager accepts or declines, with a sentence; whoever asked withdraws. Who has no business with it learns nothing of it.
CREATE OR REPLACE FUNCTION hubd.decide_request(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of_request((input ->> 'id')::bigint, NULL);
    decision text := input ->> 'state';
    j hubd.join_request;
    is_manager boolean;
BEGIN
    PERFORM hubd.enter_hub(hub);
    is_manager := hubd.has_role(person, hub, 'manager');
    SELECT * INTO j FROM hubd.join_request AS o WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint AND o.state <> 'unconfirmed' FOR UPDATE;
    IF j.id IS NULL OR NOT (is_manager OR j.person_id = person) THEN
        RETURN hubd.problem_not_found(caller, 'Diese Anfrage gibt es nicht.', 'There is no such request.');
    ELSIF coalesce(decision, '') NOT IN ('accepted', 'declined', 'withdrawn') THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/state', 'Möglich sind accepted, declined und withdrawn.', 'Known are accepted, declined and withdrawn.');
    ELSIF (CASE WHEN decision = 'withdrawn' THEN j.person_id <> person ELSE NOT is_manager END) THEN
        RETURN hubd.problem_not_allowed(caller, 'Entscheiden dürfen die Hub-Manager, zurückziehen wer gefragt hat.', 'Hub managers decide, and whoever asked withdraws.');
    ELSIF j.state <> 'waiting' THEN
        RETURN hubd.problem_conflict(caller, 'already-decided', 'Darüber ist schon entschieden.', 'This is decided already.', jsonb_build_object('state', j.state));
    ELSIF decision = 'declined' AND btrim(coalesce(input ->> 'answer', '')) = '' THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/answer', 'Wer ablehnt, sagt bitte in einem Satz, warum.', 'Whoever declines, please say why in a sentence.');
    END IF;
    UPDATE hubd.join_request AS o SET state = decision, answer = btrim(coalesce(input ->> 'answer', '')), decided_by_id = person, decided_at = hubd.present()
        WHERE o.hub_id = hub AND o.id = j.id RETURNING * INTO j;
    IF decision = 'accepted' THEN
        PERFORM hubd.set_role(j.person_id, 'member', hub, true);
        PERFORM hubd.changed(ARRAY['person:' || j.person_id]);
    END IF;
    IF decision <> 'withdrawn' THEN
        PERFORM hubd.mail(j.person_id, 'join-answer', jsonb_build_object('is_' || j.state, true, 'answer', nullif(j.answer, ''), 'hub', h.name, 'url', '/hubs/' || h.slug), hub, 'join-answer-' || j.id)
        FROM hubd.hub AS h WHERE h.id = hub;
    END IF;
    RETURN hubd.made(200, hubd.request_document(j));
END $$;

-- ---- members, roles, passes ----

-- People of a hub as its managers see them: by role, and guests whose pass is not over.
CREATE OR REPLACE FUNCTION hubd.people_of_hub(hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'mail', p.mail, 'language', p.language, 'roles', of.roles, 'since', hubd.instant(of.since),
            'organisations', (SELECT coalesce(jsonb_agg(o.name ORDER BY o.name), '[]') FROM hubd.organisation_member AS m
                JOIN hubd.organisation AS o ON o.id = m.organisation_id WHERE m.person_id = p.id)) ORDER BY lower(p.name), p.id), '[]')
        FROM (SELECT m.person_id, jsonb_agg(m.role ORDER BY m.role) AS roles, min(m.created_at) AS since FROM hubd.membership AS m WHERE m.hub_id = hub GROUP BY m.person_id) AS of
        JOIN hubd.person AS p ON p.id = of.person_id);
END $$;

CREATE OR REPLACE FUNCTION hubd.pass_document(d hubd.day_pass) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('id', d.id, 'hub', h.slug, 'hub_name', h.name, 'person', p.id, 'name', p.name, 'mail', p.mail, 'day', d.day, 'is_revoked', d.revoked_at IS NOT NULL)
        FROM hubd.hub AS h, hubd.person AS p WHERE h.id = d.hub_id AND p.id = d.person_id);
END $$;

-- To somebody whom the hub knows at once; to anybody else as an invitation.
CREATE OR REPLACE FUNCTION hubd.give_pass(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.manager_refusal(caller, person, input ->> 'hub');
    i hubd.invitation := hubd.read_invitation(person, input);
    who bigint;
    d hubd.day_pass;
BEGIN
    IF problem.status IS NULL THEN
        who := hubd.person_of(i.mail);
        problem := hubd.problem_of_invitation(caller, i);
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    ELSIF who IS NULL OR NOT hubd.is_known_at(who, i.hub_id) THEN
        RETURN hubd.invite(caller, person, input);
    END IF;
    INSERT INTO hubd.day_pass (hub_id, person_id, day, granted_by_id) VALUES (i.hub_id, who, i.day, person) RETURNING * INTO d;
    PERFORM hubd.mail(who, 'day-pass', jsonb_build_object('hub', h.name, 'sentence', nullif(i.sentence, ''), 'url', '/hubs/' || h.slug) || hubd.day_in_mail(d.day), i.hub_id, 'day-pass-' || d.id)
    FROM hubd.hub AS h WHERE h.id = i.hub_id;
    RETURN hubd.made(201, hubd.pass_document(d), '/api/v1/day-passes/' || d.id);
END $$;

CREATE OR REPLACE FUNCTION hubd.hub_of_pass(pass bigint) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN (SELECT d.hub_id FROM hubd.day_pass AS d WHERE d.id = pass);
END $$;
ALTER FUNCTION hubd.hub_of_pass(bigint) OWNER TO hubd_network;

-- Taken back by a manager, or given back. What was booked with it stays until somebody cancels it.
CREATE OR REPLACE FUNCTION hubd.revoke_pass(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of_pass((input ->> 'id')::bigint);
    d hubd.day_pass;
BEGIN
    PERFORM hubd.enter_hub(hub);
    UPDATE hubd.day_pass AS o SET revoked_at = coalesce(o.revoked_at, hubd.present())
        WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint AND (o.person_id = person OR hubd.has_role(person, hub, 'manager')) RETURNING * INTO d;
    IF d.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Tagespass gibt es nicht.', 'There is no such day pass.');
    END IF;
    RETURN hubd.made(200, hubd.pass_document(d));
END $$;

-- A further role for somebody whom the hub knows: {hub, person, role}. Who is not known is invited.
CREATE OR REPLACE FUNCTION hubd.give_role(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.manager_refusal(caller, person, input ->> 'hub');
    hub bigint := hubd.hub_of(input ->> 'hub');
    who bigint := (input ->> 'person')::bigint;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    ELSIF NOT hubd.is_known_at(who, hub) THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-person', '/person', 'Diese Person kennt der Hub nicht: bitte einladen.', 'The hub does not know this person: please invite them.');
    ELSIF input ->> 'role' NOT IN ('member', 'trainer', 'manager') THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-role', '/role', format('Die Rolle „%s“ gibt es hier nicht; es gibt member, trainer, manager.', input ->> 'role'),
            format('There is no role "%s" here; there are member, trainer, manager.', input ->> 'role'));
    END IF;
    PERFORM hubd.set_role(who, input ->> 'role', hub, true);
    UPDATE hubd.join_request AS j SET state = 'accepted', decided_by_id = give_role.person, decided_at = hubd.present()
        WHERE j.hub_id = hub AND j.person_id = who AND j.state = 'waiting';
    RETURN hubd.made(200, (SELECT p FROM jsonb_array_elements(hubd.people_of_hub(hub)) AS p WHERE (p ->> 'id')::bigint = who));
END $$;
