-- SPDX-License-Identifier: GPL-3.0-or-later
-- Series: how one looks, and its dates on their way through a decision. A date is a hubd.series_date: first free | rule, then, placed,
-- free | conflict | rule, and at last booked | substituted | skipped | queued.

-- A series' address does not name its hub; this looks through the fence, for the number alone.
CREATE OR REPLACE FUNCTION hubd.hub_of_series(series bigint) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT s.hub_id FROM hubd.series AS s WHERE s.id = series);
END $$;
ALTER FUNCTION hubd.hub_of_series(bigint) OWNER TO hubd_network;

-- ISO 8601, as requests write it: PT90M.
CREATE OR REPLACE FUNCTION hubd.duration_text(length interval) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN extract(epoch FROM length)::bigint % 60 = 0 THEN format('PT%sM', extract(epoch FROM length)::bigint / 60)
        ELSE format('PT%sS', extract(epoch FROM length)::bigint) END;

CREATE OR REPLACE FUNCTION hubd.walls(moments timestamp[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.wall(at) ORDER BY at), '[]') FROM unnest(moments) AS at);
END $$;

-- The items as a request names them.
CREATE OR REPLACE FUNCTION hubd.series_items_document(hub bigint, series bigint, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('resource', CASE WHEN i.wanted IS NULL THEN r.slug END,
            'name', CASE WHEN i.wanted IS NULL THEN hubd.say(language, r.name_de, r.name_en) END, 'count', i.count,
            'units', CASE WHEN i.pinned_unit_ids <> '{}' THEN to_jsonb(i.pinned_unit_ids) END,
            'wanted', CASE WHEN i.wanted IS NOT NULL THEN i.wanted - 'site_id' || coalesce((SELECT jsonb_build_object('site', s.slug) FROM hubd.site AS s
                WHERE s.hub_id = hub AND s.id = (i.wanted ->> 'site_id')::bigint), '{}') END)) ORDER BY i.position)
        FROM hubd.series_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
        WHERE i.hub_id = hub AND i.series_id = series);
END $$;

-- The series as JSON, for its booker and managers; nobody else sees one.
CREATE OR REPLACE FUNCTION hubd.series_document(s hubd.series, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN jsonb_build_object('id', s.id, 'hub', (SELECT h.slug FROM hubd.hub AS h WHERE h.id = s.hub_id), 'kind', s.kind, 'state', s.state,
        'title', s.title, 'note', s.note, 'person', (SELECT jsonb_build_object('name', p.name) FROM hubd.person AS p WHERE p.id = s.person_id),
        'zone', s.zone, 'local_start', hubd.wall(s.local_start), 'local_end', hubd.wall(s.local_end), 'duration', hubd.duration_text(s.duration),
        'rrule', s.rrule, 'rdates', hubd.walls(s.rdates), 'exdates', hubd.walls(s.exdates), 'choice', s.choice, 'at_most', s.at_most,
        'at_most_percent', s.at_most_percent, 'booked_until', hubd.instant(s.materialised_until), 'follows', s.follows_id,
        'items', hubd.series_items_document(s.hub_id, s.id, language), 'uid', s.uid, 'sequence', s.sequence, 'revision', s.revision::text,
        'links', jsonb_build_object('self', '/api/v1/series/' || s.id));
END $$;

-- Does this date say something of its own? Its time, its length, its title or its items: then it is an override (RFC 5545 3.8.4.4).
CREATE OR REPLACE FUNCTION hubd.has_own_time(s hubd.series, b hubd.booking) RETURNS boolean LANGUAGE sql STABLE
    RETURN (b).local_start <> (b).recurrence_id OR (b).zone <> (s).zone
        OR CASE WHEN (s).duration IS NOT NULL THEN upper((b).during) - lower((b).during) <> (s).duration
            ELSE (b).local_end - (b).local_start <> (s).local_end - (s).local_start END;

CREATE OR REPLACE FUNCTION hubd.has_own_items(s hubd.series, b hubd.booking) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- The answer to a wish changes by itself; the wish does not.
    RETURN ARRAY (SELECT ROW(i.position, CASE WHEN i.wanted IS NULL THEN i.resource_id END, i.wanted, i.count, i.pinned_unit_ids)::text
            FROM hubd.booking_item AS i WHERE i.hub_id = b.hub_id AND i.booking_id = b.id ORDER BY i.position)
        <> ARRAY (SELECT ROW(i.position, CASE WHEN i.wanted IS NULL THEN i.resource_id END, i.wanted, i.count, i.pinned_unit_ids)::text
            FROM hubd.series_item AS i WHERE i.hub_id = s.hub_id AND i.series_id = s.id ORDER BY i.position);
END $$;

-- What a calendar leaves out of the rule (EXDATE): what was left out or deleted, and what could not be had.
CREATE OR REPLACE FUNCTION hubd.series_left_out(s hubd.series) RETURNS timestamp[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY (SELECT unnest(s.exdates) UNION SELECT m.recurrence_id FROM hubd.series_miss AS m WHERE m.hub_id = s.hub_id AND m.series_id = s.id ORDER BY 1);
END $$;

-- ---- the dates of a request ----

-- As C expanded them: [{"date", "start", "end", "local_end", "fit"}], without those that are left out; what a rule says of each.
CREATE OR REPLACE FUNCTION hubd.read_dates(caller jsonb, dates jsonb, left_out timestamp[], is_manager boolean) RETURNS hubd.series_date[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (
        SELECT ROW(row_number() OVER (ORDER BY lower(d.during)), d.date, d.during, d.local_end, d.fit, NULL,
            CASE WHEN r.rule IS NULL THEN 'free' ELSE 'rule' END, r.rule, '[]', NULL, NULL)::hubd.series_date
        FROM (SELECT (o ->> 'date')::timestamp AS date, tstzrange((o ->> 'start')::timestamptz, (o ->> 'end')::timestamptz) AS during,
                (o ->> 'local_end')::timestamp AS local_end, o ->> 'fit' AS fit FROM jsonb_array_elements(dates) AS o) AS d
        CROSS JOIN LATERAL (SELECT regexp_replace((hubd.problem_of_time(caller, lower(d.during), upper(d.during), is_manager)).body::jsonb ->> 'type', '.*/', '') AS rule) AS r
        WHERE d.date <> ALL (left_out) ORDER BY lower(d.during));
END $$;

-- How far two dates must stand apart where these things have setup or turnover; desks of a pool take turns.
CREATE OR REPLACE FUNCTION hubd.gap_of(hub bigint, items hubd.item[]) RETURNS interval LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(max(greatest(u.setup, u.turnover)), '0') FROM unnest(items) AS i
        JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = i.resource_id
        JOIN hubd.unit AS u ON u.hub_id = hub AND u.id = ru.unit_id WHERE NOT i.is_pool AND i.wanted IS NULL);
END $$;

-- What is wrong with the dates among themselves; NULL: nothing. Two that overlap would vanish silently in the one INSERT.
CREATE OR REPLACE FUNCTION hubd.problem_of_dates(caller jsonb, dates hubd.series_date[], gap interval) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    pairs jsonb;
BEGIN
    IF dates = '{}' THEN
        RETURN hubd.problem_unprocessable(caller, 'no-dates', '/rrule', 'Die Serie hat keinen einzigen Termin.', 'The series has not a single date.');
    END IF;
    SELECT jsonb_agg(jsonb_build_object('first', hubd.wall(e.date), 'second', hubd.wall(e.next)) ORDER BY e.date) INTO pairs
    FROM (SELECT d.date, lead(d.date) OVER by_start AS next FROM unnest(dates) AS d
          WINDOW by_start AS (ORDER BY lower(d.during))) AS e
    JOIN unnest(dates) AS one ON one.date = e.date JOIN unnest(dates) AS other ON other.date = e.next
    WHERE lower(other.during) < upper(one.during) + gap;
    RETURN CASE WHEN pairs IS NOT NULL THEN hubd.problem_unprocessable(caller, 'dates-overlap', '/rrule',
        format('Termine der Serie überschneiden sich selbst, der erste davon am %s mit dem am %s: kürzer buchen oder seltener wiederholen.',
            to_char((pairs -> 0 ->> 'first')::timestamp, 'DD.MM.YYYY HH24:MI'), to_char((pairs -> 0 ->> 'second')::timestamp, 'DD.MM.YYYY HH24:MI')),
        format('Dates of the series overlap each other, the first of them %s with %s: book shorter ones or repeat them less often.',
            replace(pairs -> 0 ->> 'first', 'T', ' '), replace(pairs -> 0 ->> 'second', 'T', ' ')),
        jsonb_build_object('overlaps', (SELECT jsonb_agg(p) FROM (SELECT p FROM jsonb_array_elements(pairs) AS p LIMIT 20) AS few))) END;
END $$;

-- One date of an answer. What is in the way was redacted when it was found.
CREATE OR REPLACE FUNCTION hubd.date_document(d hubd.series_date) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_strip_nulls(jsonb_build_object('date', hubd.wall((d).date), 'start', hubd.instant(lower((d).during)), 'end', hubd.instant(upper((d).during)),
        'state', CASE WHEN (d).state = 'conflict' AND (d).reason = 'closed' THEN 'rule' ELSE (d).state END,
        'rule', CASE WHEN (d).state = 'rule' OR (d).reason = 'closed' THEN (d).reason END, 'reason', (d).reason, 'note', (d).fit, 'booking', (d).booking_id,
        'was', hubd.wall((d).was), 'conflicts', CASE WHEN (d).conflicts <> '[]' THEN (d).conflicts END, 'substitute', (d).substitute));

CREATE OR REPLACE FUNCTION hubd.dates_document(dates hubd.series_date[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.date_document(d) ORDER BY lower(d.during), d.date), '[]') FROM unnest(dates) AS d);
END $$;

-- How many dates there are of each state: {"free": 9, "conflict": 1}.
CREATE OR REPLACE FUNCTION hubd.count_dates(documents jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_object_agg(c.state, c.dates), '{}')
        FROM (SELECT d ->> 'state' AS state, count(*) AS dates FROM jsonb_array_elements(documents) AS d GROUP BY 1) AS c);
END $$;

-- The dates as they stand: what is booked from a month ago on, and what could not be had; at most a thousand.
CREATE OR REPLACE FUNCTION hubd.series_dates_document(s hubd.series, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(d.document ORDER BY d.at), '[]') FROM (
        SELECT u.document, u.at FROM (
            SELECT lower(b.during) AS at, jsonb_strip_nulls(jsonb_build_object('date', hubd.wall(b.recurrence_id), 'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)),
                'local_start', hubd.wall(b.local_start), 'local_end', hubd.wall(b.local_end), 'state', 'booked', 'booking', b.id,
                'title', CASE WHEN b.title <> s.title THEN b.title END, 'own_time', CASE WHEN hubd.has_own_time(s, b) THEN true END,
                'items', CASE WHEN hubd.has_own_items(s, b) THEN hubd.items_document(b.hub_id, b.id, language) END)) AS document
            FROM hubd.booking AS b WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.state <> 'cancelled' AND upper(b.during) > hubd.present() - interval '31 days'
            UNION ALL
            SELECT lower(m.during), jsonb_build_object('date', hubd.wall(m.recurrence_id), 'start', hubd.instant(lower(m.during)), 'end', hubd.instant(upper(m.during)),
                'local_start', hubd.wall(m.recurrence_id), 'local_end', hubd.wall(m.local_end), 'state', CASE WHEN m.is_queued THEN 'queued' ELSE 'skipped' END, 'reason', m.reason)
            FROM hubd.series_miss AS m WHERE m.hub_id = s.hub_id AND m.series_id = s.id AND upper(m.during) > hubd.present() - interval '31 days') AS u
        ORDER BY u.at LIMIT 1000) AS d);
END $$;
