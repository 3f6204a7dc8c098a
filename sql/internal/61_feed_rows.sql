-- SPDX-License-Identifier: GPL-3.0-or-later
-- What stands in a feed: which events and bookings, and the columns of each. They cross hubs (the feed of all, of a topic) and
-- run as hubd_network; only what is public leaves them.

-- Seconds since 1970; of a local time those on the wall clock.
CREATE OR REPLACE FUNCTION hubd.feed_epoch(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN floor(extract(epoch FROM at))::bigint;
CREATE OR REPLACE FUNCTION hubd.feed_epoch(at timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN floor(extract(epoch FROM at))::bigint;

-- The UTC date. Where a series is shown as single events, which of them depends on the window, and that moves with the date.
CREATE OR REPLACE FUNCTION hubd.feed_day() RETURNS date LANGUAGE sql STABLE RETURN (hubd.present() AT TIME ZONE 'UTC')::date;

-- A cancelled event stays for 60 days, also outside a sliding window (keep_outside); others while they touch the window.
CREATE OR REPLACE FUNCTION hubd.feed_shows(is_cancelled boolean, cancelled_at timestamptz, during tstzrange, shown tstzrange,
    kept_since timestamptz, keep_outside boolean) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN is_cancelled THEN cancelled_at >= kept_since AND (keep_outside OR during && shown) ELSE during && shown END;

-- The next ids of a feed behind one, in the order of ids: an id never changes, so no revision moves an entry between pages. An event is shown while
-- one of its dates touches the window: of a cancelled one all its dates count, of others those that take place. Each kind has its statement,
-- written out: it walks its own index, and a function in its place would be called for each row. (SELECT true … LIMIT 1) and not EXISTS, for which
-- the planner would read all occurrences at once, for a page of few.
CREATE OR REPLACE FUNCTION hubd.feed_event_ids(kind text, hub bigint, topic text, event bigint, behind bigint, page integer,
    shown tstzrange, kept_since timestamptz, keep_outside boolean) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    ids bigint[];
BEGIN
    IF kind = 'hub' THEN
        SELECT array_agg(found.id) INTO ids FROM (
            SELECT e.id FROM hubd.event AS e
            WHERE e.hub_id = hub AND e.id > behind AND e.audience = 'public' AND e.state <> 'draft' AND (CASE WHEN e.state = 'cancelled'
                THEN e.cancelled_at >= kept_since AND (keep_outside OR (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown LIMIT 1))
                ELSE (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown AND o.state <> 'cancelled' LIMIT 1) END)
            ORDER BY e.id LIMIT page) AS found;
    ELSIF kind = 'topic' THEN
        SELECT array_agg(found.id) INTO ids FROM (
            SELECT e.id FROM hubd.event AS e
            WHERE e.topics @> ARRAY[topic] AND e.id > behind AND e.audience = 'public' AND e.state <> 'draft'
              AND (CASE WHEN e.state = 'cancelled'
                THEN e.cancelled_at >= kept_since AND (keep_outside OR (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown LIMIT 1))
                ELSE (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown AND o.state <> 'cancelled' LIMIT 1) END)
            ORDER BY e.id LIMIT page) AS found;
    ELSIF kind = 'organisation' THEN
        SELECT array_agg(found.id) INTO ids FROM (
            SELECT e.id FROM hubd.event AS e
            WHERE lower(e.organiser) = topic AND e.organiser <> '' AND e.id > behind AND e.audience = 'public' AND e.state <> 'draft'
              AND (CASE WHEN e.state = 'cancelled'
                THEN e.cancelled_at >= kept_since AND (keep_outside OR (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown LIMIT 1))
                ELSE (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown AND o.state <> 'cancelled' LIMIT 1) END)
            ORDER BY e.id LIMIT page) AS found;
    ELSIF kind = 'all' THEN
        SELECT array_agg(found.id) INTO ids FROM (
            SELECT e.id FROM hubd.event AS e
            WHERE e.id > behind AND e.audience = 'public' AND e.state <> 'draft' AND (CASE WHEN e.state = 'cancelled'
                THEN e.cancelled_at >= kept_since AND (keep_outside OR (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown LIMIT 1))
                ELSE (SELECT true FROM hubd.occurrence AS o
                    WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.during && shown AND o.state <> 'cancelled' LIMIT 1) END)
            ORDER BY e.id LIMIT page) AS found;
    ELSIF kind = 'event' THEN
        SELECT array_agg(e.id) INTO ids FROM hubd.event AS e
        WHERE e.id = event AND e.id > behind AND e.audience = 'public' AND e.state <> 'draft';
    END IF;
    RETURN ids;
END $$;

-- All resources that share a unit with one (itself included): a booking of the hall is seen in its half.
CREATE OR REPLACE FUNCTION hubd.feed_kin(hub bigint, resource bigint) RETURNS bigint[] LANGUAGE sql STABLE
    RETURN (SELECT array_agg(DISTINCT other.resource_id ORDER BY other.resource_id)
            FROM hubd.resource_unit AS own JOIN hubd.resource_unit AS other ON other.hub_id = own.hub_id AND other.unit_id = own.unit_id
            WHERE own.hub_id = hub AND own.resource_id = resource);

-- One of its dates that takes place touches the window; a cancelled series stays for 60 days.
CREATE OR REPLACE FUNCTION hubd.feed_series_shows(s hubd.series, shown tstzrange, kept_since timestamptz, keep_outside boolean) RETURNS boolean LANGUAGE sql STABLE
    RETURN CASE WHEN s.state = 'cancelled' THEN s.cancelled_at >= kept_since AND (keep_outside OR EXISTS (SELECT FROM hubd.booking AS b
            WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.during && shown))
        ELSE EXISTS (SELECT FROM hubd.booking AS b
            WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.during && shown AND b.state IN ('confirmed', 'held')) END;

-- Whether a series is for one of the resources: then its dates there are one entry. A date that took another resource instead is an entry by itself.
CREATE OR REPLACE FUNCTION hubd.feed_series_is_for(hub bigint, series bigint, resources bigint[]) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM hubd.series_item AS i WHERE i.hub_id = hub AND i.series_id = series AND i.resource_id = ANY (resources));

-- Bookings and series that block a unit of the resource, and those cancelled lately that were for it or its kin.
CREATE OR REPLACE FUNCTION hubd.feed_booking_ids(hub bigint, resource bigint, behind bigint, page integer,
    shown tstzrange, kept_since timestamptz, keep_outside boolean) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    kin bigint[] := hubd.feed_kin(hub, resource);
BEGIN
    RETURN (SELECT array_agg(found.id) FROM (
        SELECT b.id FROM hubd.claim AS c JOIN hubd.booking AS b ON b.hub_id = c.booking_hub_id AND b.id = c.booking_id
        WHERE c.hub_id = hub AND c.booking_id > behind AND c.lane = '[9,10)' AND c.during && shown
          AND c.unit_id IN (SELECT u.unit_id FROM hubd.resource_unit AS u WHERE u.hub_id = hub AND u.resource_id = resource)
          AND (b.series_id IS NULL OR NOT hubd.feed_series_is_for(hub, b.series_id, kin))
        UNION
        SELECT b.id FROM hubd.booking AS b
        WHERE b.hub_id = hub AND b.id > behind AND b.state = 'cancelled' AND b.series_id IS NULL
          AND hubd.feed_shows(true, b.cancelled_at, b.during, shown, kept_since, keep_outside)
          AND EXISTS (SELECT FROM hubd.booking_item AS i WHERE i.hub_id = b.hub_id AND i.booking_id = b.id AND i.resource_id = ANY (kin))
        UNION
        SELECT s.id FROM hubd.series AS s
        WHERE s.hub_id = hub AND s.id > behind AND hubd.feed_series_is_for(hub, s.id, kin) AND hubd.feed_series_shows(s, shown, kept_since, keep_outside)
        ORDER BY id LIMIT page) AS found);
END $$;

-- The rooms of an event in the order of the hub's list: their names, where they are, and the versions of their rows.
CREATE OR REPLACE FUNCTION hubd.feed_rooms(hub bigint, event bigint, language text, OUT names text, OUT site_id bigint, OUT versions text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT string_agg(hubd.say(language, r.name_de, r.name_en), ', ' ORDER BY r.position, r.id), min(r.site_id),
            string_agg(r.xmin::text, ',' ORDER BY r.id)
        FROM hubd.event_resource AS er JOIN hubd.resource AS r ON r.hub_id = er.hub_id AND r.id = er.resource_id
        WHERE er.hub_id = hub AND er.event_id = event;
    END;

-- Where an event is, as text: what an import said stays as it was; else its rooms and its site's address.
CREATE OR REPLACE FUNCTION hubd.feed_location(place text, rooms text, site hubd.site) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN coalesce(nullif(place, ''), concat_ws(', ', rooms, nullif(site.name, ''), nullif(site.street, ''),
        nullif(concat_ws(' ', nullif(site.postcode, ''), nullif(site.city, '')), '')));

-- Names of topics and an import's own categories, joined by the unit separator, which no text may contain.
CREATE OR REPLACE FUNCTION hubd.feed_categories(topics text[], categories text[], language text) RETURNS text LANGUAGE sql STABLE
    RETURN (SELECT string_agg(name, chr(31) ORDER BY position) FROM (
        SELECT DISTINCT ON (name) name, position FROM (
            SELECT coalesce(hubd.say(language, t.name_de, t.name_en), wanted.slug) AS name, wanted.position
            FROM unnest(topics) WITH ORDINALITY AS wanted (slug, position) LEFT JOIN hubd.topic AS t ON t.slug = wanted.slug
            UNION ALL
            SELECT own.name, 1000 + own.position FROM unnest(categories) WITH ORDINALITY AS own (name, position)
            WHERE own.name <> '') AS every ORDER BY name, position) AS once);

-- What a booking has, in words ("2 × 3D-Drucker"), where that is, and the versions of the rows that say so.
CREATE OR REPLACE FUNCTION hubd.feed_own_place(b hubd.booking, language text, OUT names text, OUT site_id bigint, OUT versions text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT string_agg(CASE WHEN i.count > 1 THEN i.count || ' × ' ELSE '' END || hubd.say(language, r.name_de, r.name_en), ', ' ORDER BY i.position),
            (array_agg(r.site_id ORDER BY i.position))[1], string_agg(i.xmin || '.' || r.xmin, ',' ORDER BY i.position)
        FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
        WHERE i.hub_id = (b).hub_id AND i.booking_id = (b).id;
    END;

-- The same of a series.
CREATE OR REPLACE FUNCTION hubd.feed_series_place(s hubd.series, language text, OUT names text, OUT site_id bigint, OUT versions text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT string_agg(CASE WHEN i.count > 1 THEN i.count || ' × ' ELSE '' END || hubd.say(language, r.name_de, r.name_en), ', ' ORDER BY i.position),
            (array_agg(r.site_id ORDER BY i.position))[1], string_agg(i.xmin || '.' || r.xmin, ',' ORDER BY i.position)
        FROM hubd.series_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
        WHERE i.hub_id = (s).hub_id AND i.series_id = (s).id;
    END;

-- The first ids of a page that two lists give together, each the next ones of its kind.
CREATE OR REPLACE FUNCTION hubd.feed_page_of(ids bigint[], page integer) RETURNS bigint[] LANGUAGE sql IMMUTABLE
    RETURN (SELECT array_agg(first.id) FROM (SELECT id FROM unnest(ids) AS id ORDER BY id LIMIT page) AS first);
