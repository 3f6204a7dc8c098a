-- SPDX-License-Identifier: GPL-3.0-or-later
-- What repeats, as a feed's reader in C wants it: the rule, further dates, dates that do not take place, and those that differ. Local times
-- are seconds on the wall clock; {"rrule", "rdates": [[start, end or null], …], "exdates": [start, …], "last": when the last
-- stored date ends, "overrides": [{"recurrence", "start", "end", "local_start", "local_end", "state", …texts}]}.

-- A time of a date on its series' clock, whatever clock the date itself is meant by: TZID is the series', for RECURRENCE-ID has DTSTART's form.
CREATE OR REPLACE FUNCTION hubd.feed_clock(at timestamptz, local timestamp, own_zone text, zone text) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN hubd.feed_epoch(CASE WHEN own_zone = zone THEN local ELSE at AT TIME ZONE zone END);

-- A series of events.
CREATE OR REPLACE FUNCTION hubd.feed_event_series(e hubd.event, rooms text, s hubd.site, language text) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN e.local_start IS NOT NULL THEN jsonb_build_object('rrule', e.rrule,
        'rdates', ARRAY(SELECT jsonb_build_array(hubd.feed_epoch(split_part(d, '/', 1)::timestamp), hubd.feed_epoch(nullif(split_part(d, '/', 2), '')::timestamp))
            FROM unnest(e.rdates) AS d),
        'exdates', ARRAY(SELECT hubd.feed_epoch(d) FROM unnest(e.exdates) AS d
            UNION SELECT hubd.feed_epoch(o.recurrence_id) FROM hubd.occurrence AS o
            WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.recurrence_id IS NOT NULL AND o.state = 'cancelled' AND e.state <> 'cancelled' ORDER BY 1),
        'last', (SELECT hubd.feed_epoch(max(upper(o.during))) FROM hubd.occurrence AS o WHERE o.hub_id = e.hub_id AND o.event_id = e.id),
        'overrides', ARRAY(SELECT jsonb_build_object('recurrence', hubd.feed_epoch(o.recurrence_id),
                'start', hubd.feed_epoch(lower(o.during)), 'end', hubd.feed_epoch(upper(o.during)),
                'local_start', hubd.feed_clock(lower(o.during), o.local_start, CASE WHEN e.is_all_day THEN e.zone ELSE d.zone END, e.zone),
                'local_end', hubd.feed_clock(upper(o.during), o.local_end, CASE WHEN e.is_all_day THEN e.zone ELSE d.zone END, e.zone), 'state', e.state,
                'title', hubd.say(language, d.title, coalesce(nullif(d.title_en, ''), d.title)),
                'text', hubd.say(language, d.text, coalesce(nullif(d.text_en, ''), d.text)),
                'location', hubd.feed_location(d.place, coalesce((SELECT string_agg(hubd.say(language, r.name_de, r.name_en), ', ' ORDER BY r.position, r.id)
                    FROM hubd.resource AS r WHERE r.hub_id = e.hub_id
                        AND r.id IN (SELECT wanted::bigint FROM jsonb_array_elements_text(o.changes -> 'resource_ids') AS wanted)), rooms), s),
                'speakers', array_to_string(d.speakers, ', '), 'organiser', d.organiser, 'price', d.price, 'url', d.url,
                'online', d.online_url, 'image', d.image_url)
            FROM hubd.occurrence AS o CROSS JOIN LATERAL jsonb_populate_record(e, o.changes) AS d
            WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.recurrence_id IS NOT NULL AND o.changes IS NOT NULL
                AND (o.state <> 'cancelled' OR e.state = 'cancelled')
            ORDER BY o.recurrence_id))::text END;

-- The bookings of a series: which of them take one of the resources (NULL: any). A date that the rule gives and that is not among them does not take
-- place, unless it lies beyond what is stored.
CREATE OR REPLACE FUNCTION hubd.feed_series_dates(s hubd.series, resources bigint[]) RETURNS SETOF hubd.booking LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT b.* FROM hubd.booking AS b
        WHERE b.hub_id = (s).hub_id AND b.series_id = (s).id AND (b.state = ANY (ARRAY['confirmed', 'held']) OR (s).state = 'cancelled')
            AND (resources IS NULL OR EXISTS (SELECT FROM hubd.booking_item AS i
                WHERE i.hub_id = b.hub_id AND i.booking_id = b.id AND i.resource_id = ANY (resources)));
    END;

-- How long a date is on the wall clock.
CREATE OR REPLACE FUNCTION hubd.feed_series_end(s hubd.series) RETURNS timestamp LANGUAGE sql IMMUTABLE
    RETURN coalesce(s.local_end, s.local_start + s.duration);

-- What a booking, or each date of a series, wants, as one text: a date whose text differs was changed by itself.
CREATE OR REPLACE FUNCTION hubd.feed_wanted(b hubd.booking) RETURNS text LANGUAGE sql STABLE
    RETURN (SELECT string_agg(i.resource_id || '*' || i.count, ',' ORDER BY i.position) FROM hubd.booking_item AS i
        WHERE i.hub_id = b.hub_id AND i.booking_id = b.id);
CREATE OR REPLACE FUNCTION hubd.feed_wanted(s hubd.series) RETURNS text LANGUAGE sql STABLE
    RETURN (SELECT string_agg(i.resource_id || '*' || i.count, ',' ORDER BY i.position) FROM hubd.series_item AS i
        WHERE i.hub_id = s.hub_id AND i.series_id = s.id);

-- A date of a series says something else than the series does. Where titles do not show only times can differ.
CREATE OR REPLACE FUNCTION hubd.feed_differs(s hubd.series, b hubd.booking, has_titles boolean) RETURNS boolean LANGUAGE sql STABLE
    RETURN b.local_start <> b.recurrence_id OR b.zone <> s.zone OR b.local_end - b.local_start <> hubd.feed_series_end(s) - s.local_start
        OR (b.state = 'held') OR (has_titles AND (b.title <> s.title OR b.note <> s.note OR hubd.feed_wanted(b) IS DISTINCT FROM hubd.feed_wanted(s)));

-- Names of what a booking has and where ("2 × 3D-Drucker, Haus Nord, Kai 1, …").
CREATE OR REPLACE FUNCTION hubd.feed_place(names text, s hubd.site) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN concat_ws(', ', names, nullif(s.name, ''), nullif(s.street, ''), nullif(concat_ws(' ', nullif(s.postcode, ''), nullif(s.city, '')), ''));

-- A series of bookings, as the document above; an override has its own "sequence" and "revised". has_titles, has_notes: what of it shows
-- beyond its times.
CREATE OR REPLACE FUNCTION hubd.feed_series_document(s hubd.series, resources bigint[], language text, has_titles boolean, has_notes boolean)
    RETURNS text LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH dates AS MATERIALIZED (
            SELECT b.id, b.recurrence_id, b.during, b.zone, b.local_start, b.local_end, b.state, b.title, b.note, b.revised_at, b.sequence,
                hubd.feed_differs(s, b, has_titles) AS differs
            FROM hubd.feed_series_dates(s, resources) AS b
        ), gone AS (
            SELECT unnest((s).exdates) AS at
            UNION SELECT m.recurrence_id FROM hubd.series_miss AS m WHERE m.hub_id = (s).hub_id AND m.series_id = (s).id
            UNION SELECT b.recurrence_id FROM hubd.booking AS b WHERE b.hub_id = (s).hub_id AND b.series_id = (s).id AND NOT EXISTS (SELECT FROM dates WHERE dates.id = b.id)
        )
        SELECT jsonb_build_object('rrule', nullif((s).rrule, ''),
                'rdates', ARRAY(SELECT jsonb_build_array(hubd.feed_epoch(d), NULL) FROM unnest((s).rdates) AS d),
                'exdates', ARRAY(SELECT hubd.feed_epoch(gone.at) FROM gone WHERE NOT EXISTS (SELECT FROM dates WHERE dates.recurrence_id = gone.at) ORDER BY gone.at),
                'last', (SELECT hubd.feed_epoch(max(upper(during))) FROM dates),
                'overrides', ARRAY(SELECT jsonb_build_object('recurrence', hubd.feed_epoch(d.recurrence_id),
                        'start', hubd.feed_epoch(lower(d.during)), 'end', hubd.feed_epoch(upper(d.during)),
                        'local_start', hubd.feed_clock(lower(d.during), d.local_start, d.zone, (s).zone), 'local_end', hubd.feed_clock(upper(d.during), d.local_end, d.zone, (s).zone),
                        'sequence', d.sequence, 'revised', hubd.feed_epoch(d.revised_at), 'state', CASE WHEN (s).state = 'cancelled' THEN 'cancelled' WHEN d.state = 'held' THEN 'tentative' ELSE 'confirmed' END)
                    || CASE WHEN NOT has_titles THEN '{}' ELSE jsonb_build_object('title', coalesce(nullif(d.title, ''), place.names),
                        'text', CASE WHEN has_notes THEN d.note END, 'location', hubd.feed_place(place.names, site)) END
                    FROM dates AS d JOIN hubd.booking AS b ON b.hub_id = (s).hub_id AND b.id = d.id
                    CROSS JOIN LATERAL hubd.feed_own_place(b, language) AS place
                    LEFT JOIN hubd.site AS site ON site.hub_id = (s).hub_id AND site.id = place.site_id
                    WHERE d.differs ORDER BY d.recurrence_id))::text;
    END;
