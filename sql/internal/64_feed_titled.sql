-- SPDX-License-Identifier: GPL-3.0-or-later
-- Secret feeds: bookings with their titles, of one person ("mine"), of a hub for its members, of an organisation or a team for theirs.

-- Confirmed ones, and those cancelled lately; a hold is not promised to anybody yet. The dates of a series are one entry.
CREATE OR REPLACE FUNCTION hubd.feed_titled_ids(subject text, target bigint, behind bigint, page integer, shown tstzrange, kept_since timestamptz,
    keep_outside boolean) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- One column each, so that its index serves.
    of_person CONSTANT bigint := CASE WHEN subject = 'mine' THEN target END;
    of_hub CONSTANT bigint := CASE WHEN subject = 'hub' THEN target END;
    of_organisation CONSTANT bigint := CASE WHEN subject = 'organisation' THEN target END;
    of_team CONSTANT bigint := CASE WHEN subject = 'team' THEN target END;
BEGIN
    RETURN (SELECT array_agg(found.id) FROM (
        SELECT b.id FROM (
            SELECT o.* FROM hubd.booking AS o WHERE o.person_id = of_person AND o.kind = 'booking'
            UNION ALL SELECT o.* FROM hubd.booking AS o WHERE o.hub_id = of_hub AND lower(o.during) > lower(shown) - interval '400 days'
            UNION ALL SELECT o.* FROM hubd.booking AS o WHERE o.organisation_id = of_organisation
            UNION ALL SELECT o.* FROM hubd.booking AS o WHERE o.team_id = of_team) AS b
        WHERE b.id > behind AND b.series_id IS NULL AND b.expires_at IS NULL AND b.state IN ('confirmed', 'cancelled')
          AND hubd.feed_shows(b.state = 'cancelled', b.cancelled_at, b.during, shown, kept_since, keep_outside)
        UNION ALL
        SELECT s.id FROM hubd.series AS s
        WHERE s.id > behind AND (s.person_id = of_person OR s.hub_id = of_hub OR s.organisation_id = of_organisation OR s.team_id = of_team)
          AND hubd.feed_series_shows(s, shown, kept_since, keep_outside)
        ORDER BY id LIMIT page) AS found);
END $$;

-- What is said of a booking beyond its times. Titles of meetings, of drafts and of events that only those invited know stay inside; notes are the booker's own.
CREATE OR REPLACE FUNCTION hubd.feed_titled_page(subject text, kind text, id bigint, event bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN event IS NOT NULL THEN 'events/' || event WHEN subject = 'mine' AND kind = 'series' THEN 'me'
        WHEN subject = 'mine' THEN 'me/bookings/' || id END;

CREATE OR REPLACE FUNCTION hubd.feed_titled(subject text, ids bigint[], language text, known_ids bigint[], known_versions bigint[])
    RETURNS SETOF hubd.feed_entry LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH entry AS (
            SELECT b.id, b.hub_id, 'booking' AS kind, e.id AS event, place.names, place.site_id, concat_ws(',', b.xmin, e.xmin, o.xmin, place.versions) AS versions,
                b.uid, b.sequence, greatest(b.revised_at, e.revised_at) AS revised_at, b.created_at, b.during, b.local_start, b.local_end, b.zone, b.state, b.note, NULL AS series,
                CASE WHEN b.kind = 'meeting' OR (b.kind = 'event' AND (seen.id IS NULL OR seen.audience = 'invited' OR seen.state = 'draft')) THEN NULL
                    WHEN b.kind = 'event' THEN hubd.say(language, seen.title, coalesce(nullif(seen.title_en, ''), seen.title))
                    ELSE coalesce(nullif(b.title, ''), place.names) END AS title
            FROM unnest(ids) AS wanted (id) JOIN hubd.booking AS b ON b.id = wanted.id
            LEFT JOIN hubd.occurrence AS o ON b.kind = 'event' AND o.hub_id = b.hub_id AND o.booking_id = b.id
            LEFT JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
            LEFT JOIN LATERAL hubd.event_on(e, o) AS seen ON e.id IS NOT NULL
            CROSS JOIN LATERAL hubd.feed_own_place(b, language) AS place
            UNION ALL
            SELECT s.id, s.hub_id, 'series', NULL, place.names, place.site_id, concat_ws(',', s.xmin, place.versions, dates.series, hubd.feed_day()),
                s.uid, s.sequence, s.revised_at, s.created_at, NULL, s.local_start, hubd.feed_series_end(s), s.zone, s.state, s.note, dates.series,
                coalesce(nullif(s.title, ''), place.names)
            FROM unnest(ids) AS wanted (id) JOIN hubd.series AS s ON s.id = wanted.id
            CROSS JOIN LATERAL hubd.feed_series_place(s, language) AS place
            CROSS JOIN LATERAL hubd.feed_series_document(s, NULL, language, true, subject = 'mine') AS dates (series)
        ), versioned AS (
            SELECT entry.*, h.name AS hub_name, h.slug AS hub, hashtextextended(concat_ws(',', entry.versions, h.xmin, s.xmin), 0) AS version,
                hubd.feed_place(entry.names, s) AS place, s.latitude, s.longitude
            FROM entry JOIN hubd.hub AS h ON h.id = entry.hub_id LEFT JOIN hubd.site AS s ON s.hub_id = entry.hub_id AND s.id = entry.site_id
        )
        SELECT e.id, e.version, false, e.uid, e.sequence, hubd.feed_epoch(e.revised_at), hubd.feed_epoch(e.created_at),
            hubd.feed_epoch(lower(e.during)), hubd.feed_epoch(upper(e.during)), hubd.feed_epoch(e.local_start), hubd.feed_epoch(e.local_end),
            false, e.zone, e.state, e.title, CASE WHEN subject = 'mine' THEN e.note END, e.place, e.latitude, e.longitude, NULL,
            CASE WHEN e.title IS NOT NULL THEN e.hub_name END, e.hub, NULL, NULL, NULL, NULL, NULL, NULL, true,
            hubd.feed_titled_page(subject, e.kind, e.id, CASE WHEN e.title IS NOT NULL THEN e.event END), NULL, e.series
        FROM versioned AS e LEFT JOIN unnest(known_ids, known_versions) AS known (id, version) ON known.id = e.id AND known.version = e.version
        WHERE known.id IS NULL
        UNION ALL
        SELECT e.id, e.version, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM versioned AS e JOIN unnest(known_ids, known_versions) AS known (id, version) ON known.id = e.id AND known.version = e.version
        ORDER BY 1;
    END;
