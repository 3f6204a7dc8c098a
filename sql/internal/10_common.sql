-- SPDX-License-Identifier: GPL-3.0-or-later
-- What every api function needs: who asks, may they, problems, and telling that something changed.
-- All of these are SECURITY INVOKER: they run as the owner of the api function that calls them.

-- The asker's language; a person's own setting wins over the request's.
CREATE OR REPLACE FUNCTION hubd.say(language text, de text, en text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN language = 'en' THEN en ELSE de END;

CREATE OR REPLACE FUNCTION hubd.language(caller jsonb) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN caller ->> 'language' = 'en' THEN 'en' ELSE 'de' END;

-- RFC 3339 with Z, to the second: how every instant leaves SQL.
CREATE OR REPLACE FUNCTION hubd.instant(at timestamptz) RETURNS text LANGUAGE sql STABLE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

-- A wall clock time as YYYY-MM-DDTHH:MM:SS. STABLE as to_char() is: else it would not be inlined.
CREATE OR REPLACE FUNCTION hubd.wall(at timestamp) RETURNS text LANGUAGE sql STABLE
    RETURN to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS');

-- Whether this is the session of a cookie: a renewed one's old cookie counts for a minute more, for requests that were under way.
CREATE OR REPLACE FUNCTION hubd.is_session(s hubd.session, cookie text) RETURNS boolean LANGUAGE sql STABLE
    RETURN (s).sha256 = cookie OR ((s).previous = cookie AND (s).renewed_at > hubd.present() - interval '1 minute');

CREATE OR REPLACE FUNCTION hubd.session_person(cookie text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT s.person_id FROM hubd.session AS s WHERE (s.sha256 = cookie OR s.previous = cookie) AND hubd.is_session(s, cookie)
        AND s.revoked_at IS NULL AND s.expires_at > hubd.present());
END $$;

-- Who the caller says it is: whose live token this is, if it has the scope; else who a trusted proxy says is there, or whose live session it is;
-- NULL for nobody. Who signed in may read and write.
CREATE OR REPLACE FUNCTION hubd.person_of_caller(caller jsonb, scope text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    IF caller ->> 'token' IS NOT NULL THEN
        RETURN (SELECT person_id FROM hubd.token
                WHERE sha256 = caller ->> 'token' AND revoked_at IS NULL
                  AND (expires_at IS NULL OR expires_at > hubd.present()) AND scope = ANY (scopes));
    ELSIF scope NOT IN ('read', 'write') THEN
        RETURN NULL;
    ELSIF caller ->> 'proxy' IS NOT NULL THEN
        RETURN (SELECT id FROM hubd.person WHERE lower(mail) = lower(caller ->> 'proxy'));
    END IF;
    RETURN hubd.session_person(caller ->> 'session');
END $$;

-- The person, or NULL. Whoever asks for the right to write is noted as the one who does, for the audit, until the transaction ends.
CREATE OR REPLACE FUNCTION hubd.caller_person(caller jsonb, scope text DEFAULT 'read') RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    person bigint := hubd.person_of_caller(caller, scope);
BEGIN
    IF scope = 'write' AND person IS NOT NULL THEN
        PERFORM set_config('hubd.actor', concat(person, ' ', caller ->> 'request'), true);
    END IF;
    RETURN person;
END $$;

-- True for somebody who holds one of the roles at the hub; operators may everything at every hub, and today's guests what members may.
CREATE OR REPLACE FUNCTION hubd.has_role(person bigint, hub bigint, VARIADIC roles text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = person AND m.role = ANY (roles))
        OR EXISTS (SELECT FROM hubd.person AS p WHERE p.id = person AND p.is_operator)
        OR ('member' = ANY (roles) AND hubd.has_pass(person, hub, hubd.today_at(hub)));
END $$;

-- A problem of RFC 9457. problem is the last segment of its type; more holds further members.
CREATE OR REPLACE FUNCTION hubd.problem(status integer, problem text, title text, detail text, more jsonb DEFAULT '{}')
    RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN ROW(status, (jsonb_build_object('type', '/problems/' || problem, 'title', title, 'status', status, 'detail', detail)
        || more)::text, NULL, NULL)::api.reply;

CREATE OR REPLACE FUNCTION hubd.problem_sign_in(caller jsonb) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(401, 'sign-in-required',
        hubd.say(hubd.language(caller), 'Anmeldung nötig', 'Sign-in required'),
        hubd.say(hubd.language(caller),
            'Dafür braucht es ein gültiges Token: Authorization: Bearer TOKEN, oder Basic mit dem Token als Passwort.',
            'This needs a valid token: Authorization: Bearer TOKEN, or Basic with the token as password.'));

CREATE OR REPLACE FUNCTION hubd.problem_not_allowed(caller jsonb, de text, en text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(403, 'not-allowed',
        hubd.say(hubd.language(caller), 'Nicht erlaubt', 'Not allowed'), hubd.say(hubd.language(caller), de, en));

CREATE OR REPLACE FUNCTION hubd.problem_not_found(caller jsonb, de text, en text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(404, 'not-found',
        hubd.say(hubd.language(caller), 'Nicht gefunden', 'Not found'), hubd.say(hubd.language(caller), de, en));

-- If-Match named another revision than the stored one (RFC 9110 13.1.1).
CREATE OR REPLACE FUNCTION hubd.problem_stale(caller jsonb, revision bigint) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(412, 'changed-meanwhile',
        hubd.say(hubd.language(caller), 'Inzwischen geändert', 'Changed meanwhile'),
        hubd.say(hubd.language(caller), 'Es wurde inzwischen geändert: bitte neu lesen und dann mit dem neuen ETag wiederholen.',
            'It was changed meanwhile: please read it again and repeat with the new ETag.'),
        jsonb_build_object('revision', revision::text));

-- The hub of a slug, or NULL; the reserved one is nobody's to name.
CREATE OR REPLACE FUNCTION hubd.hub_of(hub_slug text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT id FROM hubd.hub WHERE slug = hub_slug AND NOT is_network);
END $$;

-- The time is that of the call, not the transaction's start: a feed's Last-Modified must rise when a long transaction ends at last.
-- Tells feeds, streams and caches that what these scopes show has changed: all | hub:ID | topic:SLUG | resource:ID | event:ID | person:ID.
CREATE OR REPLACE FUNCTION hubd.changed(scopes text[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    moment timestamptz := hubd.present() + (clock_timestamp() - pg_catalog.now());
BEGIN
    INSERT INTO hubd.change (scope, at)
    SELECT DISTINCT scope, moment FROM unnest(scopes) AS scope WHERE scope IS NOT NULL;
END $$;

-- Queues a job once a (kind, key); without due at once, and then the workers are woken.
CREATE OR REPLACE FUNCTION hubd.queue(job_kind text, job_key text, job_input jsonb DEFAULT '{}', due timestamptz DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO hubd.job (kind, key, input, run_at) VALUES (job_kind, job_key, job_input, coalesce(due, hubd.present()))
        ON CONFLICT (kind, key) WHERE state <> 'failed' DO NOTHING;
    PERFORM pg_notify('hubd_job', '') WHERE due IS NULL OR due <= hubd.present();
END $$;
