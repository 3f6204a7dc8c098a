-- SPDX-License-Identifier: GPL-3.0-or-later
-- A private feed: the bookings of one person, with their titles.

-- Confirmed ones, and those cancelled lately; a hold is not promised to anybody yet.
CREATE OR REPLACE FUNCTION hubd.feed_own_ids(person bigint, behind bigint, page integer, shown tstzrange, kept_since timestamptz, keep_outside boolean)
    RETURNS bigint[] LANGUAGE sql STABLE
    RETURN (SELECT array_agg(found.id) FROM (
        SELECT b.id FROM hubd.booking AS b
        WHERE b.person_id = person AND b.id > behind AND b.kind = 'booking' AND b.expires_at IS NULL AND b.state IN ('confirmed', 'cancelled')
          AND hubd.feed_shows(b.state = 'cancelled', b.cancelled_at, b.during, shown, kept_since, keep_outside)
        ORDER BY b.id LIMIT page) AS found);

-- What a booking has, in words ("2 × 3D-Drucker"), where that is, and the versions of the rows that say so.
CREATE OR REPLACE FUNCTION hubd.feed_own_place(b hubd.booking, language text, OUT names text, OUT site_id bigint, OUT versions text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT string_agg(CASE WHEN i.count > 1 THEN i.count || ' × ' ELSE '' END || hubd.say(language, r.name_de, r.name_en), ', ' ORDER BY i.position),
            (array_agg(r.site_id ORDER BY i.position))[1], string_agg(i.xmin || '.' || r.xmin, ',' ORDER BY i.position)
        FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
        WHERE i.hub_id = (b).hub_id AND i.booking_id = (b).id;
    END;

CREATE OR REPLACE FUNCTION hubd.feed_own(ids bigint[], language text, known_ids bigint[], known_versions bigint[])
    RETURNS SETOF hubd.feed_entry LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH entry AS (
            SELECT b, place.names, place.site_id, h.name AS hub_name, h.slug AS hub,
                hashtextextended(concat_ws(',', b.xmin, h.xmin, s.xmin, place.versions), 0) AS version
            FROM unnest(ids) AS wanted (id) JOIN hubd.booking AS b ON b.id = wanted.id JOIN hubd.hub AS h ON h.id = b.hub_id
            CROSS JOIN LATERAL hubd.feed_own_place(b, language) AS place
            LEFT JOIN hubd.site AS s ON s.hub_id = b.hub_id AND s.id = place.site_id
        )
        SELECT (e.b).id, e.version, false, (e.b).uid, (e.b).sequence, hubd.feed_epoch((e.b).revised_at), hubd.feed_epoch((e.b).created_at),
            hubd.feed_epoch(lower((e.b).during)), hubd.feed_epoch(upper((e.b).during)), hubd.feed_epoch((e.b).local_start), hubd.feed_epoch((e.b).local_end),
            false, (e.b).zone, (e.b).state, coalesce(nullif((e.b).title, ''), e.names), (e.b).note,
            concat_ws(', ', e.names, nullif(s.name, ''), nullif(s.street, ''), nullif(concat_ws(' ', nullif(s.postcode, ''), nullif(s.city, '')), '')),
            s.latitude, s.longitude, NULL, e.hub_name, e.hub, NULL, NULL, NULL, NULL, NULL, NULL, true,
            'me/bookings/' || (e.b).id, NULL, NULL
        FROM entry AS e LEFT JOIN hubd.site AS s ON s.hub_id = (e.b).hub_id AND s.id = e.site_id
        LEFT JOIN unnest(known_ids, known_versions) AS known (id, version) ON known.id = (e.b).id AND known.version = e.version
        WHERE known.id IS NULL
        UNION ALL
        SELECT (e.b).id, e.version, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM entry AS e JOIN unnest(known_ids, known_versions) AS known (id, version) ON known.id = (e.b).id AND known.version = e.version
        ORDER BY 1;
    END;
