-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the staged file to events: compare, write what differs, take the rooms. What is equal is not touched at all.

CREATE OR REPLACE FUNCTION hubd.topics_of(categories text[]) RETURNS text[] LANGUAGE sql STABLE
    RETURN ARRAY(SELECT DISTINCT t.slug FROM hubd.topic AS t, unnest(categories) AS c
        WHERE hubd.plain(c) IN (t.slug, hubd.plain(t.name_de), hubd.plain(t.name_en)) ORDER BY t.slug);

CREATE OR REPLACE FUNCTION hubd.entry_span(entry jsonb) RETURNS tstzrange LANGUAGE sql STABLE
    RETURN hubd.span((entry ->> 'start')::timestamptz, (entry ->> 'end')::timestamptz);

-- What is to be done with each entry: new, same, change; foreign: the hub has the UID from elsewhere.
CREATE OR REPLACE FUNCTION hubd.import_compare(hub bigint, source bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_temp.import_entry AS i SET event_id = e.id, action = CASE WHEN e.source_id IS DISTINCT FROM source THEN 'foreign'
        WHEN e.source_hash = i.hash THEN 'same' ELSE 'change' END
    FROM hubd.event AS e WHERE e.hub_id = hub AND e.uid = i.uid;
    UPDATE pg_temp.import_entry SET action = 'new', event_id = n WHERE action IS NULL;

    INSERT INTO pg_temp.import_diff (event_id, uid, title, kind, rebook)
    SELECT event_id, uid, entry ->> 'title', 'new', resources <> '{}' FROM pg_temp.import_entry WHERE action = 'new';
    INSERT INTO pg_temp.import_diff (event_id, uid, title, kind, was, retimed, room_changed, retitled, is_back, rebook, raises)
    SELECT e.id, i.uid, i.entry ->> 'title', 'change', o.during, d.retimed, d.rerooms OR (i.resources = '{}' AND e.place <> i.entry ->> 'place'),
        e.title <> i.entry ->> 'title', e.source_hash IS NULL, d.retimed OR d.rerooms OR d.restated OR o.is_unplaced,
        d.retimed OR d.rerooms OR d.restated OR e.place <> i.entry ->> 'place'
    FROM pg_temp.import_entry AS i
    JOIN hubd.event AS e ON e.hub_id = hub AND e.id = i.event_id
    JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = e.id AND o.recurrence_id IS NULL,
    LATERAL (SELECT o.during <> hubd.entry_span(i.entry) OR e.is_all_day <> (i.entry ->> 'is_all_day')::boolean AS retimed,
        ARRAY(SELECT er.resource_id FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.event_id = e.id ORDER BY 1) <> i.resources AS rerooms,
        e.state <> i.entry ->> 'state' AS restated) AS d
    WHERE i.action = 'change';
    INSERT INTO pg_temp.import_diff (event_id, uid, title, kind, was, rebook)
    SELECT e.id, e.uid, e.title, 'gone', o.during, true
    FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = e.id AND o.recurrence_id IS NULL
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
    INSERT INTO hubd.occurrence (hub_id, event_id, during, local_start, local_end, state)
    SELECT hub, i.event_id, hubd.entry_span(i.entry), (i.entry ->> 'local_start')::timestamp, (i.entry ->> 'local_end')::timestamp,
        CASE WHEN i.entry ->> 'state' = 'cancelled' THEN 'cancelled' ELSE 'confirmed' END
    FROM pg_temp.import_entry AS i WHERE i.action = 'new' ORDER BY i.n;
    INSERT INTO hubd.event_resource (hub_id, event_id, resource_id)
    SELECT hub, i.event_id, r FROM pg_temp.import_entry AS i, unnest(i.resources) AS r WHERE i.action = 'new';
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
    UPDATE hubd.occurrence AS o SET during = hubd.entry_span(i.entry), local_start = (i.entry ->> 'local_start')::timestamp,
        local_end = (i.entry ->> 'local_end')::timestamp, state = CASE WHEN i.entry ->> 'state' = 'cancelled' THEN 'cancelled' ELSE 'confirmed' END
    FROM pg_temp.import_entry AS i
    WHERE i.action = 'change' AND o.hub_id = hub AND o.event_id = i.event_id AND o.recurrence_id IS NULL;
    DELETE FROM hubd.event_resource AS er USING pg_temp.import_entry AS i
    WHERE i.action = 'change' AND er.hub_id = hub AND er.event_id = i.event_id AND er.resource_id <> ALL (i.resources);
    INSERT INTO hubd.event_resource (hub_id, event_id, resource_id)
    SELECT hub, i.event_id, r FROM pg_temp.import_entry AS i, unnest(i.resources) AS r WHERE i.action = 'change' ON CONFLICT DO NOTHING;
    UPDATE hubd.booking AS b SET title = d.title, revision = b.revision + 1, revised_at = hubd.present()
    FROM pg_temp.import_diff AS d JOIN hubd.occurrence AS o ON o.event_id = d.event_id
    WHERE d.kind = 'change' AND d.retitled AND NOT d.rebook AND o.hub_id = hub AND b.hub_id = hub AND b.id = o.booking_id;
    -- Without a hash an event counts as gone: should it come back, even as it was, it is confirmed again.
    UPDATE hubd.event AS e SET state = 'cancelled', cancelled_at = hubd.present(), source_hash = NULL, sequence = e.sequence + 1,
        revision = e.revision + 1, revised_at = hubd.present()
    FROM pg_temp.import_diff AS d WHERE d.kind = 'gone' AND e.hub_id = hub AND e.id = d.event_id;
    UPDATE hubd.occurrence AS o SET state = 'cancelled' FROM pg_temp.import_diff AS d
    WHERE d.kind = 'gone' AND o.hub_id = hub AND o.event_id = d.event_id;
END $$;

-- Events that are the same as in the file before and still wait for their rooms: those whose rooms are free by now get them. What
-- stays without is as it was, to the row: the attempt is undone.
CREATE OR REPLACE FUNCTION hubd.import_retry(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    waiting bigint[] := ARRAY(SELECT i.event_id FROM pg_temp.import_entry AS i
        JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = i.event_id WHERE i.action = 'same' AND o.is_unplaced);
    placed bigint[];
BEGIN
    IF waiting = '{}' THEN
        RETURN;
    END IF;
    BEGIN
        SELECT coalesce(array_agg(p.event_id) FILTER (WHERE p.is_placed), '{}') INTO placed FROM hubd.book_events(hub, waiting) AS p;
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
    FROM pg_temp.import_entry AS i JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = i.event_id AND o.recurrence_id IS NULL
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
    INSERT INTO pg_temp.import_conflict (event_id, reason, conflicts)
    SELECT p.event_id, p.reason, p.conflicts FROM hubd.book_events(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE rebook)) AS p
    WHERE NOT p.is_placed;
    UPDATE hubd.import_source AS s SET imported_at = hubd.present() WHERE s.hub_id = hub AND s.id = source;
    PERFORM hubd.changed(scopes || hubd.event_scopes(hub, touched));
    PERFORM hubd.import_retry(hub);
END $$;
