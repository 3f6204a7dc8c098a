-- SPDX-License-Identifier: GPL-3.0-or-later
-- An import's staging: temporary tables of the one transaction in which a file comes in. What they hold is gone with it.

CREATE OR REPLACE FUNCTION hubd.import_tables() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- The run: one row. An entry is an event of the file, n its place and, for new ones, its id; seen are UIDs that the file has but that did not come in.
    CREATE TEMP TABLE IF NOT EXISTS import_run (hub_id bigint, source_name text, calendar text, create_rooms boolean, source_id bigint,
        is_new_source boolean) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS import_entry (uid text PRIMARY KEY, n bigint NOT NULL, entry jsonb, resources bigint[] NOT NULL DEFAULT '{}',
        hash text, event_id bigint, action text) ON COMMIT DROP;
    -- One date of a series that is otherwise.
    CREATE TEMP TABLE IF NOT EXISTS import_override (uid text, recurrence_id timestamp, entry jsonb, resources bigint[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (uid, recurrence_id)) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS import_seen (uid text) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS import_name (key text PRIMARY KEY, resource_id bigint) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS import_place (location text PRIMARY KEY, resources bigint[] NOT NULL DEFAULT '{}',
        missing text[] NOT NULL DEFAULT '{}', is_all boolean NOT NULL DEFAULT false) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS import_room (resource_id bigint, name text) ON COMMIT DROP;
    -- What changed for an event: one row each for new, changed and gone ones.
    CREATE TEMP TABLE IF NOT EXISTS import_diff (event_id bigint PRIMARY KEY, uid text, title text, kind text, was tstzrange, retimed boolean DEFAULT false,
        room_changed boolean DEFAULT false, retitled boolean DEFAULT false, is_back boolean DEFAULT false, rebook boolean DEFAULT false,
        raises boolean DEFAULT false) ON COMMIT DROP;
    -- The dates that new and changed events shall have, and what becomes of each: new, change, gone; NULL: it is as it was.
    CREATE TEMP TABLE IF NOT EXISTS import_date (event_id bigint, recurrence_id timestamp, during tstzrange, local_start timestamp,
        local_end timestamp, state text, changes jsonb, kind text, was tstzrange) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS import_conflict (event_id bigint, booking_id bigint, reason text, conflicts jsonb) ON COMMIT DROP;
    TRUNCATE import_run, import_entry, import_override, import_date, import_seen, import_name, import_place, import_room, import_diff, import_conflict;
END $$;

-- The file's own identity of an entry: equal texts, times and rooms, equal hash. SEQUENCE alone is no change: tools count it
-- up or reset it whenever they write a file, and every calendar that follows would fetch everything again. Nor do the dates count
-- that follow from a rule: of an endless one there are more every day.
CREATE OR REPLACE FUNCTION hubd.entry_hash(entry jsonb, resources bigint[], override_rooms jsonb) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN encode(sha256(convert_to((entry - '{sequence,occurrences,extended_to}'::text[] || jsonb_build_object('rooms', resources)
        || CASE WHEN override_rooms IS NULL THEN '{}' ELSE jsonb_build_object('override_rooms', override_rooms) END)::text, 'UTF8')), 'hex');

-- The source that this file is a newer state of: the one that is named, else the one that shares at least half of the smaller
-- set of UIDs, else none (0).
CREATE OR REPLACE FUNCTION hubd.import_find_source(hub bigint, wanted text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF wanted IS NOT NULL THEN
        RETURN (SELECT s.id FROM hubd.import_source AS s WHERE s.hub_id = hub AND s.name = wanted);
    END IF;
    RETURN (SELECT e.source_id FROM hubd.event AS e LEFT JOIN pg_temp.import_entry AS i USING (uid)
        WHERE e.hub_id = hub AND e.source_id IS NOT NULL GROUP BY e.source_id
        HAVING count(i.uid) > 0 AND 2 * count(i.uid) >= least((SELECT count(*) FROM pg_temp.import_entry),
            greatest(count(*) FILTER (WHERE e.source_hash IS NOT NULL), 1))
        ORDER BY count(i.uid) DESC, e.source_id LIMIT 1);
END $$;

-- Finds or makes the source and notes it in the run; a name that another source has gets a number.
CREATE OR REPLACE FUNCTION hubd.import_settle_source(hub bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    run record;
    found bigint;
    free_name text;
    n integer := 1;
BEGIN
    SELECT * INTO run FROM pg_temp.import_run;
    found := hubd.import_find_source(hub, run.source_name);
    UPDATE pg_temp.import_run SET source_id = found, is_new_source = found IS NULL;
    IF found IS NULL THEN
        free_name := coalesce(run.source_name, nullif(run.calendar, ''), 'import');
        WHILE EXISTS (SELECT FROM hubd.import_source AS s WHERE s.hub_id = hub AND s.name = free_name) LOOP
            n := n + 1;
            free_name := coalesce(nullif(run.calendar, ''), 'import') || ' (' || n || ')';
        END LOOP;
        INSERT INTO hubd.import_source AS s (hub_id, name) VALUES (hub, free_name) RETURNING s.id INTO found;
        UPDATE pg_temp.import_run SET source_id = found;
    END IF;
    RETURN found;
END $$;
