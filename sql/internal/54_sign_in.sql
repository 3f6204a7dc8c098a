-- SPDX-License-Identifier: GPL-3.0-or-later
-- Signing in: limits, the mail that the worker writes, and the session that comes of a grant. All of it runs as hubd_network: before
-- anybody is anybody there is no hub to enter.

-- Counts one attempt against an hourly limit: seconds to wait, or NULL where it is within. What is refused counts too, up to the limit.
CREATE OR REPLACE FUNCTION hubd.over_limit(bucket text, most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    since CONSTANT timestamptz := hubd.present() - interval '1 hour';
    oldest timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(over_limit.bucket, 0));
    SELECT min(a.at) INTO oldest FROM (SELECT t.at FROM hubd.attempt AS t WHERE t.bucket = over_limit.bucket AND t.at > since
        ORDER BY t.at DESC LIMIT most) AS a HAVING count(*) = most;
    IF oldest IS NOT NULL THEN
        RETURN greatest(1, ceil(extract(epoch FROM oldest - since)))::integer;
    END IF;
    INSERT INTO hubd.attempt (bucket, at) VALUES (over_limit.bucket, hubd.present());
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hubd.problem_too_often(caller jsonb, seconds integer) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(429, 'too-many-attempts', hubd.say(hubd.language(caller), 'Zu oft versucht', 'Tried too often'),
        hubd.say(hubd.language(caller), format('Das wurde zu oft versucht: bitte in %s Minuten noch einmal.', ceil(seconds / 60.0)),
            format('This was tried too often: please try again in %s minutes.', ceil(seconds / 60.0))),
        jsonb_build_object('retry_after', seconds));

-- Writes the mail of an attempt, where somebody has the address. It is a job, so that the answer to the form takes as long for an unknown
-- address as for a known one.
CREATE OR REPLACE FUNCTION hubd.job_sign_in_mail(attempt text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted jsonb;
    who bigint;
BEGIN
    SELECT a.asked INTO wanted FROM hubd.sign_in_attempt AS a WHERE a.sha256 = attempt AND a.asked IS NOT NULL AND a.expires_at > hubd.present() FOR UPDATE;
    SELECT p.id INTO who FROM hubd.person AS p WHERE lower(p.mail) = lower(wanted ->> 'mail');
    IF who IS NOT NULL THEN
        INSERT INTO hubd.sign_in_link (sha256, person_id, expires_at)
        SELECT wanted ->> 'link_sha256', who, a.expires_at FROM hubd.sign_in_attempt AS a WHERE a.sha256 = attempt;
        PERFORM hubd.mail(who, 'sign-in', jsonb_build_object('expires', hubd.instant(a.expires_at),
            'secret', jsonb_build_object('code', wanted ->> 'code', 'url', wanted ->> 'url')))
        FROM hubd.sign_in_attempt AS a WHERE a.sha256 = attempt;
    END IF;
    UPDATE hubd.sign_in_attempt AS a SET asked = NULL, link_sha256 = CASE WHEN who IS NOT NULL THEN wanted ->> 'link_sha256' END WHERE a.sha256 = attempt;
END $$;

-- Uses a grant up; whose it was, or NULL. Whoever comes second waits for the first here, and then finds it used.
CREATE OR REPLACE FUNCTION hubd.use_sign_in_link(link text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    who bigint;
BEGIN
    UPDATE hubd.sign_in_link AS l SET used_at = hubd.present() WHERE l.sha256 = link AND l.used_at IS NULL AND l.expires_at > hubd.present()
        RETURNING l.person_id INTO who;
    RETURN who;
END $$;

-- Begins a session of 30 days; the cookie never comes here, only its SHA-256 ("session").
CREATE OR REPLACE FUNCTION hubd.begin_session(who bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.session AS s WHERE s.person_id = who AND s.expires_at < hubd.present();
    INSERT INTO hubd.session (sha256, person_id, device, expires_at)
    VALUES (input ->> 'session', who, coalesce(input ->> 'device', ''), hubd.present() + interval '30 days');
    RETURN ROW(200, (SELECT jsonb_build_object('name', p.name, 'language', p.language) FROM hubd.person AS p WHERE p.id = who)::text, NULL, NULL)::api.reply;
END $$;

CREATE OR REPLACE FUNCTION hubd.problem_link_spent(caller jsonb) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(403, 'sign-in-link-spent', hubd.say(hubd.language(caller), 'Der Link gilt nicht mehr', 'The link does not work any more'),
        hubd.say(hubd.language(caller), 'Ein Anmeldelink gilt einmal und 15 Minuten lang. Bitte einen neuen anfordern.',
            'A sign-in link works once and for 15 minutes. Please ask for a new one.'));

-- What is left of grants, attempts and counts when their time is over.
CREATE OR REPLACE FUNCTION hubd.compact_sign_in() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.attempt AS a WHERE a.at < hubd.present() - interval '1 hour';
    DELETE FROM hubd.sign_in_attempt AS a WHERE a.expires_at < hubd.present();
    DELETE FROM hubd.sign_in_link AS l WHERE l.expires_at < hubd.present() - interval '7 days';
    DELETE FROM hubd.session AS s WHERE s.expires_at < hubd.present();
END $$;

-- ---- what one sees of one's own sessions and tokens ----

CREATE OR REPLACE FUNCTION hubd.own_sessions(person bigint, cookie text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'device', nullif(s.device, ''), 'created', hubd.instant(s.created_at),
            'used', hubd.instant(s.used_at), 'expires', hubd.instant(s.expires_at), 'is_this', coalesce(hubd.is_session(s, cookie), false))
            ORDER BY coalesce(hubd.is_session(s, cookie), false) DESC, s.id DESC), '[]')
        FROM hubd.session AS s WHERE s.person_id = person AND s.revoked_at IS NULL AND s.expires_at > hubd.present());
END $$;

CREATE OR REPLACE FUNCTION hubd.token_document(t hubd.token) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', (t).id, 'name', (t).name, 'scopes', (t).scopes, 'created', hubd.instant((t).created_at),
        'expires', hubd.instant((t).expires_at), 'used', hubd.instant((t).used_at));

-- Tokens of programs; addresses that only subscribe are feeds, and elsewhere.
CREATE OR REPLACE FUNCTION hubd.own_tokens(person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.token_document(t) ORDER BY t.id), '[]') FROM hubd.token AS t
        WHERE t.person_id = person AND t.scopes <> '{feed}' AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > hubd.present()));
END $$;

-- Signed in within the last hour, so that it is not somebody else at a device that was left open. A trusted proxy answers for its own.
CREATE OR REPLACE FUNCTION hubd.is_recent_sign_in(caller jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN caller ->> 'token' IS NULL AND (caller ->> 'proxy' IS NOT NULL OR EXISTS (SELECT FROM hubd.session AS s
        WHERE (s.sha256 = caller ->> 'session' OR s.previous = caller ->> 'session') AND hubd.is_session(s, caller ->> 'session')
          AND s.created_at > hubd.present() - interval '1 hour'));
END $$;
