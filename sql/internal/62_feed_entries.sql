-- SPDX-License-Identifier: GPL-3.0-or-later
-- The columns of entries, in the order of ids. A version is a number for the rows that an entry is made of (their xmin names a
-- row's version): the same version, the same bytes. Of an entry that the asker has in that version only id and version go out.
-- Instants are seconds since 1970, local times are such seconds on the wall clock.

CREATE OR REPLACE FUNCTION hubd.feed_events(ids bigint[], language text, known_ids bigint[], known_versions bigint[])
    RETURNS SETOF hubd.feed_entry LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH entry AS MATERIALIZED (
            SELECT e.hub_id, e.id, coalesce(e.site_id, rooms.site_id) AS site_id, rooms.names AS rooms,
                hashtextextended(concat_ws(',', e.xmin, dates.versions, h.xmin, s.xmin, rooms.versions, CASE WHEN e.local_start IS NOT NULL THEN hubd.feed_day() END,
                    (SELECT string_agg(t.xmin::text, ',' ORDER BY t.slug) FROM hubd.topic AS t WHERE t.slug = ANY (e.topics))), 0) AS version
            FROM unnest(ids) AS wanted (id)
            JOIN hubd.event AS e ON e.id = wanted.id
            JOIN hubd.hub AS h ON h.id = e.hub_id
            CROSS JOIN LATERAL (
                SELECT string_agg(hubd.say(language, r.name_de, r.name_en), ', ' ORDER BY r.position, r.id) AS names, min(r.site_id) AS site_id,
                    string_agg(r.xmin::text, ',' ORDER BY r.id) AS versions
                FROM hubd.event_resource AS er JOIN hubd.resource AS r ON r.hub_id = er.hub_id AND r.id = er.resource_id
                WHERE er.hub_id = e.hub_id AND er.event_id = e.id) AS rooms
            CROSS JOIN LATERAL (
                SELECT concat_ws('|', max(upper(o.during)), string_agg(o.xmin::text, ',' ORDER BY o.id)
                    FILTER (WHERE o.recurrence_id IS NULL OR o.changes IS NOT NULL OR o.state = 'cancelled')) AS versions
                FROM hubd.occurrence AS o WHERE o.hub_id = e.hub_id AND o.event_id = e.id) AS dates
            LEFT JOIN hubd.site AS s ON s.hub_id = e.hub_id AND s.id = coalesce(e.site_id, rooms.site_id)
        ), fresh AS (
            SELECT entry.*, known.id IS NOT NULL AS is_known
            FROM entry LEFT JOIN unnest(known_ids, known_versions) AS known (id, version)
                ON known.id = entry.id AND known.version = entry.version
        )
        SELECT fresh.id, fresh.version, false, e.uid, e.sequence, hubd.feed_epoch(e.revised_at), hubd.feed_epoch(e.created_at),
            hubd.feed_epoch(lower(o.during)), hubd.feed_epoch(upper(o.during)),
            hubd.feed_epoch(coalesce(e.local_start, o.local_start)), hubd.feed_epoch(coalesce(e.local_start + e.duration, o.local_end)), e.is_all_day, e.zone, e.state,
            hubd.say(language, e.title, coalesce(nullif(e.title_en, ''), e.title)),
            hubd.say(language, e.text, coalesce(nullif(e.text_en, ''), e.text)),
            hubd.feed_location(e.place, fresh.rooms, s), s.latitude, s.longitude,
            CASE WHEN e.categories <> '{}' OR cardinality(e.topics) > 1 THEN hubd.feed_categories(e.topics, e.categories, language)
                ELSE coalesce((SELECT hubd.say(language, t.name_de, t.name_en) FROM hubd.topic AS t WHERE t.slug = e.topics[1]), e.topics[1]) END, h.name, h.slug,
            array_to_string(e.speakers, ', '), e.organiser, e.price, e.url, e.online_url, e.image_url,
            CASE WHEN e.local_start IS NULL THEN o.booking_id IS NOT NULL AND NOT o.is_unplaced ELSE fresh.rooms IS NOT NULL END,
            'events/' || e.id, NULL, CASE WHEN e.local_start IS NOT NULL THEN hubd.feed_event_series(e, fresh.rooms, s, language) END
        FROM fresh JOIN hubd.event AS e ON e.hub_id = fresh.hub_id AND e.id = fresh.id
        LEFT JOIN hubd.occurrence AS o ON e.local_start IS NULL AND o.hub_id = fresh.hub_id AND o.event_id = fresh.id AND o.recurrence_id IS NULL
        JOIN hubd.hub AS h ON h.id = fresh.hub_id
        LEFT JOIN hubd.site AS s ON s.hub_id = fresh.hub_id AND s.id = fresh.site_id
        WHERE NOT fresh.is_known
        UNION ALL
        SELECT fresh.id, fresh.version, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM fresh WHERE fresh.is_known
        ORDER BY 1;
    END;

-- What blocks a resource: of a public event its title, of everything else only that it is so. What an event's rooms show depends on
-- two rows; what of the event counts for SEQUENCE raises the booking's, too.
CREATE OR REPLACE FUNCTION hubd.feed_busy(ids bigint[], kin bigint[], language text, known_ids bigint[], known_versions bigint[])
    RETURNS SETOF hubd.feed_entry LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH entry AS (
            SELECT b.id, hashtextextended(concat_ws(',', b.xmin, e.xmin, o.xmin), 0) AS version,
                CASE WHEN b.series_id IS NULL THEN b.uid ELSE to_char(b.recurrence_id, 'YYYYMMDD"T"HH24MISS"-"') || b.uid END AS uid,
                b.sequence, greatest(b.revised_at, e.revised_at) AS revised_at, b.created_at, b.during,
                b.local_start, b.local_end, b.zone, CASE WHEN b.state = 'cancelled' THEN 'cancelled' WHEN b.state = 'held' OR seen.state = 'tentative' THEN 'tentative' ELSE 'confirmed' END AS state,
                hubd.say(language, seen.title, coalesce(nullif(seen.title_en, ''), seen.title)) AS title, 'events/' || seen.id AS page, NULL AS series
            FROM unnest(ids) AS wanted (id)
            JOIN hubd.booking AS b ON b.id = wanted.id
            LEFT JOIN hubd.occurrence AS o ON b.kind = 'event' AND o.hub_id = b.hub_id AND o.booking_id = b.id
            LEFT JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
            LEFT JOIN LATERAL hubd.event_on(e, o) AS seen ON seen.audience = 'public' AND seen.state <> 'draft'
            UNION ALL
            SELECT s.id, hashtextextended(concat_ws(',', s.xmin, dates.series, hubd.feed_day()), 0), s.uid, s.sequence, s.revised_at, s.created_at,
                NULL, s.local_start, hubd.feed_series_end(s), s.zone, s.state, NULL, NULL, dates.series
            FROM unnest(ids) AS wanted (id) JOIN hubd.series AS s ON s.id = wanted.id
            CROSS JOIN LATERAL hubd.feed_series_document(s, kin, language, false, false) AS dates (series)
        )
        SELECT entry.id, entry.version, false, entry.uid, entry.sequence, hubd.feed_epoch(entry.revised_at),
            hubd.feed_epoch(entry.created_at), hubd.feed_epoch(lower(entry.during)), hubd.feed_epoch(upper(entry.during)),
            hubd.feed_epoch(entry.local_start), hubd.feed_epoch(entry.local_end), false, entry.zone, entry.state, entry.title,
            NULL, NULL, NULL::double precision, NULL::double precision, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true,
            entry.page, NULL, entry.series
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
