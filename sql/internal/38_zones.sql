-- SPDX-License-Identifier: GPL-3.0-or-later
-- When the zone data changes: future local intents (bookings, closures, dates of events) get their instants anew, their claims move
-- along, and what collides is reported. C works out the instants; see daemon/work/zones.h for the steps. Owned by hubd_network: all hubs.

-- The zone of an event on one of its dates, which may have its own.
CREATE OR REPLACE FUNCTION hubd.zone_on(e hubd.event, o hubd.occurrence) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN coalesce(o.changes ->> 'zone', e.zone);

-- The zones in use, with the fingerprint that they were last checked by, and the hubs.
CREATE OR REPLACE FUNCTION hubd.zones_look() RETURNS jsonb LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT jsonb_build_object(
            'zones', (SELECT coalesce(jsonb_agg(jsonb_build_object('zone', used.zone, 'fingerprint', r.fingerprint) ORDER BY used.zone), '[]')
                FROM (SELECT zone FROM hubd.booking WHERE lower(during) > hubd.present()
                    UNION SELECT hubd.zone_on(e, o) FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
                        WHERE lower(o.during) > hubd.present()
                    UNION SELECT zone FROM hubd.site) AS used LEFT JOIN hubd.zone_rules AS r ON r.zone = used.zone),
            'hubs', (SELECT coalesce(jsonb_agg(h.id ORDER BY h.id), '[]') FROM hubd.hub AS h));
    END;

-- Future intents of a hub in these zones, by id, so many at a time. The date of an event brings its rooms' booking along.
CREATE OR REPLACE FUNCTION hubd.zones_intents(hub bigint, zones text[], after bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    page constant integer := 2000;
    items jsonb;
    last bigint;
BEGIN
    SELECT jsonb_agg(to_jsonb(listed) ORDER BY listed.id), CASE WHEN count(*) = page THEN max(listed.id) END INTO items, last FROM (
        SELECT * FROM (
            SELECT 'booking' AS kind, b.id, b.zone, extract(epoch FROM b.local_start)::bigint AS local_start, extract(epoch FROM b.local_end)::bigint AS local_end,
                extract(epoch FROM lower(b.during))::bigint AS start, extract(epoch FROM upper(b.during))::bigint AS end
            FROM hubd.booking AS b WHERE b.hub_id = hub AND b.kind <> 'event' AND b.state IN ('held', 'confirmed') AND lower(b.during) > hubd.present()
                AND b.zone = ANY (zones) AND b.id > after
            UNION ALL
            SELECT 'occurrence', o.id, hubd.zone_on(e, o), extract(epoch FROM o.local_start)::bigint, extract(epoch FROM o.local_end)::bigint,
                extract(epoch FROM lower(o.during))::bigint, extract(epoch FROM upper(o.during))::bigint
            FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
            WHERE o.hub_id = hub AND o.state = 'confirmed' AND e.state <> 'cancelled' AND lower(o.during) > hubd.present() AND hubd.zone_on(e, o) = ANY (zones)
                AND o.id > after
        ) AS intent ORDER BY intent.id LIMIT page) AS listed;
    RETURN jsonb_build_object('items', coalesce(items, '[]'), 'next', last);
END $$;

-- Gives intents their new instants: [{"kind", "id", "was", "start", "end"}], in seconds. Whoever changed meanwhile is left alone.
CREATE OR REPLACE FUNCTION hubd.zones_write(hub bigint, moves jsonb) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    events bigint[];
    bookings bigint[];
BEGIN
    WITH move AS (
        SELECT m.kind, m.id, to_timestamp(m.was) AS was, tstzrange(to_timestamp(m.start), to_timestamp(m."end"), CASE WHEN m.start = m."end" THEN '[]' ELSE '[)' END) AS during
        FROM jsonb_to_recordset(moves) AS m (kind text, id bigint, was bigint, start bigint, "end" bigint)
    ), occurred AS (
        -- What had no room is tried again, like all that moves.
        UPDATE hubd.occurrence AS o SET during = move.during, is_unplaced = o.is_unplaced AND o.booking_id IS NULL FROM move
        WHERE move.kind = 'occurrence' AND o.hub_id = hub AND o.id = move.id AND lower(o.during) = move.was AND o.state = 'confirmed'
        RETURNING o.event_id, o.booking_id, move.during
    ), booked AS (
        UPDATE hubd.booking AS b SET during = wanted.during, state = CASE b.state WHEN 'unplaced' THEN 'confirmed' ELSE b.state END, sequence = b.sequence + 1, revision = b.revision + 1, revised_at = hubd.present()
        FROM (SELECT id, was, during FROM move WHERE kind = 'booking'
            UNION ALL SELECT booking_id, NULL, during FROM occurred WHERE booking_id IS NOT NULL) AS wanted
        WHERE b.hub_id = hub AND b.id = wanted.id AND b.state IN ('held', 'confirmed', 'unplaced') AND lower(b.during) = coalesce(wanted.was, lower(b.during))
        RETURNING b.id
    )
    SELECT coalesce((SELECT array_agg(DISTINCT event_id) FROM occurred), '{}'), coalesce((SELECT array_agg(id) FROM booked), '{}') INTO events, bookings;
    UPDATE hubd.event AS e SET sequence = e.sequence + 1, revision = e.revision + 1, revised_at = hubd.present() WHERE e.hub_id = hub AND e.id = ANY (events);
    PERFORM hubd.changed(hubd.event_scopes(hub, events) || hubd.booking_scopes(hub, bookings));
    RETURN bookings;
END $$;

-- What lost its place. An event keeps its new time and says that it has no room; a booking ends, and whoever had it is told why.
CREATE OR REPLACE FUNCTION hubd.zones_lose(hub bigint, lost bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    b hubd.booking;
BEGIN
    UPDATE hubd.occurrence AS o SET is_unplaced = true WHERE o.hub_id = hub AND o.booking_id = ANY (lost);
    UPDATE hubd.booking AS o SET state = 'unplaced', expires_at = NULL WHERE o.hub_id = hub AND o.id = ANY (lost) AND o.kind = 'event';
    FOR b IN UPDATE hubd.booking AS o SET state = 'cancelled', cancelled_at = hubd.present(), expires_at = NULL
        WHERE o.hub_id = hub AND o.id = ANY (lost) AND o.kind <> 'event' RETURNING o.*
    LOOP
        IF b.series_id IS NOT NULL THEN
            PERFORM hubd.touch_series(hub, b.series_id, b.recurrence_id);
        END IF;
        PERFORM hubd.tell_booking(b, 'cancelled', NULL, NULL, hubd.say((SELECT p.language FROM hubd.person AS p WHERE p.id = b.person_id),
            'Die Regeln der Zeitzone haben sich geändert; zur selben Uhrzeit ist der Raum nun vergeben.',
            'The time zone''s rules have changed; at the same time on the clock the room is taken now.'));
    END LOOP;
END $$;

-- All of a hub's at once: first every claim goes, then all are placed anew, so that what moves in step does not collide with itself.
CREATE OR REPLACE FUNCTION hubd.zones_move(hub bigint, zones text[], moves jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    bookings bigint[];
    lost bigint[];
    collisions jsonb;
BEGIN
    PERFORM hubd.lock_all(hub);
    bookings := hubd.zones_write(hub, moves);
    PERFORM hubd.lock(hub, '{}', bookings, true);
    PERFORM hubd.release(hub, bookings);
    SELECT coalesce(array_agg(p.booking_id), '{}'), coalesce(jsonb_agg(jsonb_build_object('booking_id', b.id, 'title', b.title, 'start', hubd.instant(lower(b.during)),
            'end', hubd.instant(upper(b.during)), 'conflicts', p.conflicts) ORDER BY lower(b.during), b.id), '[]')
        INTO lost, collisions
        FROM hubd.place(hub, bookings) AS p JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = p.booking_id WHERE NOT p.is_placed;
    PERFORM hubd.zones_lose(hub, lost);
    INSERT INTO hubd.zone_report (hub_id, zones, moved, collisions) VALUES (hub, zones, jsonb_array_length(moves), collisions);
    RETURN jsonb_build_object('hub', (SELECT h.slug FROM hubd.hub AS h WHERE h.id = hub), 'moved', jsonb_array_length(moves), 'collisions', collisions);
END $$;

-- The same, undone again when it is a dry run.
CREATE OR REPLACE FUNCTION hubd.zones_try(hub bigint, zones text[], moves jsonb, is_dry boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    report jsonb;
BEGIN
    PERFORM hubd.enter_hub(hub);
    report := hubd.zones_move(hub, zones, moves);
    IF is_dry THEN
        PERFORM hubd.undo();
    END IF;
    RETURN report;
EXCEPTION WHEN SQLSTATE 'HB002' THEN
    RETURN report;
END $$;

CREATE OR REPLACE FUNCTION hubd.zones_keep(zones jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hubd.zone_rules AS r (zone, fingerprint)
    SELECT z.zone, z.fingerprint FROM jsonb_to_recordset(zones) AS z (zone text, fingerprint text) WHERE z.fingerprint IS NOT NULL
    ON CONFLICT (zone) DO UPDATE SET fingerprint = excluded.fingerprint, checked_at = hubd.present();
    RETURN '{}';
END $$;

-- One step of the work: {"step": "look" | "intents" | "move" | "keep", ...}.
CREATE OR REPLACE FUNCTION hubd.zones_step(input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    zones text[] := ARRAY(SELECT jsonb_array_elements_text(CASE WHEN input ->> 'step' IN ('intents', 'move') THEN input -> 'zones' ELSE '[]' END));
    body jsonb;
BEGIN
    body := CASE input ->> 'step'
        WHEN 'look' THEN hubd.zones_look()
        WHEN 'intents' THEN hubd.zones_intents((input ->> 'hub')::bigint, zones, (input ->> 'after')::bigint)
        WHEN 'move' THEN hubd.zones_try((input ->> 'hub')::bigint, zones, input -> 'moves', (input ->> 'is_dry')::boolean)
        WHEN 'keep' THEN hubd.zones_keep(input -> 'zones') END;
    IF body IS NULL THEN
        RAISE 'no step "%" of the work on zones', input ->> 'step' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ROW(200, body::text, NULL, NULL)::api.reply;
END $$;
