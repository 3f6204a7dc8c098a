-- SPDX-License-Identifier: GPL-3.0-or-later
-- Organisations and teams. An organisation is joined by a mail address of its domain, or invited into; a team is invited into.

-- Domains whose addresses anybody can have: nobody's organisation.
CREATE OR REPLACE FUNCTION hubd.is_public_mail_domain(domain text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN domain ~ ('(^|\.)('
        'gmail\.com|googlemail\.com|gmx\.(de|net|com|at|ch|eu|info|org|biz|fr|co\.uk|us|li)|web\.de|email\.de|t-online\.de|magenta\.de|freenet\.de|arcor\.de|'
        'outlook\.(de|com|at|fr|it|es|jp|pt|dk|be|ie|cz|hu|kr|sa|sk|co\.id|co\.il|co\.th|com\.ar|com\.au|com\.br|com\.gr|com\.tr|com\.vn)|hotmail\.[a-z.]+|live\.[a-z.]+|msn\.com|passport\.com|'
        'yahoo\.[a-z.]+|ymail\.com|rocketmail\.com|myyahoo\.com|aol\.[a-z.]+|aim\.com|icloud\.com|me\.com|mac\.com|privaterelay\.appleid\.com|'
        'mail\.de|mail\.ru|bk\.ru|list\.ru|inbox\.ru|internet\.ru|yandex\.[a-z.]+|ya\.ru|rambler\.ru|posteo\.(de|net|org|eu|at|ch|us|be|uk|nl|me|co)|mailbox\.org|tutanota\.(de|com)|tutamail\.com|tuta\.(io|com)|keemail\.me|'
        'proton\.me|protonmail\.(com|ch)|pm\.me|fastmail\.(com|fm|net|org|de)|hey\.com|zoho\.(com|eu|in)|zohomail\.(com|eu|in)|mail\.com|email\.com|usa\.com|europe\.com|'
        'kabelmail\.de|unitybox\.de|unity-mail\.de|vodafone\.de|vodafonemail\.de|o2online\.de|o2mail\.de|1und1\.de|online\.de|onlinehome\.de|versanet\.de|ewetel\.net|ewe\.net|'
        'netcologne\.de|osnanet\.de|htp-tel\.de|mnet-online\.de|mnet-mail\.de|alice\.de|alice-dsl\.net|hansenet\.de|compuserve\.(de|com)|lycos\.(de|com)|directbox\.com|smart-mail\.de|firemail\.de|'
        'bluewin\.ch|hispeed\.ch|sunrise\.ch|a1\.net|aon\.at|chello\.at|kabsi\.at|inode\.at|liwest\.at|utanet\.at|laposte\.net|orange\.fr|wanadoo\.fr|free\.fr|sfr\.fr|neuf\.fr|libero\.it|virgilio\.it|tiscali\.it|alice\.it|tin\.it|'
        'wp\.pl|o2\.pl|onet\.pl|op\.pl|interia\.pl|gazeta\.pl|seznam\.cz|centrum\.cz|email\.cz|ziggo\.nl|kpnmail\.nl|planet\.nl|xs4all\.nl|home\.nl|hetnet\.nl|telenet\.be|skynet\.be|proximus\.be|'
        'btinternet\.com|sky\.com|virginmedia\.com|ntlworld\.com|talktalk\.net|comcast\.net|verizon\.net|att\.net|sbcglobal\.net|bellsouth\.net|cox\.net|charter\.net|earthlink\.net|juno\.com|'
        'qq\.com|163\.com|126\.com|yeah\.net|sina\.(com|cn)|sohu\.com|naver\.com|daum\.net|hanmail\.net|rediffmail\.com|'
        'mailinator\.com|guerrillamail\.(com|net|org|biz|de|info)|sharklasers\.com|10minutemail\.(com|net)|yopmail\.(com|fr|net)|trashmail\.(com|de|net|ws)|trash-mail\.(com|de)|wegwerfmail\.(de|net|org)|spambog\.(com|de|ru)|'
        'temp-mail\.org|tempmail\.(de|net|com)|dispostable\.com|getnada\.com|maildrop\.cc|mailnesia\.com|byom\.de|discard\.email|fakeinbox\.com|einrot\.com|muellmail\.com|kasmail\.com|'
        'simplelogin\.(com|co|fr|io)|anonaddy\.(com|me)|addy\.io|duck\.com|mozmail\.com|riseup\.net|disroot\.org|autistici\.org|systemli\.org|systemausfall\.org|jpberlin\.de|snafu\.de|in-berlin\.de'
        ')$');

CREATE OR REPLACE FUNCTION hubd.domain_of(mail text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN lower(regexp_replace(mail, '^.*@', ''));

-- ---- documents ----

-- Members see each other's names; admins also addresses.
CREATE OR REPLACE FUNCTION hubd.organisation_document(o hubd.organisation, person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    manages boolean := EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id AND m.person_id = person AND m.is_admin);
BEGIN
    RETURN jsonb_build_object('slug', o.slug, 'name', o.name, 'kind', o.kind, 'size_class', o.size_class, 'topics', o.topics, 'url', o.url, 'revision', o.revision::text,
        'is_admin', manages, 'domains', (SELECT coalesce(jsonb_agg(d.domain ORDER BY d.domain), '[]') FROM hubd.organisation_domain AS d WHERE d.organisation_id = o.id),
        'members', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'mail', CASE WHEN manages THEN p.mail END, 'is_admin', m.is_admin,
                'is_me', p.id = organisation_document.person) ORDER BY lower(p.name), p.id), '[]')
            FROM hubd.organisation_member AS m JOIN hubd.person AS p ON p.id = m.person_id WHERE m.organisation_id = o.id),
        'links', jsonb_build_object('self', '/api/v1/organisations/' || o.slug, 'page', '/me/organisations/' || o.slug));
END $$;

CREATE OR REPLACE FUNCTION hubd.team_document(t hubd.team, person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    manages boolean := EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = t.id AND m.person_id = person AND m.is_admin);
BEGIN
    RETURN jsonb_build_object('slug', t.slug, 'name', t.name, 'about', t.about, 'revision', t.revision::text, 'is_admin', manages, 'is_dissolved', t.dissolved_at IS NOT NULL,
        'members', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'is_admin', m.is_admin, 'is_me', p.id = team_document.person,
                'organisation', (SELECT o.name FROM hubd.organisation AS o WHERE o.id = p.organisation_id)) ORDER BY lower(p.name), p.id), '[]')
            FROM hubd.team_member AS m JOIN hubd.person AS p ON p.id = m.person_id WHERE m.team_id = t.id),
        'links', jsonb_build_object('self', '/api/v1/teams/' || t.slug, 'page', '/me/teams/' || t.slug));
END $$;

-- ---- entering ----

CREATE OR REPLACE FUNCTION hubd.enter_organisation(caller jsonb, person bigint, organisation bigint, as_admin boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM hubd.person AS p WHERE p.id = person FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM hubd.organisation_member AS m WHERE m.person_id = person) >= 20 THEN
        RETURN hubd.problem_conflict(caller, 'too-many', 'Mehr als 20 Organisationen gehen nicht.', 'More than 20 organisations are not possible.');
    END IF;
    INSERT INTO hubd.organisation_member AS m (organisation_id, person_id, is_admin) VALUES (organisation, person, as_admin)
        ON CONFLICT (organisation_id, person_id) DO UPDATE SET is_admin = m.is_admin OR excluded.is_admin;
    UPDATE hubd.person AS p SET organisation_id = organisation WHERE p.id = person AND p.organisation_id IS NULL;
    PERFORM hubd.changed(ARRAY['person:' || person, 'organisation:' || organisation]);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hubd.enter_team(caller jsonb, person bigint, team bigint, as_admin boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM hubd.person AS p WHERE p.id = person FOR NO KEY UPDATE;
    PERFORM FROM hubd.team AS t WHERE t.id = team AND t.dissolved_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN hubd.problem_conflict(caller, 'not-live', 'Dieses Team gibt es nicht mehr.', 'This team is no more.');
    ELSIF (SELECT count(*) FROM hubd.team_member AS m WHERE m.person_id = person) >= 50 THEN
        RETURN hubd.problem_conflict(caller, 'too-many', 'Mehr als 50 Teams gehen nicht.', 'More than 50 teams are not possible.');
    ELSIF (SELECT count(*) FROM hubd.team_member AS m WHERE m.team_id = team) >= 200 THEN
        RETURN hubd.problem_conflict(caller, 'too-many', 'Mehr als 200 Menschen hat kein Team.', 'No team has more than 200 people.');
    END IF;
    INSERT INTO hubd.team_member AS m (team_id, person_id, is_admin) VALUES (team, person, as_admin)
        ON CONFLICT (team_id, person_id) DO UPDATE SET is_admin = m.is_admin OR excluded.is_admin;
    PERFORM hubd.changed(ARRAY['person:' || person, 'team:' || team]);
    RETURN NULL;
END $$;

-- ---- organisations ----

CREATE OR REPLACE FUNCTION hubd.problem_of_organisation(caller jsonb, input jsonb, is_new boolean) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    wrong text := (SELECT s FROM jsonb_array_elements_text(coalesce(input -> 'topics', '[]')) AS s WHERE NOT EXISTS (SELECT FROM hubd.topic AS t WHERE t.slug = s) LIMIT 1);
BEGIN
    IF (is_new OR input ? 'name') AND btrim(coalesce(input ->> 'name', '')) = '' THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/name', 'Der Name fehlt.', 'The name is missing.');
    ELSIF (is_new OR input ? 'kind') AND coalesce(input ->> 'kind', '') NOT IN ('startup', 'sme', 'corporate', 'university', 'investor', 'public') THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-kind', '/kind', 'Die Art ist startup, sme (Mittelstand), corporate (Konzern), university (Hochschule), investor oder public (öffentlich).',
            'The kind is startup, sme, corporate, university, investor or public.');
    ELSIF nullif(input ->> 'size_class', '') NOT IN ('1-9', '10-49', '50-499', '500+') THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/size_class', 'Die Größe ist 1-9, 10-49, 50-499 oder 500+.', 'The size is 1-9, 10-49, 50-499 or 500+.');
    ELSIF wrong IS NOT NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-topic', '/topics', format('Das Thema „%s“ gibt es nicht. Alle: /api/v1/topics.', wrong),
            format('There is no topic "%s". All of them: /api/v1/topics.', wrong));
    ELSIF nullif(input ->> 'url', '') !~ '^https?://[^[:space:]]+$' THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/url', 'Eine Adresse beginnt mit https://.', 'An address begins with https://.');
    END IF;
    RETURN NULL;
END $$;

-- Claims the domain of one's own address, which signing in has shown to be one's own. NULL: done.
CREATE OR REPLACE FUNCTION hubd.claim_domain(caller jsonb, person bigint, organisation bigint) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    own text := (SELECT hubd.domain_of(p.mail) FROM hubd.person AS p WHERE p.id = person);
    holder record;
BEGIN
    IF hubd.is_public_mail_domain(own) THEN
        RETURN hubd.problem_unprocessable(caller, 'public-domain', '/domain', format('Eine Adresse bei %s kann jeder haben: damit gehört sie keiner Organisation. Laden Sie die anderen ein.', own),
            format('Anybody can have an address at %s, so it is no organisation''s. Please invite the others.', own));
    END IF;
    INSERT INTO hubd.organisation_domain (domain, organisation_id, person_id) VALUES (own, organisation, person) ON CONFLICT (domain) DO NOTHING;
    SELECT o.id, o.slug, o.name INTO holder FROM hubd.organisation_domain AS d JOIN hubd.organisation AS o ON o.id = d.organisation_id WHERE d.domain = own;
    IF holder.id <> organisation THEN
        RETURN hubd.problem_conflict(caller, 'domain-taken', format('%s gehört schon zu „%s“: treten Sie dort bei.', own, holder.name), format('%s belongs to "%s" already: please join that.', own, holder.name),
            jsonb_build_object('organisation', holder.slug));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hubd.make_organisation(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.problem_of_organisation(caller, input, true);
    o hubd.organisation;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('organisation.slug'));
    INSERT INTO hubd.organisation (slug, name, kind, size_class, topics, url)
    VALUES (hubd.free_name('organisation', input ->> 'name'), btrim(input ->> 'name'), input ->> 'kind', nullif(input ->> 'size_class', ''), hubd.texts(input -> 'topics'),
        coalesce(input ->> 'url', '')) RETURNING * INTO o;
    problem := hubd.enter_organisation(caller, person, o.id, true);
    IF problem.status IS NULL AND (input ->> 'claim_domain')::boolean THEN
        problem := hubd.claim_domain(caller, person, o.id);
    END IF;
    RETURN CASE WHEN problem.status IS NOT NULL THEN problem
        ELSE hubd.made(201, hubd.organisation_document(o, person), '/api/v1/organisations/' || o.slug) END;
END $$;

CREATE OR REPLACE FUNCTION hubd.change_organisation(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.admin_refusal(caller, person, 'organisation', input ->> 'organisation');
    o hubd.organisation;
BEGIN
    IF problem.status IS NULL THEN
        SELECT * INTO o FROM hubd.organisation AS x WHERE x.slug = input ->> 'organisation' FOR UPDATE;
        problem := CASE WHEN caller ->> 'revision' <> o.revision::text THEN hubd.problem_stale(caller, o.revision) ELSE hubd.problem_of_organisation(caller, input, false) END;
    END IF;
    IF problem.status IS NULL AND (input ->> 'claim_domain')::boolean THEN
        problem := hubd.claim_domain(caller, person, o.id);
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    DELETE FROM hubd.organisation_domain AS d WHERE d.organisation_id = o.id AND d.domain = lower(input ->> 'drop_domain');
    UPDATE hubd.organisation AS x SET name = coalesce(btrim(input ->> 'name'), x.name), kind = coalesce(input ->> 'kind', x.kind),
        size_class = CASE WHEN input ? 'size_class' THEN nullif(input ->> 'size_class', '') ELSE x.size_class END,
        topics = CASE WHEN input ? 'topics' THEN hubd.texts(input -> 'topics') ELSE x.topics END, url = coalesce(input ->> 'url', x.url), revision = x.revision + 1
        WHERE x.id = o.id RETURNING * INTO o;
    PERFORM hubd.changed(ARRAY['organisation:' || o.id]);
    RETURN hubd.made(200, hubd.organisation_document(o, person));
END $$;

-- By one's own address: its domain says which organisation. The first one in becomes its admin where there is none.
CREATE OR REPLACE FUNCTION hubd.join_organisation(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    o hubd.organisation;
    problem api.reply;
BEGIN
    SELECT x.* INTO o FROM hubd.organisation AS x JOIN hubd.organisation_domain AS d ON d.organisation_id = x.id JOIN hubd.person AS p ON hubd.domain_of(p.mail) = d.domain
        WHERE p.id = person AND x.slug = input ->> 'organisation' FOR UPDATE OF x;
    IF o.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Zu Ihrer Mailadresse gehört keine solche Organisation: lassen Sie sich einladen, oder legen Sie sie an.',
            'Your mail address belongs to no such organisation: ask to be invited, or make it.');
    END IF;
    problem := hubd.enter_organisation(caller, person, o.id, NOT EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id AND m.is_admin));
    RETURN CASE WHEN problem.status IS NOT NULL THEN problem ELSE hubd.made(200, hubd.organisation_document(o, person)) END;
END $$;

-- ---- teams ----

CREATE OR REPLACE FUNCTION hubd.make_team(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply;
    t hubd.team;
BEGIN
    IF btrim(coalesce(input ->> 'name', '')) = '' THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/name', 'Das Team braucht einen Namen.', 'The team needs a name.');
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('team.slug'));
    INSERT INTO hubd.team (slug, name, about) VALUES (hubd.free_name('team', input ->> 'name'), btrim(input ->> 'name'), coalesce(btrim(input ->> 'about'), '')) RETURNING * INTO t;
    problem := hubd.enter_team(caller, person, t.id, true);
    RETURN CASE WHEN problem.status IS NOT NULL THEN problem ELSE hubd.made(201, hubd.team_document(t, person), '/api/v1/teams/' || t.slug) END;
END $$;

CREATE OR REPLACE FUNCTION hubd.change_team(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.admin_refusal(caller, person, 'team', input ->> 'team');
    t hubd.team;
BEGIN
    IF problem.status IS NULL THEN
        SELECT * INTO t FROM hubd.team AS x WHERE x.slug = input ->> 'team' FOR UPDATE;
        problem := CASE WHEN caller ->> 'revision' <> t.revision::text THEN hubd.problem_stale(caller, t.revision)
            WHEN btrim(input ->> 'name') = '' THEN hubd.problem_unprocessable(caller, 'missing-member', '/name', 'Das Team braucht einen Namen.', 'The team needs a name.') END;
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    UPDATE hubd.team AS x SET name = coalesce(btrim(input ->> 'name'), x.name), about = coalesce(btrim(input ->> 'about'), x.about), revision = x.revision + 1
        WHERE x.id = t.id RETURNING * INTO t;
    PERFORM hubd.changed(ARRAY['team:' || t.id]);
    RETURN hubd.made(200, hubd.team_document(t, person));
END $$;

-- ---- admins ----

-- The last admin stays one while there are others: somebody must be able to invite.
CREATE OR REPLACE FUNCTION hubd.problem_last_admin(caller jsonb) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem_conflict(caller, 'last-admin', 'Die letzte Person mit Verwaltungsrecht: bitte zuerst jemand anderen dazu bestimmen.', 'The last admin: please name another one first.');

-- {organisation, person, is_admin}, or {team, person, is_admin}.
CREATE OR REPLACE FUNCTION hubd.change_organisation_member(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.admin_refusal(caller, person, 'organisation', input ->> 'organisation');
    o hubd.organisation;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    SELECT * INTO o FROM hubd.organisation AS x WHERE x.slug = input ->> 'organisation' FOR UPDATE;
    UPDATE hubd.organisation_member AS m SET is_admin = (input ->> 'is_admin')::boolean
        WHERE m.organisation_id = o.id AND m.person_id = hubd.person_named(change_organisation_member.person, input ->> 'person');
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Diese Person ist nicht dabei.', 'This person is not in it.');
    ELSIF NOT EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id AND m.is_admin) THEN
        RETURN hubd.problem_last_admin(caller);
    END IF;
    RETURN hubd.made(200, hubd.organisation_document(o, person));
END $$;

CREATE OR REPLACE FUNCTION hubd.change_team_member(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    problem api.reply := hubd.admin_refusal(caller, person, 'team', input ->> 'team');
    t hubd.team;
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    SELECT * INTO t FROM hubd.team AS x WHERE x.slug = input ->> 'team' FOR UPDATE;
    UPDATE hubd.team_member AS m SET is_admin = (input ->> 'is_admin')::boolean
        WHERE m.team_id = t.id AND m.person_id = hubd.person_named(change_team_member.person, input ->> 'person');
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Diese Person ist nicht dabei.', 'This person is not in it.');
    ELSIF NOT EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = t.id AND m.is_admin) THEN
        RETURN hubd.problem_last_admin(caller);
    END IF;
    RETURN hubd.made(200, hubd.team_document(t, person));
END $$;
