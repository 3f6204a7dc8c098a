-- SPDX-License-Identifier: GPL-3.0-or-later
-- From the places that a file writes to rooms of the hub. A place is one room where the hub or the file knows the whole text as
-- one ("B05/B06"); else a list with commas between rooms ("C01, B05/B06"); else, for whoever asked for it, a new room.

-- Could this be the name of a room, rather than a street, a town or a link?
CREATE OR REPLACE FUNCTION hubd.looks_like_room(name text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN char_length(name) <= 40 AND name !~ '[@]|://|\m[0-9]{4,5}\M'
        AND name !~* '(straße|strasse|str\.|platz|allee|weg|street|avenue|road)(\s+\d|\s*$)' AND name !~* '^(deutschland|germany)$';

CREATE OR REPLACE FUNCTION hubd.is_everywhere(place text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN hubd.plain(place) IN ('all', 'all rooms', 'alle', 'alle räume');

-- The hub's names for its rooms; where two share one, the first room has it.
CREATE OR REPLACE FUNCTION hubd.import_learn_names(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pg_temp.import_name (key, resource_id)
    SELECT DISTINCT ON (key) key, id FROM (
        SELECT r.id, r.position, hubd.plain(name) AS key
        FROM hubd.resource AS r, unnest(r.aliases || ARRAY[r.name_de, r.name_en, r.slug]) AS name WHERE r.hub_id = hub) AS known
    WHERE key <> '' ORDER BY key, position, id
    ON CONFLICT (key) DO NOTHING;
END $$;

-- A new room at the hub's first site; the original words are its alias.
CREATE OR REPLACE FUNCTION hubd.import_make_room(hub bigint, name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    base text := coalesce(nullif(left(hubd.slug_from(name), 60), ''), 'room');
    free_slug text;
    made bigint;
    made_unit bigint;
    n integer := 1;
BEGIN
    base := btrim(base, '-');
    free_slug := base;
    WHILE EXISTS (SELECT FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = free_slug) LOOP
        n := n + 1;
        free_slug := base || '-' || n;
    END LOOP;
    INSERT INTO hubd.resource AS r (hub_id, site_id, slug, kind, name_de, name_en, aliases, position)
    SELECT hub, (SELECT s.id FROM hubd.site AS s WHERE s.hub_id = hub ORDER BY s.id LIMIT 1), free_slug, 'room', name, name, ARRAY[name],
        (SELECT coalesce(max(o.position), 0) + 1 FROM hubd.resource AS o WHERE o.hub_id = hub)
    RETURNING r.id INTO made;
    INSERT INTO hubd.unit AS u (hub_id, name) VALUES (hub, name) RETURNING u.id INTO made_unit;
    INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id) VALUES (hub, made, made_unit);
    INSERT INTO pg_temp.import_name (key, resource_id) VALUES (hubd.plain(name), made);
    INSERT INTO pg_temp.import_room (resource_id, name) VALUES (made, name);
    RETURN made;
END $$;

-- Cuts a place at its commas, taking the longest known name at each step: "A, B, C" may be the rooms "A" and "B, C".
CREATE OR REPLACE FUNCTION hubd.import_split(place text) RETURNS TABLE (part text, resource_id bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
    parts text[] := regexp_split_to_array(btrim(place), '\s*,\s*');
    first integer := 1;
    last integer;
    known bigint;
BEGIN
    WHILE first <= cardinality(parts) LOOP
        known := NULL;
        last := cardinality(parts);
        WHILE last >= first AND known IS NULL LOOP
            SELECT n.resource_id INTO known FROM pg_temp.import_name AS n
            WHERE n.key = hubd.plain(array_to_string(parts[first:last], ', '));
            last := last - 1;
        END LOOP;
        last := greatest(last + 1, first);
        IF parts[first] <> '' THEN
            RETURN QUERY SELECT array_to_string(parts[first:CASE WHEN known IS NULL THEN first ELSE last END], ', '), known;
        END IF;
        first := CASE WHEN known IS NULL THEN first ELSE last END + 1;
    END LOOP;
END $$;

-- One place of the file, no single known name. What is not known becomes a room where rooms may be made; a text of which nothing is
-- known is only cut when every piece looks like a room's name with a number in it.
CREATE OR REPLACE FUNCTION hubd.import_resolve(hub bigint, place text, makes_rooms boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rooms bigint[] := '{}';
    unknown text[] := '{}';
    is_list boolean;
    piece record;
BEGIN
    SELECT count(*) > 1 AND (count(s.resource_id) > 0 OR bool_and(hubd.looks_like_room(s.part) AND s.part ~ '\d')) INTO is_list
    FROM hubd.import_split(place) AS s;
    FOR piece IN SELECT s.part, s.resource_id FROM hubd.import_split(place) AS s WHERE is_list
        UNION ALL SELECT place, NULL WHERE NOT is_list
    LOOP
        IF piece.resource_id IS NULL AND makes_rooms AND (hubd.looks_like_room(piece.part) OR NOT is_list) AND piece.part !~ '://' THEN
            piece.resource_id := coalesce((SELECT n.resource_id FROM pg_temp.import_name AS n WHERE n.key = hubd.plain(piece.part)),
                hubd.import_make_room(hub, piece.part));
        END IF;
        IF piece.resource_id IS NULL AND (hubd.looks_like_room(piece.part) OR NOT is_list) THEN
            unknown := unknown || piece.part;
        ELSIF piece.resource_id IS NOT NULL THEN
            rooms := rooms || piece.resource_id;
        END IF;
    END LOOP;
    UPDATE pg_temp.import_place AS p SET resources = ARRAY(SELECT DISTINCT r FROM unnest(rooms) AS r ORDER BY r), missing = unknown
    WHERE p.location = place;
END $$;

-- All places of the file: whole names first (so that lists can be cut by them), then lists, then "ALL": every room that the
-- file names, or every room of the hub where it names none.
CREATE OR REPLACE FUNCTION hubd.import_rooms(hub bigint, makes_rooms boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place text;
BEGIN
    PERFORM hubd.import_learn_names(hub);
    INSERT INTO pg_temp.import_place (location, is_all)
    SELECT l, hubd.is_everywhere(l) FROM (
        SELECT entry ->> 'place' AS l FROM pg_temp.import_entry WHERE entry ->> 'place' <> '' AND NOT (entry ->> 'is_free')::boolean
        UNION SELECT entry ->> 'place' FROM pg_temp.import_override WHERE entry ->> 'place' <> '' AND NOT (entry ->> 'is_free')::boolean) AS places;
    FOR place IN SELECT location FROM pg_temp.import_place WHERE NOT is_all ORDER BY position(',' IN location) > 0, location LOOP
        PERFORM hubd.import_resolve(hub, place, makes_rooms) WHERE NOT EXISTS (
            SELECT FROM pg_temp.import_name AS n WHERE n.key = hubd.plain(place));
    END LOOP;
    UPDATE pg_temp.import_place AS p SET resources = ARRAY[n.resource_id] FROM pg_temp.import_name AS n
    WHERE NOT p.is_all AND p.resources = '{}' AND p.missing = '{}' AND n.key = hubd.plain(p.location);
    UPDATE pg_temp.import_place AS p SET resources = (
        SELECT coalesce(array_agg(DISTINCT named.r ORDER BY named.r), ARRAY(SELECT o.id FROM hubd.resource AS o WHERE o.hub_id = hub AND o.kind = 'room' ORDER BY o.id))
        FROM pg_temp.import_place AS other, unnest(other.resources) AS named (r))
    WHERE p.is_all;
    UPDATE pg_temp.import_entry AS i SET resources = p.resources FROM pg_temp.import_place AS p
    WHERE p.location = i.entry ->> 'place' AND NOT (i.entry ->> 'is_free')::boolean;
    UPDATE pg_temp.import_override AS i SET resources = p.resources FROM pg_temp.import_place AS p
    WHERE p.location = i.entry ->> 'place' AND NOT (i.entry ->> 'is_free')::boolean;
    UPDATE pg_temp.import_entry AS i SET hash = hubd.entry_hash(i.entry, i.resources,
        (SELECT jsonb_agg(o.resources ORDER BY o.recurrence_id) FROM pg_temp.import_override AS o WHERE o.uid = i.uid));
END $$;
