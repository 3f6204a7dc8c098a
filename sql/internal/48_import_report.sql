-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an import did, as a document: people read it, programs compare it.

-- What became of the dates of a series: how many there are, and which are new, otherwise, moved, gone; of many the first hundred.
CREATE OR REPLACE FUNCTION hubd.import_dates(hub bigint, event bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('count', (SELECT count(*) FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = event),
            'new', count(*) FILTER (WHERE d.kind = 'new'), 'changed', count(*) FILTER (WHERE d.kind = 'change'), 'gone', count(*) FILTER (WHERE d.kind = 'gone'),
            'list', coalesce(jsonb_agg(jsonb_build_object('date', hubd.wall(d.recurrence_id), 'what', CASE WHEN d.kind = 'change' AND d.was <> d.during THEN 'moved'
                WHEN d.kind = 'change' THEN 'changed' ELSE d.kind END, 'start', hubd.wall(d.local_start), 'end', hubd.wall(d.local_end)) ORDER BY d.n)
                FILTER (WHERE d.n <= 100 AND NOT d.is_all_new), '[]'))
        FROM (SELECT o.*, row_number() OVER (ORDER BY o.recurrence_id) AS n, bool_and(o.kind = 'new') OVER () AS is_all_new
            FROM pg_temp.import_date AS o WHERE o.event_id = event) AS d);
END $$;

CREATE OR REPLACE FUNCTION hubd.import_list(hub bigint, wanted bigint[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('uid', d.uid, 'title', d.title, 'start', hubd.wall(o.local_start),
            'end', hubd.wall(o.local_end), 'place', e.place)
            || CASE WHEN d.was IS DISTINCT FROM o.during AND d.was IS NOT NULL
                THEN jsonb_build_object('was', hubd.wall(lower(d.was) AT TIME ZONE e.zone), 'was_end', hubd.wall(upper(d.was) AT TIME ZONE e.zone))
                ELSE '{}' END
            || CASE WHEN e.local_start IS NOT NULL THEN jsonb_build_object('dates', hubd.import_dates(hub, e.id)) ELSE '{}' END
            ORDER BY lower(o.during), d.uid), '[]')
        FROM pg_temp.import_diff AS d JOIN hubd.event AS e ON e.hub_id = hub AND e.id = d.event_id
        LEFT JOIN LATERAL (SELECT f.* FROM hubd.occurrence AS f WHERE f.hub_id = hub AND f.event_id = e.id ORDER BY f.recurrence_id NULLS FIRST LIMIT 1) AS o ON true
        WHERE d.event_id = ANY (wanted));
END $$;

-- Who is in the way: an event with its UID and title, or a booking.
CREATE OR REPLACE FUNCTION hubd.import_in_the_way(hub bigint, conflicts jsonb) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (SELECT coalesce(jsonb_agg(c || jsonb_build_object('title', b.title, 'kind', b.kind, 'uid', e.uid)), '[]')
        FROM jsonb_array_elements(conflicts) AS c
        LEFT JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = (c ->> 'booking_id')::bigint
        LEFT JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.booking_id = b.id
        LEFT JOIN hubd.event AS e ON e.hub_id = hub AND e.id = o.event_id);

CREATE OR REPLACE FUNCTION hubd.import_conflicts(hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('uid', e.uid, 'title', e.title, 'place', e.place,
            'start', hubd.wall(o.local_start), 'end', hubd.wall(o.local_end), 'reason', c.reason,
            'in_the_way', hubd.import_in_the_way(hub, c.conflicts)) ORDER BY lower(o.during), e.uid), '[]')
        FROM pg_temp.import_conflict AS c JOIN hubd.event AS e ON e.hub_id = hub AND e.id = c.event_id
        JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = e.id AND o.booking_id = c.booking_id);
END $$;

-- source NULL: nothing came in.
CREATE OR REPLACE FUNCTION hubd.import_report(hub bigint, source bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    moved bigint[] := ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE kind = 'change' AND (retimed OR room_changed));
BEGIN
    RETURN (SELECT jsonb_build_object('hub', h.slug, 'source', s.name, 'is_new_source', coalesce(run.is_new_source, false))
            FROM pg_temp.import_run AS run JOIN hubd.hub AS h ON h.id = hub
            LEFT JOIN hubd.import_source AS s ON s.hub_id = hub AND s.id = source)
        || (SELECT jsonb_build_object('events', count(*), 'unchanged', count(*) FILTER (WHERE action = 'same')) FROM pg_temp.import_entry)
        || jsonb_build_object(
            'added', hubd.import_list(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE kind = 'new' OR is_back)),
            'changed', jsonb_build_object(
                'retimed', hubd.import_list(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE kind = 'change' AND retimed AND NOT is_back)),
                'room_changed', hubd.import_list(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE kind = 'change' AND room_changed AND NOT is_back)),
                'retitled', hubd.import_list(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE kind = 'change' AND retitled AND NOT is_back)),
                'other', hubd.import_list(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff
                    WHERE kind = 'change' AND NOT (retimed OR room_changed OR retitled OR is_back)))),
            'moved', hubd.import_list(hub, moved),
            'placed', hubd.import_list(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE kind = 'placed')),
            'gone', hubd.import_list(hub, ARRAY(SELECT event_id FROM pg_temp.import_diff WHERE kind = 'gone')),
            'conflicts', hubd.import_conflicts(hub),
            'series', (SELECT count(*) FROM pg_temp.import_entry WHERE entry ? 'series'),
            'foreign', (SELECT coalesce(jsonb_agg(jsonb_build_object('uid', i.uid, 'title', i.entry ->> 'title',
                    'source', (SELECT s.name FROM hubd.event AS e JOIN hubd.import_source AS s ON s.hub_id = hub AND s.id = e.source_id
                        WHERE e.hub_id = hub AND e.id = i.event_id)) ORDER BY i.n), '[]') FROM pg_temp.import_entry AS i WHERE i.action = 'foreign'),
            'rooms_created', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', r.slug, 'name', r.name_de) ORDER BY r.id), '[]')
                FROM pg_temp.import_room AS made JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = made.resource_id),
            'no_such_room', (SELECT coalesce(jsonb_agg(jsonb_build_object('place', m.missing, 'events', m.n) ORDER BY m.n DESC, m.missing), '[]')
                FROM (SELECT name AS missing, count(*) AS n FROM (SELECT entry ->> 'place' AS place FROM pg_temp.import_entry
                        UNION ALL SELECT entry ->> 'place' FROM pg_temp.import_override) AS i
                    JOIN pg_temp.import_place AS p ON p.location = i.place, unnest(p.missing) AS name GROUP BY name) AS m),
            'unplaced', (SELECT count(*) FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.event_id = e.id
                WHERE e.hub_id = hub AND e.source_id = source AND o.is_unplaced));
END $$;
