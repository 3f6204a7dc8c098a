-- SPDX-License-Identifier: GPL-3.0-or-later
-- What all that people decide about themselves and each other has in common: the frame of a deed, secrets, names, bounds.

-- A deed: hubd.NAME(caller, person, input) of somebody who may write. The same request twice does it once; a dry run does it and takes
-- it back. name comes from the api function that calls this, never from a request.
CREATE OR REPLACE FUNCTION hubd.deed(caller jsonb, input jsonb, name text) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    reply := hubd.replay(caller, input, person);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    BEGIN
        EXECUTE format('SELECT * FROM hubd.%I($1, $2, $3)', name) INTO reply USING caller, person, input;
        IF reply.status >= 400 OR (input ->> 'dry_run')::boolean THEN
            PERFORM hubd.undo();
        END IF;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        IF (input ->> 'dry_run')::boolean THEN
            RETURN hubd.as_dry_run(reply);
        END IF;
    END;
    RETURN hubd.remember(caller, reply, person);
END $$;

CREATE OR REPLACE FUNCTION hubd.made(status integer, document jsonb, location text DEFAULT NULL) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN ROW(status, document::text, document ->> 'revision', location)::api.reply;

CREATE OR REPLACE FUNCTION hubd.problem_conflict(caller jsonb, problem text, de text, en text, more jsonb DEFAULT '{}') RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(409, problem, hubd.say(hubd.language(caller), 'So geht es nicht', 'This cannot be done'), hubd.say(hubd.language(caller), de, en), more);

-- What a mail carries and only its hash is kept of: 244 random bits.
CREATE OR REPLACE FUNCTION hubd.new_secret() RETURNS text LANGUAGE sql VOLATILE
    RETURN replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

CREATE OR REPLACE FUNCTION hubd.secret_hash(secret text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN encode(sha256(convert_to(secret, 'UTF8')), 'hex');

CREATE OR REPLACE FUNCTION hubd.is_address(mail text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN coalesce(length(mail) <= 254 AND mail ~ '^[^@[:space:][:cntrl:]<>"(),;:\\]+@[^@[:space:][:cntrl:]<>"(),;:\\.]+(\.[^@[:space:][:cntrl:]<>"(),;:\\.]+)+$', false);

CREATE OR REPLACE FUNCTION hubd.problem_of_address(caller jsonb, pointer text, mail text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_unprocessable(caller, 'malformed-address', pointer,
        format('„%s“ ist keine Mailadresse, wie anna@example.org eine ist.', left(coalesce(mail, ''), 100)),
        format('"%s" is no mail address, as anna@example.org is one.', left(coalesce(mail, ''), 100)));

CREATE OR REPLACE FUNCTION hubd.network_hub() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT h.id FROM hubd.hub AS h WHERE h.is_network);
END $$;

-- The person whom a path names: "me", or a number; NULL for what is none.
CREATE OR REPLACE FUNCTION hubd.person_named(person bigint, named text) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN named = 'me' THEN person WHEN named ~ '^[1-9][0-9]{0,17}$' THEN named::bigint END;

-- Is known at a hub: by a role, a pass, or a request of theirs. Under the fence nobody else is.
CREATE OR REPLACE FUNCTION hubd.is_known_at(person bigint, hub bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = person)
        OR EXISTS (SELECT FROM hubd.day_pass AS d WHERE d.hub_id = hub AND d.person_id = person)
        OR EXISTS (SELECT FROM hubd.join_request AS j WHERE j.hub_id = hub AND j.person_id = person AND j.state <> 'withdrawn');
END $$;

CREATE OR REPLACE FUNCTION hubd.organisations_of(person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', o.slug, 'name', o.name, 'kind', o.kind, 'is_admin', m.is_admin,
            'is_default', o.id = p.organisation_id) ORDER BY o.name, o.id), '[]')
        FROM hubd.organisation_member AS m JOIN hubd.organisation AS o ON o.id = m.organisation_id JOIN hubd.person AS p ON p.id = m.person_id
        WHERE m.person_id = organisations_of.person);
END $$;

CREATE OR REPLACE FUNCTION hubd.teams_of(person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.name, 'is_admin', m.is_admin) ORDER BY t.name, t.id), '[]')
        FROM hubd.team_member AS m JOIN hubd.team AS t ON t.id = m.team_id WHERE m.person_id = teams_of.person);
END $$;

-- Finds the account of an address whose owner has just shown that it is theirs, or makes it.
CREATE OR REPLACE FUNCTION hubd.person_with(address text, named text, spoken text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found bigint := hubd.person_of(address);
BEGIN
    IF found IS NOT NULL THEN
        RETURN found;
    END IF;
    INSERT INTO hubd.person (mail, name, language) VALUES (address, named, spoken) ON CONFLICT (lower(mail)) DO NOTHING RETURNING id INTO found;
    RETURN coalesce(found, hubd.person_of(address));
END $$;

-- A slug of a name that no other organisation, or no other team, has.
CREATE OR REPLACE FUNCTION hubd.free_name(kind text, name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    stem text := coalesce(nullif(btrim(left(hubd.slug_from(name), 50), '-'), ''), kind);
BEGIN
    RETURN (SELECT stem || suffix FROM (SELECT n, CASE WHEN n > 1 THEN '-' || n ELSE '' END AS suffix FROM generate_series(1, 10000) AS n) AS tries
        WHERE CASE kind WHEN 'team' THEN NOT EXISTS (SELECT FROM hubd.team AS t WHERE t.slug = stem || suffix)
            ELSE NOT EXISTS (SELECT FROM hubd.organisation AS o WHERE o.slug = stem || suffix) END ORDER BY n LIMIT 1);
END $$;

-- What somebody is told who is no admin of an organisation or a team; who is not even in it learns nothing of it.
CREATE OR REPLACE FUNCTION hubd.problem_no_admin(caller jsonb, is_inside boolean, kind text, named text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN is_inside THEN hubd.problem_not_allowed(caller, 'Das dürfen nur die Admins.', 'Only its admins may do that.')
        WHEN kind = 'team' THEN hubd.problem_not_found(caller, format('Sie sind in keinem Team „%s“. Ihre: /api/v1/teams.', named),
            format('You are in no team "%s". Yours: /api/v1/teams.', named))
        ELSE hubd.problem_not_found(caller, format('Sie sind in keiner Organisation „%s“. Ihre: /api/v1/organisations.', named),
            format('You are in no organisation "%s". Yours: /api/v1/organisations.', named)) END;

-- NULL: this person is an admin of the team or organisation of that name, or an operator.
CREATE OR REPLACE FUNCTION hubd.admin_refusal(caller jsonb, person bigint, kind text, named text) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    is_inside boolean := CASE kind WHEN 'team' THEN hubd.team_of(person, named) ELSE hubd.organisation_of(person, named) END IS NOT NULL;
    is_admin boolean := CASE kind
        WHEN 'team' THEN EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = hubd.team_of(admin_refusal.person, named) AND m.person_id = admin_refusal.person AND m.is_admin)
        ELSE EXISTS (SELECT FROM hubd.organisation_member AS m
            WHERE m.organisation_id = hubd.organisation_of(admin_refusal.person, named) AND m.person_id = admin_refusal.person AND m.is_admin) END;
BEGIN
    IF is_admin THEN
        RETURN NULL;
    ELSIF kind = 'organisation' AND EXISTS (SELECT FROM hubd.organisation AS o WHERE o.slug = named)
        AND EXISTS (SELECT FROM hubd.person AS p WHERE p.id = admin_refusal.person AND p.is_operator) THEN
        RETURN NULL;
    END IF;
    RETURN hubd.problem_no_admin(caller, is_inside, kind, named);
END $$;

-- For lists that only a hub's managers read: signed in, and its manager. Enters the hub.
CREATE OR REPLACE FUNCTION hubd.hub_reader_refusal(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    ELSIF input ->> 'hub' IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-parameter', 'hub', 'Bitte den Hub nennen: ?hub=….', 'Please name the hub: ?hub=….');
    END IF;
    RETURN hubd.manager_refusal(caller, person, input ->> 'hub');
END $$;
