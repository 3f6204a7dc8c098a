-- SPDX-License-Identifier: GPL-3.0-or-later
-- Secret addresses: whose they are, of what, and whether their person may still see it. They cross hubs and run as hubd_network.

-- What somebody may subscribe to: their own bookings, and what they belong to.
CREATE OR REPLACE FUNCTION hubd.subscribable(person bigint, language text) RETURNS TABLE (subject text, target_id bigint, slug text, name text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT 'mine', NULL::bigint, NULL::text, hubd.say(language, 'Meine Buchungen', 'My bookings')
        UNION ALL
        SELECT 'hub', h.id, h.slug, h.name FROM hubd.hub AS h WHERE NOT h.is_network AND h.id IN (SELECT m.hub_id FROM hubd.membership AS m WHERE m.person_id = person)
        UNION ALL
        SELECT 'organisation', o.id, o.slug, o.name FROM hubd.organisation_member AS m JOIN hubd.organisation AS o ON o.id = m.organisation_id WHERE m.person_id = person
        UNION ALL
        SELECT 'team', t.id, t.slug, t.name FROM hubd.team_member AS m JOIN hubd.team AS t ON t.id = m.team_id WHERE m.person_id = person;
    END;

CREATE OR REPLACE FUNCTION hubd.may_subscribe(person bigint, wanted text, target bigint) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM hubd.subscribable(person, 'de') AS o WHERE o.subject = wanted AND o.target_id IS NOT DISTINCT FROM target);

-- What the holder of a secret may read: asked at every fetch, so that who leaves a hub, an organisation or a team has no feed of it any more.
CREATE OR REPLACE FUNCTION hubd.feed_subscription(secret text, OUT token_id bigint, OUT person_id bigint, OUT subject text, OUT target_id bigint,
    OUT created_at timestamptz) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT t.id, t.person_id, s.subject, CASE s.subject WHEN 'mine' THEN t.person_id ELSE coalesce(s.of_hub_id, s.of_organisation_id, s.of_team_id) END, t.created_at
        FROM hubd.token AS t JOIN hubd.subscription AS s ON s.token_id = t.id
        WHERE t.sha256 = secret AND t.revoked_at IS NULL AND 'feed' = ANY (t.scopes) AND (t.expires_at IS NULL OR t.expires_at > hubd.present())
          AND hubd.may_subscribe(t.person_id, s.subject, coalesce(s.of_hub_id, s.of_organisation_id, s.of_team_id));
    END;

-- The scopes whose changes concern a secret feed. 'token:…' is told when it is revoked.
CREATE OR REPLACE FUNCTION hubd.subscription_scopes(secret text, person bigint, subject text, target bigint) RETURNS text[] LANGUAGE sql STABLE
    RETURN ARRAY['token:' || secret, 'person:' || person] || CASE subject
        WHEN 'hub' THEN 'hub:' || target || ARRAY(SELECT 'resource:' || r.id FROM hubd.resource AS r WHERE r.hub_id = target ORDER BY r.id)
        WHEN 'organisation' THEN ARRAY['all', 'organisation:' || target]
        WHEN 'team' THEN ARRAY['team:' || target]
        ELSE '{}' END;

-- How many entries of a subscription changed since its last fetch: 0 when it has the newest version, at least 1 when anything of its scopes was
-- committed that its snapshot did not hold; NULL when it was never fetched.
CREATE OR REPLACE FUNCTION hubd.subscription_behind(s hubd.subscription, secret text, person bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    target CONSTANT bigint := coalesce(s.of_hub_id, s.of_organisation_id, s.of_team_id, person);
    of_person CONSTANT bigint := CASE WHEN s.subject = 'mine' THEN person END;
BEGIN
    IF s.fetched_at IS NULL OR s.fetched_snapshot IS NULL THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM unnest(hubd.subscription_scopes(secret, person, s.subject, target)) AS wanted (scope)
            JOIN hubd.change AS c ON c.scope = wanted.scope
            WHERE c.xid >= pg_snapshot_xmin(s.fetched_snapshot) AND NOT pg_visible_in_snapshot(c.xid, s.fetched_snapshot)) THEN
        RETURN 0;
    END IF;
    RETURN greatest(1, (SELECT count(DISTINCT coalesce(b.series_id, b.id)) FROM (
            SELECT o.id, o.series_id, o.revised_at, o.state FROM hubd.booking AS o WHERE o.person_id = of_person
            UNION ALL SELECT o.id, o.series_id, o.revised_at, o.state FROM hubd.booking AS o WHERE o.hub_id = s.of_hub_id
            UNION ALL SELECT o.id, o.series_id, o.revised_at, o.state FROM hubd.booking AS o WHERE o.organisation_id = s.of_organisation_id
            UNION ALL SELECT o.id, o.series_id, o.revised_at, o.state FROM hubd.booking AS o WHERE o.team_id = s.of_team_id) AS b
        WHERE b.revised_at > s.fetched_revised AND b.state IN ('confirmed', 'cancelled')));
END $$;

CREATE OR REPLACE FUNCTION hubd.subscription_document(t hubd.token, s hubd.subscription, language text) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', t.id, 'name', t.name, 'of', s.subject,
        s.subject, (SELECT o.slug FROM hubd.subscribable(t.person_id, language) AS o WHERE o.subject = s.subject
            AND o.target_id = coalesce(s.of_hub_id, s.of_organisation_id, s.of_team_id)),
        'title', (SELECT o.name FROM hubd.subscribable(t.person_id, language) AS o WHERE o.subject = s.subject
            AND o.target_id IS NOT DISTINCT FROM coalesce(s.of_hub_id, s.of_organisation_id, s.of_team_id)),
        'created', hubd.instant(t.created_at), 'fetched', hubd.instant(s.fetched_at), 'fetched_etag', s.fetched_etag,
        'behind', hubd.subscription_behind(s, t.sha256, t.person_id)) - 'mine';

-- A new one: {name, sha256, of, hub | organisation | team: slug}. A refusal, or the new one's document.
CREATE OR REPLACE FUNCTION hubd.subscribe(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    most CONSTANT integer := 20;
    language text := hubd.language(caller);
    wanted text := coalesce(input ->> 'of', 'mine');
    of_what record;
    made hubd.token;
    own hubd.subscription;
BEGIN
    SELECT * INTO of_what FROM hubd.subscribable(person, language) AS o WHERE o.subject = wanted AND o.slug IS NOT DISTINCT FROM input ->> wanted;
    IF NOT FOUND THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', CASE WHEN wanted = 'mine' THEN '/of' ELSE '/' || wanted END,
            'Davon lässt sich kein Kalender abonnieren: Es gibt es nicht, oder Sie gehören nicht dazu.',
            'No calendar of this can be subscribed to: there is no such one, or you do not belong to it.');
    END IF;
    PERFORM FROM hubd.person AS p WHERE p.id = person FOR UPDATE;
    IF (SELECT count(*) FROM hubd.token AS t WHERE t.person_id = person AND t.scopes = '{feed}' AND t.revoked_at IS NULL) >= most THEN
        RETURN hubd.problem_unprocessable(caller, 'too-many', '/name', format('Mehr als %s Adressen gehen nicht: bitte eine widerrufen, die niemand mehr abruft.', most),
            format('More than %s addresses are not possible: please revoke one that nobody fetches any more.', most));
    END IF;
    INSERT INTO hubd.token (person_id, sha256, name, scopes) VALUES (person, input ->> 'sha256', input ->> 'name', '{feed}') RETURNING * INTO made;
    INSERT INTO hubd.subscription (token_id, subject, of_hub_id, of_organisation_id, of_team_id)
    VALUES (made.id, wanted, CASE WHEN wanted = 'hub' THEN of_what.target_id END, CASE WHEN wanted = 'organisation' THEN of_what.target_id END,
        CASE WHEN wanted = 'team' THEN of_what.target_id END) RETURNING * INTO own;
    RETURN ROW(201, hubd.subscription_document(made, own, language)::text, NULL, '/api/v1/feeds/' || made.id)::api.reply;
END $$;

-- Ends one at once, everywhere: in memory, compressed, and the last good copies on disk.
CREATE OR REPLACE FUNCTION hubd.unsubscribe(caller jsonb, person bigint, subscription bigint) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    t hubd.token;
BEGIN
    UPDATE hubd.token AS o SET revoked_at = coalesce(o.revoked_at, hubd.present())
        WHERE o.id = subscription AND o.person_id = person AND o.scopes = '{feed}' RETURNING * INTO t;
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Diese Adresse gibt es nicht, oder sie ist nicht Ihre.', 'There is no such address, or it is not yours.');
    END IF;
    PERFORM hubd.forget(ARRAY['token:' || t.sha256]);
    RETURN ROW(200, jsonb_build_object('id', t.id, 'name', t.name, 'revoked', hubd.instant(t.revoked_at))::text, NULL, NULL)::api.reply;
END $$;

CREATE OR REPLACE FUNCTION hubd.subscriptions(person bigint, language text) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (SELECT coalesce(jsonb_agg(hubd.subscription_document(t, s, language) ORDER BY t.id), '[]')
        FROM hubd.token AS t JOIN hubd.subscription AS s ON s.token_id = t.id
        WHERE t.person_id = person AND t.scopes = '{feed}' AND t.revoked_at IS NULL);
