-- SPDX-License-Identifier: GPL-3.0-or-later
-- Series of events as requests change them: the rule, its dates, one date, what follows from a date on. C has listed the dates.

-- Stores what repeats: {rrule, rdates, exdates, local_start, local_end, days, seconds}.
CREATE OR REPLACE FUNCTION hubd.event_set_rule(hub bigint, event bigint, rule jsonb, goes_on_from timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.event AS e SET rrule = rule ->> 'rrule', rdates = hubd.texts(rule -> 'rdates'), exdates = hubd.texts(rule -> 'exdates')::timestamp[],
        local_start = (rule ->> 'local_start')::timestamp, local_end = (rule ->> 'local_end')::timestamp,
        duration = make_interval(days => (rule ->> 'days')::integer, secs => (rule ->> 'seconds')::double precision), extended_to = goes_on_from
    WHERE e.hub_id = hub AND e.id = event;
END $$;

-- [name, start, end, local start, local end] of each date, as C writes them.
CREATE OR REPLACE FUNCTION hubd.listed_dates(dates jsonb)
    RETURNS TABLE (recurrence_id timestamp, during tstzrange, local_start timestamp, local_end timestamp) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT (d ->> 0)::timestamp, hubd.span((d ->> 1)::timestamptz, (d ->> 2)::timestamptz), (d ->> 3)::timestamp, (d ->> 4)::timestamp
        FROM jsonb_array_elements(dates) AS d;
    END;

-- Brings the stored dates of an event in line with those listed. A date keeps its number, its booking, and whether it was cancelled;
-- one that was moved by itself stays where it is. What the rule does not have any more goes, and its room is free.
CREATE OR REPLACE FUNCTION hubd.event_set_dates(hub bigint, event bigint, dates jsonb, shift interval) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    freed bigint[];
BEGIN
    -- Out of the way first: a name may be that of the neighbour before.
    UPDATE hubd.occurrence AS o SET recurrence_id = coalesce(o.recurrence_id, o.local_start) + shift + interval '20000 years'
    WHERE o.hub_id = hub AND o.event_id = event;
    WITH wanted AS (SELECT * FROM hubd.listed_dates(dates)), gone AS (
        DELETE FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = event
            AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.recurrence_id = o.recurrence_id - interval '20000 years') RETURNING o.booking_id
    ) SELECT coalesce(array_agg(booking_id) FILTER (WHERE booking_id IS NOT NULL), '{}') INTO freed FROM gone;
    PERFORM hubd.release(hub, freed);
    UPDATE hubd.booking AS b SET state = 'cancelled', cancelled_at = hubd.present(), sequence = b.sequence + 1, revision = b.revision + 1, revised_at = hubd.present()
    WHERE b.hub_id = hub AND b.id = ANY (freed) AND b.state <> 'cancelled';
    UPDATE hubd.occurrence AS o SET during = w.during, local_start = w.local_start, local_end = w.local_end
    FROM hubd.listed_dates(dates) AS w
    WHERE o.hub_id = hub AND o.event_id = event AND w.recurrence_id = o.recurrence_id - interval '20000 years'
        AND (o.changes IS NULL OR o.local_start + shift = w.recurrence_id);
    UPDATE hubd.occurrence AS o SET recurrence_id = o.recurrence_id - interval '20000 years' WHERE o.hub_id = hub AND o.event_id = event;
    INSERT INTO hubd.occurrence (hub_id, event_id, recurrence_id, during, local_start, local_end, state)
    SELECT hub, event, w.recurrence_id, w.during, w.local_start, w.local_end, 'confirmed' FROM hubd.listed_dates(dates) AS w
    WHERE NOT EXISTS (SELECT FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = event AND o.recurrence_id = w.recurrence_id)
    ORDER BY w.recurrence_id;
END $$;

-- The dates that have come within the horizon. One that is there already, cancelled or not, stays as it is; one whose rooms are taken is
-- left without and listed. What feeds say of the series does not change by it: nor does its revision.
CREATE OR REPLACE FUNCTION hubd.event_extend(e hubd.event, dates jsonb, goes_on_from timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO hubd.occurrence (hub_id, event_id, recurrence_id, during, local_start, local_end, state)
    SELECT e.hub_id, e.id, w.recurrence_id, w.during, w.local_start, w.local_end, 'confirmed' FROM hubd.listed_dates(dates) AS w
    WHERE NOT EXISTS (SELECT FROM hubd.occurrence AS o WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.recurrence_id = w.recurrence_id)
    ORDER BY w.recurrence_id;
    GET DIAGNOSTICS added = ROW_COUNT;
    UPDATE hubd.event AS o SET extended_to = goes_on_from WHERE o.hub_id = e.hub_id AND o.id = e.id;
    IF added > 0 AND EXISTS (SELECT FROM hubd.event_resource AS er WHERE er.hub_id = e.hub_id AND er.event_id = e.id) THEN
        PERFORM hubd.book_events(e.hub_id, ARRAY[e.id]);
    END IF;
    IF added > 0 THEN
        PERFORM hubd.changed(hubd.event_scopes(e.hub_id, ARRAY[e.id]));
    END IF;
END $$;

-- The dates from one on become an event of their own, which begins as a copy. Returns it.
CREATE OR REPLACE FUNCTION hubd.event_split(hub bigint, event bigint, from_date timestamp, old_rule jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint := nextval('hubd.id');
BEGIN
    INSERT INTO hubd.event (hub_id, id, uid, state, title, title_en, text, text_en, topics, categories, audience, speakers, organiser, place, site_id,
        online_url, url, image_url, price, is_all_day, zone, kept, person_id, is_example, cancelled_at)
    SELECT hub, made, gen_random_uuid() || '@hubd', e.state, e.title, e.title_en, e.text, e.text_en, e.topics, e.categories, e.audience, e.speakers, e.organiser,
        e.place, e.site_id, e.online_url, e.url, e.image_url, e.price, e.is_all_day, e.zone, e.kept, e.person_id, e.is_example, e.cancelled_at
    FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = event;
    INSERT INTO hubd.event_resource (hub_id, event_id, resource_id)
    SELECT hub, made, er.resource_id FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.event_id = event;
    UPDATE hubd.occurrence AS o SET event_id = made WHERE o.hub_id = hub AND o.event_id = event AND o.recurrence_id >= from_date;
    PERFORM hubd.event_end(hub, event, old_rule);
    RETURN made;
END $$;

-- A series that ends earlier than it did.
CREATE OR REPLACE FUNCTION hubd.event_end(hub bigint, event bigint, old_rule jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.event_set_rule(hub, event, old_rule, NULL);
    UPDATE hubd.event AS e SET sequence = e.sequence + 1, revision = e.revision + 1, revised_at = hubd.present() WHERE e.hub_id = hub AND e.id = event;
END $$;

-- The members that one date of a series may have otherwise.
CREATE OR REPLACE FUNCTION hubd.date_members(input jsonb) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (SELECT coalesce(jsonb_object_agg(m.key, m.value), '{}') FROM jsonb_each(input) AS m
        WHERE m.key IN ('title', 'title_en', 'text', 'text_en', 'speakers', 'organiser', 'place', 'url', 'online_url', 'image_url', 'price', 'is_all_day', 'zone'));

-- Changes one date: its words and rooms as far as they are not the series' own, its times, whether it takes place.
CREATE OR REPLACE FUNCTION hubd.event_write_date(hub bigint, e hubd.event, input jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    date timestamp := input ->> 'recurrence_id';
    own jsonb := to_jsonb(e);
    wanted jsonb := hubd.date_members(input);
    rooms bigint[];
BEGIN
    IF input ? 'resources' THEN
        rooms := ARRAY(SELECT r.id FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = ANY (hubd.texts(input -> 'resources')) ORDER BY r.id);
        wanted := CASE WHEN wanted ? 'place' THEN wanted ELSE wanted || '{"place": ""}' END || jsonb_build_object('resource_ids', rooms);
        own := own || jsonb_build_object('resource_ids', ARRAY(SELECT er.resource_id FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.event_id = e.id ORDER BY 1));
    END IF;
    IF input ->> 'state' = 'tentative' THEN
        wanted := wanted || '{"state": "tentative"}';
    END IF;
    UPDATE hubd.occurrence AS o SET
        changes = (SELECT coalesce(jsonb_object_agg(m.key, m.value), '{}') FROM jsonb_each(coalesce(o.changes, '{}') || wanted) AS m
            WHERE m.value IS DISTINCT FROM own -> m.key AND NOT (m.value = '""' AND own -> m.key = 'null')),
        state = CASE WHEN input ? 'state' THEN 'confirmed' ELSE o.state END,
        during = CASE WHEN input ? 'start' THEN hubd.span((input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz) ELSE o.during END,
        local_start = CASE WHEN input ? 'start' THEN (input ->> 'local_start')::timestamp ELSE o.local_start END,
        local_end = CASE WHEN input ? 'start' THEN (input ->> 'local_end')::timestamp ELSE o.local_end END
    WHERE o.hub_id = hub AND o.event_id = e.id AND o.recurrence_id = date;
    UPDATE hubd.event AS v SET revision = v.revision + 1, revised_at = hubd.present(),
        sequence = v.sequence + (input ?| '{start,resources,place,state}')::integer WHERE v.hub_id = hub AND v.id = e.id;
END $$;

-- ---- what a change does to the dates ----

CREATE OR REPLACE FUNCTION hubd.event_snapshot(hub bigint, events bigint[]) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (SELECT coalesce(jsonb_object_agg(o.id, jsonb_build_object('recurrence_id', hubd.wall(o.recurrence_id), 'start', hubd.instant(lower(o.during)),
            'end', hubd.instant(upper(o.during)), 'local_start', hubd.wall(o.local_start), 'state', o.state, 'is_unplaced', o.is_unplaced)), '{}')
        FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.event_id = ANY (events));

-- The dates that were added, removed, moved, cancelled between two snapshots, each the first five hundred.
CREATE OR REPLACE FUNCTION hubd.event_diff(before jsonb, after jsonb) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (WITH both_of_them AS (
            SELECT coalesce(a.value, b.value) AS date, b.value AS was, CASE WHEN b.value IS NULL THEN 'added' WHEN a.value IS NULL THEN 'removed'
                WHEN a.value ->> 'state' <> b.value ->> 'state' THEN CASE a.value ->> 'state' WHEN 'cancelled' THEN 'cancelled' ELSE 'restored' END
                WHEN (a.value ->> 'start', a.value ->> 'end') <> (b.value ->> 'start', b.value ->> 'end') THEN 'moved' ELSE 'unchanged' END AS what
            FROM jsonb_each(before) AS b FULL JOIN jsonb_each(after) AS a USING (key)
        ), numbered AS (SELECT *, row_number() OVER (PARTITION BY what ORDER BY date ->> 'start') AS n FROM both_of_them)
        SELECT jsonb_build_object('unchanged', count(*) FILTER (WHERE what = 'unchanged'))
            || jsonb_build_object('changed', coalesce(jsonb_agg(jsonb_build_object('what', what, 'recurrence_id', date -> 'recurrence_id', 'start', date -> 'start',
                'end', date -> 'end', 'local_start', date -> 'local_start')
                || CASE what WHEN 'moved' THEN jsonb_build_object('was', was -> 'start', 'was_end', was -> 'end', 'local_was', was -> 'local_start') ELSE '{}' END
                ORDER BY date ->> 'start') FILTER (WHERE what <> 'unchanged' AND n <= 500), '[]'))
        FROM numbered);

-- The dates of a series with what became of their rooms, the first five hundred that are not over; outcomes: rows of hubd.book_events().
CREATE OR REPLACE FUNCTION hubd.event_outcomes(hub bigint, event bigint, outcomes jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('recurrence_id', hubd.wall(d.recurrence_id), 'start', hubd.instant(lower(d.during)),
            'end', hubd.instant(upper(d.during)), 'local_start', hubd.wall(d.local_start), 'local_end', hubd.wall(d.local_end), 'state', d.state,
            'rooms', CASE WHEN d.is_placed IS NULL THEN 'none' WHEN d.is_placed THEN 'free' ELSE 'taken' END)
            || CASE WHEN NOT d.is_placed THEN jsonb_build_object('in_the_way', hubd.import_in_the_way(hub, d.conflicts)) ELSE '{}' END
            ORDER BY lower(d.during), d.id), '[]')
        FROM (SELECT o.*, p.is_placed, p.conflicts FROM hubd.occurrence AS o
            LEFT JOIN jsonb_to_recordset(outcomes) AS p (booking_id bigint, is_placed boolean, conflicts jsonb) ON p.booking_id = o.booking_id
            WHERE o.hub_id = hub AND o.event_id = event AND o.recurrence_id IS NOT NULL AND upper(o.during) >= hubd.present()
            ORDER BY lower(o.during), o.id LIMIT 500) AS d);
END $$;
