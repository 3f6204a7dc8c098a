-- SPDX-License-Identifier: GPL-3.0-or-later
-- Erasing a person: the slot stays, the person goes. tests/sql/test_personal_data.py holds the list of all columns that may hold something of
-- somebody, and what becomes of each here and in the export; a new column that is not in it fails.

-- ---- what has to be settled first ----

-- Where nobody would be left to look after others' matters, or NULL.
CREATE OR REPLACE FUNCTION hubd.problem_of_erasing(caller jsonb, who bigint) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    hubs text := (SELECT string_agg(h.name, ', ' ORDER BY h.name) FROM hubd.membership AS m JOIN hubd.hub AS h ON h.id = m.hub_id
        WHERE m.person_id = who AND m.role = 'manager'
          AND NOT EXISTS (SELECT FROM hubd.membership AS o WHERE o.hub_id = m.hub_id AND o.role = 'manager' AND o.person_id <> who));
    groups text := (SELECT string_agg(g.name, ', ' ORDER BY g.name) FROM (
        SELECT o.name FROM hubd.organisation_member AS m JOIN hubd.organisation AS o ON o.id = m.organisation_id WHERE m.person_id = who AND m.is_admin
          AND EXISTS (SELECT FROM hubd.organisation_member AS x WHERE x.organisation_id = o.id AND x.person_id <> who)
          AND NOT EXISTS (SELECT FROM hubd.organisation_member AS x WHERE x.organisation_id = o.id AND x.person_id <> who AND x.is_admin)
        UNION ALL SELECT t.name FROM hubd.team_member AS m JOIN hubd.team AS t ON t.id = m.team_id WHERE m.person_id = who AND m.is_admin
          AND EXISTS (SELECT FROM hubd.team_member AS x WHERE x.team_id = t.id AND x.person_id <> who)
          AND NOT EXISTS (SELECT FROM hubd.team_member AS x WHERE x.team_id = t.id AND x.person_id <> who AND x.is_admin)) AS g (name));
BEGIN
    IF hubs IS NOT NULL THEN
        RETURN hubd.problem_conflict(caller, 'last-manager', format('Ohne Sie hätte niemand mehr die Verantwortung für: %s. Bitte dort zuerst jemand anderen zur Managerin oder zum Manager machen.', hubs),
            format('Without you nobody would manage: %s. Please make somebody else a manager there first.', hubs));
    ELSIF groups IS NOT NULL THEN
        RETURN hubd.problem_conflict(caller, 'last-admin', format('Ohne Sie könnte niemand mehr verwalten: %s. Bitte dort zuerst jemand anderen dazu bestimmen.', groups),
            format('Without you nobody could administer: %s. Please name another admin there first.', groups));
    ELSIF (SELECT p.is_operator FROM hubd.person AS p WHERE p.id = who) AND NOT EXISTS (SELECT FROM hubd.person AS p WHERE p.is_operator AND p.id <> who) THEN
        RETURN hubd.problem_conflict(caller, 'last-admin', 'Sie sind der letzte Betreiber: bitte zuerst jemand anderen dazu machen (hubd admin role grant).',
            'You are the last operator: please make somebody else one first (hubd admin role grant).');
    END IF;
    RETURN NULL;
END $$;

-- Whoever takes over what was booked for an organisation or a team: its admin of the longest standing who may have all of it.
CREATE OR REPLACE FUNCTION hubd.heir_of(who bigint, organisation bigint, team bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT m.person_id FROM (
            SELECT o.person_id, o.is_admin, o.created_at FROM hubd.organisation_member AS o WHERE o.organisation_id = organisation
            UNION ALL SELECT t.person_id, t.is_admin, t.created_at FROM hubd.team_member AS t WHERE t.team_id = team) AS m
        WHERE m.person_id <> who AND NOT EXISTS (SELECT FROM hubd.bookings_ahead(who, NULL, organisation, team) AS b
            WHERE NOT hubd.may_book(m.person_id, b.hub_id, lower(b.during), upper(b.during)))
        ORDER BY m.is_admin DESC, m.created_at, m.person_id LIMIT 1);
END $$;

-- What is booked for later: handed over where it is a group's and that is wished, else given back.
CREATE OR REPLACE FUNCTION hubd.settle_erased(caller jsonb, who bigint, is_handed_over boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    g record;
    hub bigint;
    heir bigint;
BEGIN
    FOR g IN SELECT m.organisation_id AS organisation, NULL::bigint AS team FROM hubd.organisation_member AS m WHERE m.person_id = who AND is_handed_over
            UNION ALL SELECT NULL, m.team_id FROM hubd.team_member AS m WHERE m.person_id = who AND is_handed_over LOOP
        heir := hubd.heir_of(who, g.organisation, g.team);
        IF heir IS NOT NULL THEN
            PERFORM hubd.hand_over(caller, heir, ARRAY(SELECT b FROM hubd.bookings_ahead(who, NULL, g.organisation, g.team) AS b));
            PERFORM hubd.settle_series(caller, who, 'hand-over', NULL, g.organisation, g.team, heir);
        END IF;
    END LOOP;
    FOR hub IN SELECT b.hub_id FROM hubd.booking AS b WHERE b.person_id = who AND upper(b.during) > hubd.present()
            UNION SELECT s.hub_id FROM hubd.series AS s WHERE s.person_id = who ORDER BY 1 LOOP
        PERFORM hubd.settle_series(caller, who, 'cancel', hub, NULL, NULL, NULL);
        PERFORM hubd.cancel_ahead(caller, who, ARRAY(SELECT b FROM hubd.bookings_ahead(who, hub, NULL, NULL) AS b));
    END LOOP;
END $$;

-- ---- the person goes ----

-- Every copy that may show them is dropped, in every process, in memory and on disk.
CREATE OR REPLACE FUNCTION hubd.forget_person(who bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.forget(ARRAY['person:' || who] || ARRAY(SELECT 'token:' || t.sha256 FROM hubd.token AS t WHERE t.person_id = who)
        || ARRAY(SELECT DISTINCT 'hub:' || b.hub_id FROM hubd.booking AS b WHERE b.person_id = who)
        || ARRAY(SELECT 'hub:' || e.hub_id FROM hubd.event AS e WHERE e.person_id = who)
        || ARRAY(SELECT 'organisation:' || m.organisation_id FROM hubd.organisation_member AS m WHERE m.person_id = who)
        || ARRAY(SELECT 'team:' || m.team_id FROM hubd.team_member AS m WHERE m.person_id = who));
END $$;

-- Their name and their address, as words of their own: "Ben" is not in "Benzin".
CREATE OR REPLACE FUNCTION hubd.person_pattern(p hubd.person) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN '(?<!\w)(' || concat_ws('|', nullif(regexp_replace(btrim((p).name), '([^[:alnum:]])', '\\\1', 'g'), ''),
        regexp_replace((p).mail, '([^[:alnum:]])', '\\\1', 'g')) || ')(?!\w)';

CREATE OR REPLACE FUNCTION hubd.without_person(document text, p hubd.person) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN regexp_replace(document, hubd.person_pattern(p), '…', 'gi');

CREATE OR REPLACE FUNCTION hubd.mentions_person(document text, p hubd.person) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN document ~* hubd.person_pattern(p);

-- What the program says in a document: an instant, an address, a word such as "confirmed". Nobody's name, whatever somebody calls themselves.
CREATE OR REPLACE FUNCTION hubd.is_programs_word(value text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN value ~ '^(\d{4}-\d\d-\d\d([T ][0-9:.Z+-]*)?|/\S*|https?://\S*|[a-z0-9]+([_-][a-z0-9]+)*)$';

-- A JSON document without them: its texts are searched, never its names and numbers, so that it stays what it is.
CREATE OR REPLACE FUNCTION hubd.without_person(document jsonb, p hubd.person) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(document)
        WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(e.key, hubd.without_person(e.value, p)), '{}') FROM jsonb_each(document) AS e)
        WHEN 'array' THEN (SELECT coalesce(jsonb_agg(hubd.without_person(e.value, p) ORDER BY e.n), '[]')
            FROM jsonb_array_elements(document) WITH ORDINALITY AS e (value, n))
        WHEN 'string' THEN CASE WHEN hubd.is_programs_word(document #>> '{}') THEN document ELSE to_jsonb(hubd.without_person(document #>> '{}', p)) END
        ELSE document END;
END $$;

CREATE OR REPLACE FUNCTION hubd.mentions_person(document jsonb, p hubd.person) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN hubd.without_person(document, p) <> document;

-- What they booked keeps its time and place.
CREATE OR REPLACE FUNCTION hubd.erase_from_bookings(p hubd.person) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.zone_report AS z SET collisions = (SELECT jsonb_agg(CASE WHEN EXISTS (SELECT FROM hubd.booking AS b WHERE b.hub_id = z.hub_id AND b.id = (c ->> 'booking_id')::bigint AND b.person_id = p.id)
            THEN c - 'title' ELSE c END ORDER BY n) FROM jsonb_array_elements(z.collisions) WITH ORDINALITY AS u (c, n))
        WHERE EXISTS (SELECT FROM jsonb_array_elements(z.collisions) AS c JOIN hubd.booking AS b ON b.hub_id = z.hub_id AND b.id = (c ->> 'booking_id')::bigint AND b.person_id = p.id);
    UPDATE hubd.webhook_delivery AS d SET body = (d.body::jsonb #- '{booking,title}')::text
        WHERE (d.body::jsonb #>> '{booking,id}')::bigint IN (SELECT b.id FROM hubd.booking AS b WHERE b.person_id = p.id);
    UPDATE hubd.booking AS b SET person_id = NULL, title = CASE WHEN b.kind = 'booking' THEN '' ELSE b.title END, note = '', revision = b.revision + 1, revised_at = hubd.present()
        WHERE b.person_id = p.id;
    UPDATE hubd.series AS s SET person_id = NULL, title = CASE WHEN s.kind = 'booking' THEN '' ELSE s.title END, note = '', revision = s.revision + 1, revised_at = hubd.present()
        WHERE s.person_id = p.id;
    UPDATE hubd.refusal AS f SET person_id = NULL, wish = f.wish - '{title,note,on_behalf_of}'::text[]
        WHERE f.person_id = p.id OR lower(f.wish ->> 'on_behalf_of') = lower(p.mail);
    DELETE FROM hubd.day_pass AS d WHERE d.person_id = p.id;
    DELETE FROM hubd.import_upload AS u WHERE u.person_id = p.id;
END $$;

-- Of events they made, and as a speaker or organiser of this name where they made it or were of the hub.
CREATE OR REPLACE FUNCTION hubd.erase_from_events(p hubd.person, hubs bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e record;
BEGIN
    FOR e IN SELECT o.hub_id, array_agg(o.id) AS ids FROM hubd.event AS o WHERE o.hub_id = ANY (hubs)
            AND (lower(o.organiser) = lower(p.name) OR EXISTS (SELECT FROM unnest(o.speakers) AS s WHERE lower(btrim(s)) = lower(p.name))) GROUP BY o.hub_id LOOP
        UPDATE hubd.event AS o SET speakers = ARRAY(SELECT s FROM unnest(o.speakers) WITH ORDINALITY AS u (s, n) WHERE lower(btrim(s)) <> lower(p.name) ORDER BY n),
            organiser = CASE WHEN lower(o.organiser) = lower(p.name) THEN '' ELSE o.organiser END, revision = o.revision + 1, revised_at = hubd.present()
            WHERE o.hub_id = e.hub_id AND o.id = ANY (e.ids);
        PERFORM hubd.forget(hubd.event_scopes(e.hub_id, e.ids));
    END LOOP;
    UPDATE hubd.event AS o SET person_id = NULL WHERE o.person_id = p.id;
    UPDATE hubd.occurrence AS o SET changes = hubd.without_person(o.changes, p)
        WHERE o.hub_id = ANY (hubs) AND o.changes IS NOT NULL AND hubd.mentions_person(o.changes, p);
END $$;

-- Mail to them goes; in mail to others, in stored answers and in what jobs carry, their name and address are blanked.
CREATE OR REPLACE FUNCTION hubd.erase_from_mail(p hubd.person) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone bigint[];
BEGIN
    WITH deleted AS (DELETE FROM hubd.message AS m WHERE m.person_id = p.id OR lower(m.address) = lower(p.mail) RETURNING m.id)
    SELECT array_agg(id) INTO gone FROM deleted;
    DELETE FROM hubd.job AS j WHERE j.kind = 'mail' AND j.key = ANY (gone::text[]);
    UPDATE hubd.message AS m SET data = hubd.without_person(m.data, p), answer = hubd.without_person(m.answer, p)
        WHERE hubd.mentions_person(m.data, p) OR hubd.mentions_person(m.answer, p);
    DELETE FROM hubd.idempotency AS i WHERE i.principal = 'person:' || p.id;
    UPDATE hubd.idempotency AS i SET reply.body = hubd.without_person((i.reply).body::jsonb, p)::text WHERE hubd.mentions_person((i.reply).body::jsonb, p);
    UPDATE hubd.job AS j SET input = hubd.without_person(j.input, p), error = hubd.without_person(j.error, p)
        WHERE hubd.mentions_person(j.input, p) OR hubd.mentions_person(j.error, p);
END $$;

-- What is known by the address alone.
CREATE OR REPLACE FUNCTION hubd.erase_from_mailbox(p hubd.person) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.invitation AS i WHERE lower(i.mail) = lower(p.mail);
    DELETE FROM hubd.join_request AS j WHERE lower(j.mail) = lower(p.mail);
    DELETE FROM hubd.sign_in_attempt AS a WHERE lower(a.asked ->> 'mail') = lower(p.mail)
        OR a.link_sha256 IN (SELECT l.sha256 FROM hubd.sign_in_link AS l WHERE l.person_id = p.id);
    DELETE FROM hubd.attempt AS a WHERE a.bucket LIKE '%' || encode(sha256(lower(p.mail)::bytea), 'hex');
END $$;

-- Their number, and the texts that they or others wrote of what was theirs. The tables' owner may; nobody else.
CREATE OR REPLACE FUNCTION hubd.blank_audit(p hubd.person, hubs bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    UPDATE hubd.audit AS a SET actor_id = nullif(a.actor_id, p.id), person_id = nullif(a.person_id, p.id), other_id = nullif(a.other_id, p.id), request = NULL,
        before = CASE WHEN a.thing IN ('booking', 'series', 'token') THEN a.before - '{title,note,name}'::text[] ELSE a.before END - '{delegate_id}'::text[],
        after = CASE WHEN a.thing IN ('booking', 'series', 'token') THEN a.after - '{title,note,name}'::text[] ELSE a.after END - '{delegate_id}'::text[]
        WHERE a.actor_id = p.id OR a.person_id = p.id OR a.other_id = p.id;
    UPDATE hubd.audit AS a SET before = hubd.without_person(a.before, p), after = hubd.without_person(a.after, p)
        WHERE a.thing = 'event' AND a.hub_id = ANY (hubs) AND (hubd.mentions_person(a.before, p) OR hubd.mentions_person(a.after, p));
END $$;
ALTER FUNCTION hubd.blank_audit(hubd.person, bigint[]) OWNER TO hubd_owner;
GRANT EXECUTE ON FUNCTION hubd.person_pattern(hubd.person), hubd.is_programs_word(text), hubd.without_person(text, hubd.person),
    hubd.without_person(jsonb, hubd.person), hubd.mentions_person(text, hubd.person), hubd.mentions_person(jsonb, hubd.person) TO hubd_owner;

-- {bookings: hand-over | release}: all of it, in one transaction. A problem, or NULL when they are gone.
CREATE OR REPLACE FUNCTION hubd.erase_person(caller jsonb, who bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    p hubd.person;
    hubs bigint[];
    problem api.reply := hubd.problem_of_erasing(caller, who);
BEGIN
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    SELECT * INTO p FROM hubd.person AS o WHERE o.id = who FOR UPDATE;
    hubs := ARRAY(SELECT m.hub_id FROM hubd.membership AS m WHERE m.person_id = who UNION SELECT b.hub_id FROM hubd.booking AS b WHERE b.person_id = who
        UNION SELECT e.hub_id FROM hubd.event AS e WHERE e.person_id = who);
    PERFORM hubd.settle_erased(caller, who, input ->> 'bookings' = 'hand-over');
    PERFORM hubd.forget_person(who);
    PERFORM set_config('hubd.unaudited', 'yes', true);
    PERFORM hubd.erase_from_bookings(p);
    PERFORM hubd.erase_from_events(p, hubs);
    PERFORM hubd.erase_from_mail(p);
    PERFORM hubd.erase_from_mailbox(p);
    UPDATE hubd.team AS t SET dissolved_at = hubd.present() WHERE t.id IN (SELECT m.team_id FROM hubd.team_member AS m WHERE m.person_id = who)
        AND NOT EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = t.id AND m.person_id <> who);
    DELETE FROM hubd.person AS o WHERE o.id = who;
    PERFORM hubd.blank_audit(p, hubs);
    PERFORM set_config('hubd.actor', '', true), set_config('hubd.unaudited', '', true);
    PERFORM hubd.note(NULL, 'person', who, 'removed', NULL, NULL, NULL);
    RETURN NULL;
END $$;
