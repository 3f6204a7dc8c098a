-- SPDX-License-Identifier: GPL-3.0-or-later
-- What all race specs share: a hub with two rooms and a pool of two desks, two people, and calls that answer in one line.
CREATE SCHEMA race;
INSERT INTO hubd.hub (id, slug, name) VALUES (1001, 'rennen', 'Rennen');
INSERT INTO hubd.site (hub_id, id, slug, name) VALUES (1001, 1002, 'haus', 'Haus');
INSERT INTO hubd.resource (hub_id, id, site_id, slug, kind, name_de, name_en, is_pool) VALUES
    (1001, 1003, 1002, 'rot', 'room', 'Rot', 'Red', false), (1001, 1004, 1002, 'blau', 'room', 'Blau', 'Blue', false),
    (1001, 1005, 1002, 'tisch', 'desk', 'Tisch', 'Desk', true);
INSERT INTO hubd.unit (hub_id, id, name, pool_id) VALUES (1001, 1006, 'rot', NULL), (1001, 1007, 'blau', NULL), (1001, 1008, 'tisch 1', 1005), (1001, 1009, 'tisch 2', 1005);
INSERT INTO hubd.resource_unit VALUES (1001, 1003, 1006), (1001, 1004, 1007), (1001, 1005, 1008), (1001, 1005, 1009);
INSERT INTO hubd.person (id, mail, name) VALUES (1010, 'anna@race.example', 'Anna'), (1011, 'ben@race.example', 'Ben');
INSERT INTO hubd.membership VALUES (1001, 1010, 'member'), (1001, 1011, 'manager');
INSERT INTO hubd.token (person_id, sha256, name) VALUES (1010, repeat('a', 64), 'race'), (1011, repeat('b', 64), 'race');

-- Hours count from midnight (UTC) in 30 days.
CREATE FUNCTION race.at(hour numeric) RETURNS text LANGUAGE sql RETURN to_char(date_trunc('day', now() AT TIME ZONE 'UTC') + interval '30 days' + hour * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
CREATE FUNCTION race.caller(who text, key text DEFAULT NULL, hash text DEFAULT NULL) RETURNS jsonb LANGUAGE sql
    RETURN jsonb_build_object('token', repeat(who, 64), 'language', 'en', 'key', key, 'hash', hash);
CREATE FUNCTION race.said(reply api.reply) RETURNS text LANGUAGE sql
    RETURN (reply).status || coalesce(' ' || ((reply).body::jsonb ->> 'type'), ' ' || ((reply).body::jsonb ->> 'state'), '');
CREATE FUNCTION race.book(who text, resource text, from_hour numeric, to_hour numeric, more jsonb, key text DEFAULT NULL) RETURNS text LANGUAGE sql
    RETURN race.said(api.book(race.caller(who, key, more::text), jsonb_build_object('hub', 'rennen', 'title', who, 'start', race.at(from_hour), 'end', race.at(to_hour),
        'items', jsonb_build_array(jsonb_build_object('resource', resource))) || more));
CREATE FUNCTION race.book(who text, resource text, from_hour numeric, to_hour numeric, key text DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql
    RETURN race.book(who, resource, from_hour, to_hour, more, key);
CREATE FUNCTION race.find(wanted_title text) RETURNS bigint LANGUAGE sql RETURN (SELECT max(id) FROM hubd.booking WHERE title = wanted_title);
CREATE FUNCTION race.move(who text, title text, resource text, from_hour numeric, to_hour numeric) RETURNS text LANGUAGE sql
    RETURN race.said(api.booking_change(race.caller(who), jsonb_build_object('id', race.find(title), 'start', race.at(from_hour), 'end', race.at(to_hour),
        'items', jsonb_build_array(jsonb_build_object('resource', resource)))));
CREATE FUNCTION race.confirm(who text, title text) RETURNS text LANGUAGE sql RETURN race.said(api.booking_confirm(race.caller(who), jsonb_build_object('id', race.find(title))));
-- What is claimed now, and whether any two claims of a unit overlap (counted without the constraint's help).
CREATE FUNCTION race.claims() RETURNS TABLE (claimed text, doubles bigint) LANGUAGE sql AS $$
    SELECT string_agg(u.name || ' ' || extract(epoch FROM lower(c.during) - race.at(0)::timestamptz)::integer / 3600 || '-' ||
            extract(epoch FROM upper(c.during) - race.at(0)::timestamptz)::integer / 3600 || ' ' || b.title, ', ' ORDER BY u.name, lower(c.during)),
        (SELECT count(*) FROM hubd.claim AS x JOIN hubd.claim AS y ON y.unit_id = x.unit_id AND y.id > x.id AND y.during && x.during WHERE x.lane = '[9,10)' AND y.lane = '[9,10)')
    FROM hubd.claim AS c JOIN hubd.unit AS u ON u.id = c.unit_id JOIN hubd.booking AS b ON b.id = c.booking_id WHERE c.lane = '[9,10)';
$$;
CREATE PROCEDURE race.clear() LANGUAGE sql AS $$
    DELETE FROM hubd.booking; DELETE FROM hubd.series; DELETE FROM hubd.idempotency; DELETE FROM hubd.refusal; DELETE FROM hubd.change; UPDATE hubd.clock SET ahead = '0';
$$;
-- Two bookings (red and blue) over two dates each, placed in one call in the given order of numbers.
CREATE FUNCTION race.series(who text, hours integer[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    bookings bigint[] := '{}';
    made bigint;
    hour integer;
BEGIN
    PERFORM hubd.enter_hub(1001);
    FOREACH hour IN ARRAY hours LOOP
        INSERT INTO hubd.booking (hub_id, state, title, person_id, during, local_start, local_end, zone, uid)
        SELECT 1001, 'confirmed', who, 1010, tstzrange(s, s + interval '1 hour'), s AT TIME ZONE 'UTC', s AT TIME ZONE 'UTC', 'UTC', gen_random_uuid()::text
        FROM (SELECT race.at(hour)::timestamptz AS s) AS start RETURNING id INTO made;
        INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id) VALUES (1001, made, 1, 1003), (1001, made, 2, 1004);
        bookings := bookings || made;
    END LOOP;
    RETURN (SELECT string_agg(is_placed::text, ' ' ORDER BY booking_id) FROM hubd.place(1001, bookings));
END $$;
-- A series of an hour a date in these rooms, through the API's function; a shift of all of one by hours (looked at when it was new); one date
-- of it taken away.
CREATE FUNCTION race.dates(hours integer[]) RETURNS jsonb LANGUAGE sql RETURN (SELECT jsonb_agg(jsonb_build_object('date', trim('Z' FROM race.at(h)), 'start', race.at(h),
    'end', race.at(h + 1), 'local_end', trim('Z' FROM race.at(h + 1)))) FROM unnest(hours) AS h);
CREATE FUNCTION race.rule(hours integer[]) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('zone', 'UTC', 'local_start', trim('Z' FROM race.at(hours[1])),
    'duration', 'PT1H', 'rrule', 'FREQ=DAILY', 'rdates', '[]'::jsonb, 'exdates', '[]'::jsonb, 'dates', race.dates(hours));
CREATE FUNCTION race.outcome(reply api.reply) RETURNS text LANGUAGE sql RETURN (reply).status || ' ' || coalesce(
    (SELECT string_agg(d ->> 'state', ' ') FROM jsonb_array_elements((reply).body::jsonb -> 'dates') AS d), (reply).body::jsonb ->> 'type', (reply).body::jsonb ->> 'state');
CREATE FUNCTION race.repeat(who text, series_title text, rooms text[], hours integer[], choice text) RETURNS text LANGUAGE sql
    RETURN race.outcome(api.series_book(race.caller(who), race.rule(hours) || jsonb_build_object('hub', 'rennen', 'title', series_title, 'choice', choice,
        'items', (SELECT jsonb_agg(jsonb_build_object('resource', r)) FROM unnest(rooms) AS r))));
CREATE FUNCTION race.of_series(series_title text) RETURNS bigint LANGUAGE sql RETURN (SELECT max(id) FROM hubd.series WHERE title = series_title);
CREATE FUNCTION race.shift(who text, series_title text, hours integer[], by integer) RETURNS text LANGUAGE sql
    RETURN race.outcome(api.series_change(race.caller(who), race.rule(ARRAY (SELECT h + by FROM unnest(hours) AS h)) || jsonb_build_object('id', race.of_series(series_title),
        'scope', 'all', 'revision', '1', 'shift', by * 3600, 'rule_shift', by * 3600, 'is_retimed', true)));
CREATE FUNCTION race.drop_date(who text, series_title text, hour integer) RETURNS text LANGUAGE sql
    RETURN race.outcome(api.booking_cancel(race.caller(who), jsonb_build_object('id', (SELECT b.id FROM hubd.booking AS b
        WHERE b.series_id = race.of_series(series_title) AND lower(b.during) = race.at(hour)::timestamptz))));
