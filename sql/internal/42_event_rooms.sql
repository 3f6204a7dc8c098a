-- SPDX-License-Identifier: GPL-3.0-or-later
-- Event and rooms are one object: every occurrence that wants rooms has one booking of kind 'event', and that has all of
-- its claims or none.

-- An instant blocks nothing, nor does what was cancelled; the constraint bounds the length of a claim.
CREATE OR REPLACE FUNCTION hubd.wants_rooms(e hubd.event, o hubd.occurrence) RETURNS boolean LANGUAGE sql STABLE
    RETURN e.state <> 'cancelled' AND o.state <> 'cancelled' AND lower(o.during) < upper(o.during)
        AND upper(o.during) - lower(o.during) <= interval '400 days'
        AND EXISTS (SELECT FROM hubd.rooms_on(e.hub_id, e.id, o.changes));

-- The booking's uid tells whose it is, so that it is made once.
CREATE OR REPLACE FUNCTION hubd.event_booking_uid(event bigint, occurrence bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN format('event-%s-%s@hubd', event, occurrence);

-- Brings the bookings of these events in line with their occurrences, without claims; returns those that want units.
CREATE OR REPLACE FUNCTION hubd.prepare_event_bookings(hub bigint, events bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    placeable bigint[];
BEGIN
    WITH wish AS MATERIALIZED (
        SELECT coalesce(o.changes ->> 'title', e.title) AS title, e.person_id, hubd.zone_on(e, o) AS zone, e.is_example, o.id, o.during, o.local_start, o.local_end,
            -- A date that went on to another series keeps its booking.
            coalesce((SELECT b.uid FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = o.booking_id), hubd.event_booking_uid(e.id, o.id)) AS uid
        FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
        WHERE e.hub_id = hub AND e.id = ANY (events) AND hubd.wants_rooms(e, o)
    ), booked AS (
        INSERT INTO hubd.booking AS b (hub_id, kind, state, title, person_id, during, local_start, local_end, zone, uid, is_example)
        SELECT hub, 'event', 'confirmed', title, person_id, during, local_start, local_end, zone, uid, is_example
        FROM wish ORDER BY lower(during), id
        ON CONFLICT (hub_id, uid) WHERE series_id IS NULL DO UPDATE SET state = 'confirmed', cancelled_at = NULL, title = excluded.title,
            during = excluded.during, local_start = excluded.local_start, local_end = excluded.local_end, zone = excluded.zone,
            sequence = b.sequence + (b.during <> excluded.during)::integer, revision = b.revision + 1, revised_at = hubd.present()
        RETURNING b.id, b.uid
    ), linked AS (
        UPDATE hubd.occurrence AS o SET booking_id = booked.id FROM wish JOIN booked USING (uid)
        WHERE o.hub_id = hub AND o.id = wish.id AND o.booking_id IS DISTINCT FROM booked.id
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO placeable FROM booked;

    UPDATE hubd.booking AS b SET state = 'cancelled', cancelled_at = hubd.present(), sequence = b.sequence + 1,
        revision = b.revision + 1, revised_at = hubd.present()
    FROM hubd.occurrence AS o
    WHERE o.hub_id = hub AND o.event_id = ANY (events) AND b.hub_id = hub AND b.id = o.booking_id
        AND b.state <> 'cancelled' AND b.id <> ALL (placeable);

    DELETE FROM hubd.booking_item WHERE hub_id = hub AND booking_id = ANY (placeable);
    -- An event in a pool takes the whole pool: people meet in the desk area, not at a desk.
    INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id, count)
    SELECT hub, o.booking_id, row_number() OVER (PARTITION BY o.id ORDER BY r.position, r.id), r.id,
        CASE WHEN r.is_pool THEN (SELECT greatest(count(*), 1) FROM hubd.resource_unit AS ru WHERE ru.hub_id = hub AND ru.resource_id = r.id) ELSE 1 END
    FROM hubd.occurrence AS o
    CROSS JOIN LATERAL hubd.rooms_on(hub, o.event_id, o.changes) AS room
    JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = room
    WHERE o.hub_id = hub AND o.event_id = ANY (events) AND o.booking_id = ANY (placeable);
    RETURN placeable;
END $$;

-- Takes, moves or gives back the rooms of these events: all claims of an occurrence or none. Rows come back for those
-- that want rooms. The caller undoes it in a sub-block when it does not want an event without its rooms.
CREATE OR REPLACE FUNCTION hubd.book_events(hub bigint, events bigint[])
    RETURNS TABLE (event_id bigint, booking_id bigint, is_placed boolean, reason text, conflicts jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    wanted bigint[];
    results jsonb;
    before bigint[] := ARRAY(SELECT o.booking_id FROM hubd.occurrence AS o
        WHERE o.hub_id = hub AND o.event_id = ANY (events) AND o.booking_id IS NOT NULL);
BEGIN
    -- Exclusively: placing may re-arrange, and nobody upgrades a lock.
    PERFORM hubd.lock(hub, ARRAY(SELECT er.resource_id FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.event_id = ANY (events)
        UNION SELECT r::bigint FROM hubd.occurrence AS o, jsonb_array_elements_text(o.changes -> 'resource_ids') AS r
            WHERE o.hub_id = hub AND o.event_id = ANY (events) AND o.recurrence_id IS NOT NULL AND o.changes IS NOT NULL), before, true);
    PERFORM hubd.release(hub, before);
    wanted := hubd.prepare_event_bookings(hub, events);
    SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') INTO results FROM hubd.place(hub, wanted) AS p;

    UPDATE hubd.booking AS b SET state = 'unplaced'
    FROM jsonb_to_recordset(results) AS p (booking_id bigint, is_placed boolean)
    WHERE b.hub_id = hub AND b.id = p.booking_id AND NOT p.is_placed;
    UPDATE hubd.occurrence AS o SET is_unplaced = found.is_unplaced
    FROM (SELECT o.id, coalesce(NOT p.is_placed, false) AS is_unplaced FROM hubd.occurrence AS o
          LEFT JOIN jsonb_to_recordset(results) AS p (booking_id bigint, is_placed boolean) ON p.booking_id = o.booking_id
          WHERE o.hub_id = hub AND o.event_id = ANY (events)) AS found
    WHERE o.hub_id = hub AND o.id = found.id AND o.is_unplaced <> found.is_unplaced;

    RETURN QUERY SELECT o.event_id, p.booking_id, p.is_placed, p.reason, p.conflicts
    FROM jsonb_to_recordset(results) AS p (booking_id bigint, is_placed boolean, reason text, conflicts jsonb)
    JOIN hubd.occurrence AS o ON o.hub_id = hub AND o.booking_id = p.booking_id;
END $$;

-- Cancels these events: their rooms are free again, they stay visible.
CREATE OR REPLACE FUNCTION hubd.cancel_events(hub bigint, events bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.event AS e SET state = 'cancelled', cancelled_at = hubd.present(), sequence = e.sequence + 1,
        revision = e.revision + 1, revised_at = hubd.present()
    WHERE e.hub_id = hub AND e.id = ANY (events) AND e.state <> 'cancelled';
    -- The dates of a series keep their own states: which of them were cancelled alone must be known when it comes back.
    UPDATE hubd.occurrence AS o SET state = 'cancelled'
    WHERE o.hub_id = hub AND o.event_id = ANY (events) AND o.recurrence_id IS NULL AND o.state <> 'cancelled';
    PERFORM hubd.book_events(hub, events);
END $$;
