-- SPDX-License-Identifier: GPL-3.0-or-later
-- The columns of entries, in the order of ids. A version is a number for the rows that an entry is made of (their xmin names a
-- row's version): the same version, the same bytes. Of an entry that the asker has in that version only id and version go out.
-- Instants are seconds since 1970, local times are such seconds on the wall clock.

CREATE OR REPLACE FUNCTION hubd.feed_epoch(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN floor(extract(epoch FROM at))::bigint;
CREATE OR REPLACE FUNCTION hubd.feed_epoch(at timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN floor(extract(epoch FROM at))::bigint;

CREATE OR REPLACE FUNCTION hubd.feed_events(ids bigint[], language text, known_ids bigint[], known_versions bigint[])
    RETURNS SETOF hubd.feed_entry LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH entry AS MATERIALIZED (
            SELECT e.hub_id, e.id, o.id AS occurrence_id, coalesce(e.site_id, rooms.site_id) AS site_id, rooms.names AS rooms,
                hashtextextended(concat_ws(',', e.xmin, o.xmin, h.xmin, s.xmin, rooms.versions,
                    (SELECT string_agg(t.xmin::text, ',' ORDER BY t.slug) FROM hubd.topic AS t WHERE t.slug = ANY (e.topics))), 0) AS version
            FROM unnest(ids) AS wanted (id)
            JOIN hubd.event AS e ON e.id = wanted.id
            JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id AND o.recurrence_id IS NULL
            JOIN hubd.hub AS h ON h.id = e.hub_id
            CROSS JOIN LATERAL hubd.feed_rooms(e.hub_id, e.id, language) AS rooms
            LEFT JOIN hubd.site AS s ON s.hub_id = e.hub_id AND s.id = coalesce(e.site_id, rooms.site_id)
        ), fresh AS (
            SELECT entry.*, known.id IS NOT NULL AS is_known
            FROM entry LEFT JOIN unnest(known_ids, known_versions) AS known (id, version)
                ON known.id = entry.id AND known.version = entry.version
        )
        SELECT fresh.id, fresh.version, false, e.uid, e.sequence, hubd.feed_epoch(e.revised_at), hubd.feed_epoch(e.created_at),
            hubd.feed_epoch(lower(o.during)), hubd.feed_epoch(upper(o.during)),
            hubd.feed_epoch(o.local_start), hubd.feed_epoch(o.local_end), e.is_all_day, e.zone, e.state,
            hubd.say(language, e.title, coalesce(nullif(e.title_en, ''), e.title)),
            hubd.say(language, e.text, coalesce(nullif(e.text_en, ''), e.text)),
            hubd.feed_location(e.place, fresh.rooms, s), s.latitude, s.longitude,
            hubd.feed_categories(e.topics, e.categories, language), h.name, h.slug,
            array_to_string(e.speakers, ', '), e.organiser, e.price, e.url, e.online_url, e.image_url,
            o.booking_id IS NOT NULL AND NOT o.is_unplaced, 'events/' || e.id, NULL, NULL
        FROM fresh JOIN hubd.event AS e ON e.hub_id = fresh.hub_id AND e.id = fresh.id
        JOIN hubd.occurrence AS o ON o.hub_id = fresh.hub_id AND o.id = fresh.occurrence_id
        JOIN hubd.hub AS h ON h.id = fresh.hub_id
        LEFT JOIN hubd.site AS s ON s.hub_id = fresh.hub_id AND s.id = fresh.site_id
        WHERE NOT fresh.is_known
        UNION ALL
        SELECT fresh.id, fresh.version, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM fresh WHERE fresh.is_known
        ORDER BY 1;
    END;

-- What blocks a resource: of a public event its title, of everything else only that it is so.
CREATE OR REPLACE FUNCTION hubd.feed_busy(ids bigint[], language text, known_ids bigint[], known_versions bigint[])
    RETURNS SETOF hubd.feed_entry LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH entry AS (
            SELECT b.*, seen.id AS event_id, seen.title AS event_title, seen.title_en AS event_title_en, seen.state AS event_state,
                hashtextextended(concat_ws(',', b.xmin, e.xmin, o.xmin), 0) AS version
            FROM unnest(ids) AS wanted (id)
            JOIN hubd.booking AS b ON b.id = wanted.id
            LEFT JOIN hubd.occurrence AS o ON b.kind = 'event' AND o.hub_id = b.hub_id AND o.booking_id = b.id
            LEFT JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
            LEFT JOIN LATERAL hubd.event_on(e, o) AS seen ON seen.audience = 'public' AND seen.state <> 'draft'
        )
        SELECT entry.id, entry.version, false, entry.uid, entry.sequence, hubd.feed_epoch(entry.revised_at),
            hubd.feed_epoch(entry.created_at), hubd.feed_epoch(lower(entry.during)), hubd.feed_epoch(upper(entry.during)),
            hubd.feed_epoch(entry.local_start), hubd.feed_epoch(entry.local_end), false, entry.zone,
            CASE WHEN entry.state = 'cancelled' THEN 'cancelled'
                WHEN entry.state = 'held' OR entry.event_state = 'tentative' THEN 'tentative' ELSE 'confirmed' END,
            hubd.say(language, entry.event_title, coalesce(nullif(entry.event_title_en, ''), entry.event_title)),
            NULL, NULL, NULL::double precision, NULL::double precision, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true,
            'events/' || entry.event_id, NULL, NULL
        FROM entry LEFT JOIN unnest(known_ids, known_versions) AS known (id, version)
            ON known.id = entry.id AND known.version = entry.version
        WHERE known.id IS NULL
        UNION ALL
        SELECT entry.id, entry.version, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM entry JOIN unnest(known_ids, known_versions) AS known (id, version)
            ON known.id = entry.id AND known.version = entry.version
        ORDER BY 1;
    END;
