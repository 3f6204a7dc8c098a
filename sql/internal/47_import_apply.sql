-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the staged file to events: compare, write what differs, take the rooms. What is equal is not touched at all.

CREATE OR REPLACE FUNCTION hubd.topics_of(categories text[]) RETURNS text[] LANGUAGE sql STABLE
    RETURN ARRAY(SELECT DISTINCT t.slug FROM hubd.topic AS t, unnest(categories) AS c
        WHERE hubd.plain(c) IN (t.slug, hubd.plain(t.name_de), hubd.plain(t.name_en)) ORDER BY t.slug);

CREATE OR REPLACE FUNCTION hubd.entry_span(entry jsonb) RETURNS tstzrange LANGUAGE sql STABLE
    RETURN hubd.span((entry ->> 'start')::timestamptz, (entry ->> 'end')::timestamptz);

-- A series as an entry has it; equal series, equal documents.
CREATE OR REPLACE FUNCTION hubd.stored_rule(e hubd.event) RETURNS jsonb LANGUAGE sql STABLE
    RETURN CASE WHEN e.local_start IS NOT NULL THEN jsonb_build_object('rrule', e.rrule, 'rdates', e.rdates,
        'exdates', ARRAY(SELECT hubd.wall(d) FROM unnest(e.exdates) AS d), 'local_start', hubd.wall(e.local_start), 'local_end', hubd.wall(e.local_end),
        'days', extract(day FROM e.duration)::integer, 'seconds', extract(epoch FROM e.duration - make_interval(days => extract(day FROM e.duration)::integer))::bigint) END;

-- What is to be done with each entry: new, same, change; foreign: the hub has the UID from elsewhere.
CREATE OR REPLACE FUNCTION hubd.import_judge(hub bigint, source bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_temp.import_entry AS i SET event_id = e.id, action = CASE WHEN e.source_id IS DISTINCT FROM source THEN 'foreign'
        WHEN e.source_hash = i.hash THEN 'same' ELSE 'change' END
    FROM hubd.event AS e WHERE e.hub_id = hub AND e.uid = i.uid;
    UPDATE pg_temp.import_entry SET action = 'new', event_id = n WHERE action IS NULL;
END $$;

-- The dates of what is new or changed: a single event's one, without a name; a series' from its rule, and its overrides.
CREATE OR REPLACE FUNCTION hubd.import_list_dates() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pg_temp.import_date (event_id, during, local_start, local_end, state)
    SELECT event_id, hubd.entry_span(entry), (entry ->> 'local_start')::timestamp, (entry ->> 'local_end')::timestamp,
        CASE WHEN entry ->> 'state' = 'cancelled' THEN 'cancelled' ELSE 'confirmed' END
    FROM pg_temp.import_entry WHERE action IN ('new', 'change') AND NOT entry ? 'series';
    INSERT INTO pg_temp.import_date (event_id, recurrence_id, during, local_start, local_end, state)
    SELECT i.event_id, (d ->> 0)::timestamp, hubd.span((d ->> 1)::timestamptz, (d ->> 2)::timestamptz), (d ->> 3)::timestamp, (d ->> 4)::timestamp, 'confirmed'
    FROM pg_temp.import_entry AS i, jsonb_array_elements(i.entry -> 'occurrences') AS d WHERE i.action IN ('new', 'change');
    INSERT INTO pg_temp.import_date (event_id, recurrence_id, during, local_start, local_end, state, changes)
    SELECT i.event_id, o.recurrence_id, hubd.entry_span(o.entry), (o.entry ->> 'local_start')::timestamp, (o.entry ->> 'local_end')::timestamp,
        CASE WHEN (o.entry ->> 'is_cancelled')::boolean THEN 'cancelled' ELSE 'confirmed' END,
        o.entry -> 'changes' || CASE WHEN o.resources <> i.resources THEN jsonb_build_object('resource_ids', o.resources) ELSE '{}' END
    FROM pg_temp.import_entry AS i JOIN pg_temp.import_override AS o USING (uid) WHERE i.action IN ('new', 'change');
    CREATE INDEX IF NOT EXISTS import_date_by_event ON pg_temp.import_date (event_id, recurrence_id);
    ANALYZE pg_temp.import_date;
END $$;

-- What becomes of each date. What somebody cancelled here stays so, whatever the file says; what the file does not have any more goes.
CREATE OR REPLACE FUNCTION hubd.import_compare_dates(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM pg_temp.import_date AS d USING hubd.occurrence AS o
    WHERE o.hub_id = hub AND o.event_id = d.event_id AND o.recurrence_id = d.recurrence_id AND o.state = 'cancelled' AND o.changes IS NULL;
    UPDATE pg_temp.import_date AS d SET kind = CASE WHEN (o.during, o.local_start, o.local_end, o.state) IS DISTINCT FROM (d.during, d.local_start, d.local_end, d.state)
            OR o.changes IS DISTINCT FROM d.changes THEN 'change' ELSE 'same' END, was = o.during
    FROM hubd.occurrence AS o
    WHERE o.hub_id = hub AND o.event_id = d.event_id AND coalesce(o.recurrence_id, '-infinity') = coalesce(d.recurrence_id, '-infinity');
    UPDATE pg_temp.import_date SET kind = 'new' WHERE kind IS NULL;
    INSERT INTO pg_temp.import_date (event_id, recurrence_id, during, local_start, local_end, kind, was)
    SELECT o.event_id, o.recurrence_id, o.during, o.local_start, o.local_end, 'gone', o.during
    FROM pg_temp.import_entry AS i JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = i.event_id
    WHERE i.action = 'change' AND NOT (o.state = 'cancelled' AND o.changes IS NULL AND o.recurrence_id IS NOT NULL AND i.entry ? 'series')
        AND NOT EXISTS (SELECT FROM pg_temp.import_date AS d WHERE d.event_id = o.event_id
            AND coalesce(d.recurrence_id, '-infinity') = coalesce(o.recurrence_id, '-infinity'));
    DELETE FROM pg_temp.import_date WHERE kind = 'same';
END $$;

-- One row of differences for each event that is new, changed or gone.
CREATE OR REPLACE FUNCTION hubd.import_compare(hub bigint, source bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.import_judge(hub, source);
    PERFORM hubd.import_list_dates();
    PERFORM hubd.import_compare_dates(hub);
    INSERT INTO pg_temp.import_diff (event_id, uid, title, kind, rebook)
    SELECT i.event_id, i.uid, i.entry ->> 'title', 'new', i.resources <> '{}' OR EXISTS (SELECT FROM pg_temp.import_override AS o WHERE o.uid = i.uid AND o.resources <> '{}')
    FROM pg_temp.import_entry AS i WHERE i.action = 'new';
    INSERT INTO pg_temp.import_diff (event_id, uid, title, kind, was, retimed, room_changed, retitled, is_back, rebook, raises)
    SELECT e.id, i.uid, i.entry ->> 'title', 'change', dates.was, d.retimed, d.rerooms OR (i.resources = '{}' AND e.place <> i.entry ->> 'place'),
        e.title <> i.entry ->> 'title', e.source_hash IS NULL, d.retimed OR d.rerooms OR d.restated OR dates.is_any OR dates.is_unplaced,
        d.retimed OR d.rerooms OR d.restated OR dates.is_any OR e.place <> i.entry ->> 'place'
    FROM pg_temp.import_entry AS i
    JOIN hubd.event AS e ON e.hub_id = hub AND e.id = i.event_id,
    LATERAL (SELECT EXISTS (SELECT FROM pg_temp.import_date AS d WHERE d.event_id = e.id) AS is_any,
        EXISTS (SELECT FROM pg_temp.import_date AS d WHERE d.event_id = e.id AND d.was IS DISTINCT FROM d.during) AS moves,
        (SELECT o.during FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = e.id AND o.recurrence_id IS NULL) AS was,
        EXISTS (SELECT FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = e.id AND o.is_unplaced) AS is_unplaced) AS dates,
    LATERAL (SELECT dates.moves OR e.is_all_day <> (i.entry ->> 'is_all_day')::boolean OR hubd.stored_rule(e) IS DISTINCT FROM nullif(i.entry -> 'series', 'null') AS retimed,
        ARRAY(SELECT er.resource_id FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.event_id = e.id ORDER BY 1) <> i.resources AS rerooms,
        e.state <> i.entry ->> 'state' AS restated) AS d
    WHERE i.action = 'change';
    INSERT INTO pg_temp.import_diff (event_id, uid, title, kind, was, rebook)
    SELECT e.id, e.uid, e.title, 'gone', o.during, true
    FROM hubd.event AS e LEFT JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = e.id AND o.recurrence_id IS NULL
    WHERE e.hub_id = hub AND e.source_id = source AND e.state <> 'cancelled'
        AND NOT EXISTS (SELECT FROM pg_temp.import_entry AS i WHERE i.uid = e.uid)
        AND NOT EXISTS (SELECT FROM pg_temp.import_seen AS s WHERE s.uid = e.uid);
END $$;

CREATE OR REPLACE FUNCTION hubd.import_insert(hub bigint, source bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hubd.event (hub_id, id, uid, sequence, state, title, text, topics, categories, audience, organiser, place, url,
        is_all_day, zone, kept, source_id, source_hash, cancelled_at)
    SELECT hub, i.event_id, i.uid, (i.entry ->> 'sequence')::integer, i.entry ->> 'state', i.entry ->> 'title', i.entry ->> 'text',
        hubd.topics_of(hubd.texts(i.entry -> 'categories')), hubd.texts(i.entry -> 'categories'), i.entry ->> 'audience', i.entry ->> 'organiser',
        i.entry ->> 'place', nullif(i.entry ->> 'url', ''), (i.entry ->> 'is_all_day')::boolean, i.entry ->> 'zone', i.entry ->> 'kept',
        source, i.hash, CASE WHEN i.entry ->> 'state' = 'cancelled' THEN hubd.present() END
    FROM pg_temp.import_entry AS i WHERE i.action = 'new' ORDER BY i.n;
    INSERT INTO hubd.event_resource (hub_id, event_id, resource_id)
    SELECT hub, i.event_id, r FROM pg_temp.import_entry AS i, unnest(i.resources) AS r WHERE i.action = 'new';
END $$;

-- The rules of what is new or changed.
CREATE OR REPLACE FUNCTION hubd.import_rules(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.event AS e SET rrule = r.rule ->> 'rrule', rdates = hubd.texts(r.rule -> 'rdates'), exdates = hubd.texts(r.rule -> 'exdates')::timestamp[],
        local_start = (r.rule ->> 'local_start')::timestamp, local_end = (r.rule ->> 'local_end')::timestamp,
        duration = make_interval(days => (r.rule ->> 'days')::integer, secs => (r.rule ->> 'seconds')::double precision),
        extended_to = (r.entry ->> 'extended_to')::timestamptz
    FROM (SELECT i.event_id, i.entry, i.entry -> 'series' AS rule FROM pg_temp.import_entry AS i WHERE i.action IN ('new', 'change')) AS r
    WHERE e.hub_id = hub AND e.id = r.event_id AND (r.rule IS NOT NULL OR e.local_start IS NOT NULL);
END $$;

CREATE OR REPLACE FUNCTION hubd.import_write_dates(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    freed bigint[];
BEGIN
    WITH gone AS (
        DELETE FROM hubd.occurrence AS o USING pg_temp.import_date AS d
        WHERE d.kind = 'gone' AND o.hub_id = hub AND o.event_id = d.event_id AND coalesce(o.recurrence_id, '-infinity') = coalesce(d.recurrence_id, '-infinity')
        RETURNING o.booking_id
    ) SELECT coalesce(array_agg(booking_id) FILTER (WHERE booking_id IS NOT NULL), '{}') INTO freed FROM gone;
    PERFORM hubd.release(hub, freed);
    UPDATE hubd.booking AS b SET state = 'cancelled', cancelled_at = hubd.present(), sequence = b.sequence + 1, revision = b.revision + 1, revised_at = hubd.present()
    WHERE b.hub_id = hub AND b.id = ANY (freed) AND b.state <> 'cancelled';
    UPDATE hubd.occurrence AS o SET during = d.during, local_start = d.local_start, local_end = d.local_end, state = d.state, changes = d.changes
    FROM pg_temp.import_date AS d
    WHERE d.kind = 'change' AND o.hub_id = hub AND o.event_id = d.event_id AND coalesce(o.recurrence_id, '-infinity') = coalesce(d.recurrence_id, '-infinity');
    INSERT INTO hubd.occurrence (hub_id, event_id, recurrence_id, during, local_start, local_end, state, changes)
    SELECT hub, d.event_id, d.recurrence_id, d.during, d.local_start, d.local_end, d.state, d.changes
    FROM pg_temp.import_date AS d JOIN pg_temp.import_entry AS i USING (event_id) WHERE d.kind = 'new' ORDER BY i.n, d.during;
END $$;

-- Topics that people gave the event in hubd stay; those that came from its old categories go with them.
CREATE OR REPLACE FUNCTION hubd.import_update(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.event AS e SET
        sequence = greatest((i.entry ->> 'sequence')::integer, e.sequence + d.raises::integer),
        state = i.entry ->> 'state', title = i.entry ->> 'title', text = i.entry ->> 'text',
        topics = ARRAY(SELECT unnest(hubd.topics_of(hubd.texts(i.entry -> 'categories')))
            UNION SELECT t FROM unnest(e.topics) AS t WHERE t <> ALL (hubd.topics_of(e.categories)) ORDER BY 1),
        categories = hubd.texts(i.entry -> 'categories'), audience = i.entry ->> 'audience', organiser = i.entry ->> 'organiser',
        place = i.entry ->> 'place', url = nullif(i.entry ->> 'url', ''), is_all_day = (i.entry ->> 'is_all_day')::boolean,
        zone = i.entry ->> 'zone', kept = i.entry ->> 'kept', source_hash = i.hash,
        cancelled_at = CASE WHEN i.entry ->> 'state' = 'cancelled' THEN coalesce(e.cancelled_at, hubd.present()) END,
        revision = e.revision + 1, revised_at = hubd.present()
    FROM pg_temp.import_entry AS i JOIN pg_temp.import_diff AS d USING (event_id)
    WHERE i.action = 'change' AND e.hub_id = hub AND e.id = i.event_id;
    DELETE FROM hubd.event_resource AS er USING pg_temp.import_entry AS i
    WHERE i.action = 'change' AND er.hub_id = hub AND er.event_id = i.event_id AND er.resource_id <> ALL (i.resources);
    INSERT INTO hubd.event_resource (hub_id, event_id, resource_id)
    SELECT hub, i.event_id, r FROM pg_temp.import_entry AS i, unnest(i.resources) AS r WHERE i.action = 'change' ON CONFLICT DO NOTHING;
    UPDATE hubd.booking AS b SET title = coalesce(o.changes ->> 'title', d.title), revision = b.revision + 1, revised_at = hubd.present()
    FROM pg_temp.import_diff AS d JOIN hubd.occurrence AS o ON o.event_id = d.event_id
    WHERE d.kind = 'change' AND d.retitled AND NOT d.rebook AND o.hub_id = hub AND b.hub_id = hub AND b.id = o.booking_id;
    -- Without a hash an event counts as gone: should it come back, even as it was, it is confirmed again.
    UPDATE hubd.event AS e SET state = 'cancelled', cancelled_at = hubd.present(), source_hash = NULL, sequence = e.sequence + 1,
        revision = e.revision + 1, revised_at = hubd.present()
    FROM pg_temp.import_diff AS d WHERE d.kind = 'gone' AND e.hub_id = hub AND e.id = d.event_id;
    UPDATE hubd.occurrence AS o SET state = 'cancelled' FROM pg_temp.import_diff AS d
    WHERE d.kind = 'gone' AND o.hub_id = hub AND o.event_id = d.event_id AND o.recurrence_id IS NULL;
END $$;

-- Events that are the same as in the file before and still wait for their rooms: those whose rooms are free by now get them. What
-- stays without is as it was, to the row: the attempt is undone.
CREATE OR REPLACE FUNCTION hubd.import_retry(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    waiting bigint[] := ARRAY(SELECT DISTINCT i.event_id FROM pg_temp.import_entry AS i
        JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = i.event_id WHERE i.action = 'same' AND o.is_unplaced);
    homeless bigint[] := ARRAY(SELECT o.booking_id FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = ANY (waiting) AND o.is_unplaced);
    placed bigint[];
BEGIN
    IF waiting = '{}' THEN
        RETURN;
    END IF;
    BEGIN
        SELECT coalesce(array_agg(DISTINCT p.event_id), '{}') INTO placed FROM hubd.book_events(hub, waiting) AS p
        WHERE p.is_placed AND p.booking_id = ANY (homeless);
        PERFORM hubd.undo();
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
    END;
    IF placed = '{}' THEN
        RETURN;
    END IF;
    PERFORM hubd.book_events(hub, placed);
    UPDATE hubd.event AS e SET revision = e.revision + 1, revised_at = hubd.present() WHERE e.hub_id = hub AND e.id = ANY (placed);
    INSERT INTO pg_temp.import_diff (event_id, uid, title, kind, was, room_changed)
    SELECT i.event_id, i.uid, i.entry ->> 'title', 'placed', o.during, true
    FROM pg_temp.import_entry AS i LEFT JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = i.event_id AND o.recurrence_id IS NULL
    WHERE i.event_id = ANY (placed);
    PERFORM hubd.changed(hubd.event_scopes(hub, placed));
END $$;

-- Everything at once, under the hub's lock: all old claims go before any new one is taken, so that rooms can be swapped.
CREATE OR REPLACE FUNCTION hubd.import_apply(hub bigint, source bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
    scopes text[];
BEGIN
    PERFORM hubd.import_compare(hub, source);
    touched := ARRAY(SELECT event_id FROM pg_temp.import_diff);
    IF cardinality(touched) = 0 THEN
        PERFORM hubd.import_retry(hub);
        RETURN;
    END IF;
    scopes := hubd.event_scopes(hub, touched);
    PERFORM hubd.import_insert(hub, source);
    PERFORM hubd.import_update(hub);
    PERFORM hubd.import_rules(hub);
    PERFORM hubd.import_write_dates(hub);
    INSERT INTO pg_temp.import_conflict (event_id, booking_id, reason, conflicts)
    SELECT p.event_id, p.booking_id, p.reason, p.conflicts FROM hubd.book_events(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE rebook)) AS p
    WHERE NOT p.is_placed;
    UPDATE hubd.import_source AS s SET imported_at = hubd.present() WHERE s.hub_id = hub AND s.id = source;
    PERFORM hubd.changed(scopes || hubd.event_scopes(hub, touched));
    PERFORM hubd.import_retry(hub);
END $$;
