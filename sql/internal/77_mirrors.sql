-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mirrors: what managers see and ask for, and what a fetched calendar becomes.

CREATE OR REPLACE FUNCTION hubd.mirror_after() RETURNS interval LANGUAGE sql IMMUTABLE RETURN interval '15 minutes';

-- After failures the pauses grow, to a day.
CREATE OR REPLACE FUNCTION hubd.mirror_pause(failures integer) RETURNS interval LANGUAGE sql IMMUTABLE
    RETURN least(hubd.mirror_after() * power(2, least(failures, 10)), interval '1 day');

CREATE OR REPLACE FUNCTION hubd.mirror_document(language text, m hubd.mirror) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_build_object('id', m.id, 'hub', h.slug, 'resource', r.slug, 'resource_name', hubd.say(language, r.name_de, r.name_en), 'url', m.url,
            'asked', hubd.instant(m.asked_at), 'fetched', hubd.instant(m.fetched_at), 'changed', hubd.instant(m.changed_at), 'error', m.error, 'report', m.report,
            'conflicts', (SELECT coalesce(jsonb_agg(jsonb_build_object('title', b.title, 'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)),
                    'with', hubd.find_conflicts(m.hub_id, b.id)) ORDER BY lower(b.during), b.id), '[]')
                FROM (SELECT o.* FROM hubd.booking AS o WHERE o.hub_id = m.hub_id AND o.mirror_id = m.id AND o.state = 'unplaced'
                    AND upper(o.during) > hubd.present() ORDER BY lower(o.during), o.id LIMIT 100) AS b))
        FROM hubd.resource AS r JOIN hubd.hub AS h ON h.id = r.hub_id WHERE r.hub_id = m.hub_id AND r.id = m.resource_id);
END $$;

CREATE OR REPLACE FUNCTION hubd.mirrors_of(language text, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.mirror_document(language, m) ORDER BY m.id), '[]') FROM hubd.mirror AS m WHERE m.hub_id = hub);
END $$;

-- What the page shows: the form's places, and the mirrors.
CREATE OR REPLACE FUNCTION hubd.manage_mirrors(language text, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.manage_places(language, hub) || jsonb_build_object('mirrors', hubd.mirrors_of(language, hub));
END $$;

-- Follows a calendar from now on: {resource, url}. A pool has no desk that the other system means, so it cannot.
CREATE OR REPLACE FUNCTION hubd.make_mirror(caller jsonb, hub bigint, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    most CONSTANT integer := 100;
    r hubd.resource;
    made hubd.mirror;
BEGIN
    IF input ->> 'url' !~ '^https://[^/@[:space:]]+(/|$)' AND input ->> 'url' !~ '^http://(127\.0\.0\.1|localhost|\[::1\])[:/]' THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/url', 'Das ist keine Adresse eines Kalenders; richtig ist zum Beispiel https://beispiel.de/raum.ics, ohne Name und Passwort.',
            'This is no address of a calendar; right is, for example, https://example.org/room.ics, without name and password.');
    END IF;
    SELECT * INTO r FROM hubd.resource AS o WHERE o.hub_id = hub AND o.slug = input ->> 'resource' AND o.retired_at IS NULL;
    IF r.id IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'no-such-resource', '/resource', 'Diese Ressource gibt es hier nicht.', 'There is no such resource here.');
    ELSIF r.is_pool THEN
        RETURN hubd.problem_unprocessable(caller, 'pool-mirrors-nothing', '/resource', 'Ein Pool kann keinem Kalender folgen: es ist nicht gesagt, welcher seiner Plätze gemeint ist.',
            'A pool cannot follow a calendar: it is not said which of its units is meant.');
    ELSIF (SELECT count(*) FROM hubd.mirror AS m WHERE m.hub_id = hub) >= most THEN
        RETURN hubd.problem_unprocessable(caller, 'too-many', '/url', format('Mehr als %s gespiegelte Kalender gehen nicht.', most), format('More than %s mirrored calendars are not possible.', most));
    END IF;
    INSERT INTO hubd.mirror (hub_id, resource_id, url, person_id) VALUES (hub, r.id, input ->> 'url', person)
        ON CONFLICT (hub_id, resource_id, url) DO UPDATE SET url = excluded.url RETURNING * INTO made;
    IF (input ->> 'dry_run')::boolean THEN
        PERFORM hubd.undo();
    END IF;
    PERFORM hubd.queue('mirror', made.id::text);
    RETURN ROW(201, hubd.mirror_document(hubd.language(caller), made)::text, NULL, '/api/v1/mirrors/' || made.id)::api.reply;
EXCEPTION WHEN SQLSTATE 'HB002' THEN
    RETURN ROW(200, '{"dry_run": true}', NULL, NULL)::api.reply;
END $$;

-- Ends what a mirror claims from now on: NULL for all of it, else the entries of these keys only.
CREATE OR REPLACE FUNCTION hubd.end_mirrored(hub bigint, mirror bigint, keys text[]) RETURNS integer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    gone bigint[] := ARRAY(SELECT b.id FROM hubd.booking AS b WHERE b.hub_id = hub AND b.mirror_id = mirror AND b.state IN ('confirmed', 'unplaced')
        AND upper(b.during) > hubd.present() AND (keys IS NULL OR b.mirror_key = ANY (keys)) ORDER BY b.id);
BEGIN
    PERFORM hubd.release(hub, gone);
    UPDATE hubd.booking AS b SET state = 'cancelled', cancelled_at = hubd.present(), revised_at = hubd.present(), sequence = b.sequence + 1, revision = b.revision + 1
        WHERE b.hub_id = hub AND b.id = ANY (gone);
    PERFORM hubd.changed(hubd.booking_scopes(hub, gone));
    RETURN cardinality(gone);
END $$;

-- The entries as rows; of the same key the first counts.
CREATE OR REPLACE FUNCTION hubd.mirror_entries(entries jsonb) RETURNS TABLE (key text, title text, during tstzrange, local_start timestamp, local_end timestamp, zone text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT DISTINCT ON (e.key) e.key, left(coalesce(e.title, ''), 200), tstzrange(e.start, e."end"), e.local_start, e.local_end, e.zone
        FROM ROWS FROM (jsonb_to_recordset(entries) AS (key text, title text, start timestamptz, "end" timestamptz, local_start timestamp, local_end timestamp, zone text))
            WITH ORDINALITY AS e (key, title, start, "end", local_start, local_end, zone, n)
        ORDER BY e.key, e.n;
    END;

-- The entries that are there, for another try when the calendar has not changed.
CREATE OR REPLACE FUNCTION hubd.mirror_as_it_is(m hubd.mirror) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('key', b.mirror_key, 'title', b.title, 'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)),
            'local_start', hubd.wall(b.local_start), 'local_end', hubd.wall(b.local_end), 'zone', b.zone)), '[]')
        FROM hubd.booking AS b WHERE b.hub_id = m.hub_id AND b.mirror_id = m.id AND b.state IN ('confirmed', 'unplaced') AND upper(b.during) > hubd.present());
END $$;

-- Brings the bookings in line with the entries, without claims; those that want to be placed, the unplaced ones among them.
CREATE OR REPLACE FUNCTION hubd.mirror_bookings(m hubd.mirror, entries jsonb, OUT wanted bigint[], OUT added integer, OUT changed integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    moved bigint[];
    fresh bigint[];
BEGIN
    moved := ARRAY(SELECT b.id FROM hubd.mirror_entries(entries) AS e JOIN hubd.booking AS b ON b.hub_id = m.hub_id AND b.mirror_id = m.id AND b.mirror_key = e.key
        WHERE b.during <> e.during OR b.state NOT IN ('confirmed', 'unplaced') ORDER BY b.id);
    PERFORM hubd.release(m.hub_id, moved);
    UPDATE hubd.booking AS b SET during = e.during, local_start = e.local_start, local_end = e.local_end, zone = e.zone, title = e.title, state = 'unplaced', cancelled_at = NULL,
            sequence = b.sequence + 1, revision = b.revision + 1, revised_at = hubd.present()
        FROM hubd.mirror_entries(entries) AS e WHERE b.hub_id = m.hub_id AND b.mirror_id = m.id AND b.mirror_key = e.key AND b.id = ANY (moved);
    UPDATE hubd.booking AS b SET title = e.title, revision = b.revision + 1, revised_at = hubd.present()
        FROM hubd.mirror_entries(entries) AS e WHERE b.hub_id = m.hub_id AND b.mirror_id = m.id AND b.mirror_key = e.key AND b.title <> e.title;
    GET DIAGNOSTICS changed = ROW_COUNT;
    WITH made AS (
        INSERT INTO hubd.booking (hub_id, kind, state, title, during, local_start, local_end, zone, uid, mirror_id, mirror_key)
        SELECT m.hub_id, 'mirror', 'unplaced', e.title, e.during, e.local_start, e.local_end, e.zone, gen_random_uuid()::text, m.id, e.key
        FROM hubd.mirror_entries(entries) AS e ORDER BY lower(e.during), e.key ON CONFLICT (hub_id, mirror_id, mirror_key) WHERE mirror_id IS NOT NULL DO NOTHING RETURNING id
    )
    SELECT coalesce(array_agg(id), '{}') INTO fresh FROM made;
    INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id) SELECT m.hub_id, id, 1, m.resource_id FROM unnest(fresh) AS id;
    added := cardinality(fresh);
    changed := changed + cardinality(moved);
    wanted := ARRAY(SELECT b.id FROM hubd.booking AS b WHERE b.hub_id = m.hub_id AND b.mirror_id = m.id AND b.state = 'unplaced'
        AND upper(b.during) > hubd.present() ORDER BY lower(b.during), b.id);
END $$;

-- The caller has locked the room and the hub. Places them: who comes first by time gets it; what finds no room is unplaced, and tried again at each fetch.
CREATE OR REPLACE FUNCTION hubd.apply_mirror(m hubd.mirror, entries jsonb, skipped jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    todo record;
    gone integer;
    placed bigint[];
    found jsonb;
BEGIN
    gone := hubd.end_mirrored(m.hub_id, m.id, ARRAY(SELECT b.mirror_key FROM hubd.booking AS b WHERE b.hub_id = m.hub_id AND b.mirror_id = m.id
        AND b.mirror_key NOT IN (SELECT e.key FROM hubd.mirror_entries(entries) AS e)));
    SELECT * INTO todo FROM hubd.mirror_bookings(m, entries);
    placed := ARRAY(SELECT p.booking_id FROM hubd.place(m.hub_id, todo.wanted) AS p WHERE p.is_placed);
    UPDATE hubd.booking AS b SET state = 'confirmed' WHERE b.hub_id = m.hub_id AND b.id = ANY (placed);
    PERFORM hubd.changed(hubd.booking_scopes(m.hub_id, todo.wanted));
    DELETE FROM hubd.booking AS b WHERE b.hub_id = m.hub_id AND b.mirror_id = m.id AND b.state = 'cancelled' AND b.cancelled_at < hubd.present() - interval '60 days';
    found := jsonb_build_object('entries', (SELECT count(*) FROM hubd.mirror_entries(entries)), 'added', todo.added, 'changed', todo.changed, 'gone', gone,
        'unplaced', cardinality(todo.wanted) - cardinality(placed), 'skipped', skipped);
    UPDATE hubd.mirror AS o SET report = found, changed_at = CASE WHEN todo.added + todo.changed + gone > 0 THEN hubd.present() ELSE o.changed_at END
        WHERE o.hub_id = m.hub_id AND o.id = m.id;
END $$;
