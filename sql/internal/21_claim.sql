-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a claim is made of, how it goes, and how holds end.

-- The rows of one claim: the hard row, and where there are buffers the core, the setup before and the turnover after. Two parties
-- keep max(turnover, setup) between them, because a turnover and a setup may share the gap but no core may touch either.
CREATE OR REPLACE FUNCTION hubd.claim_lanes(during tstzrange, setup interval, turnover interval)
    RETURNS TABLE (lane int4range, during tstzrange) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT l.lane, CASE l.lane
            WHEN '[0,1)' THEN tstzrange(lower(claim_lanes.during) - setup, lower(claim_lanes.during))
            WHEN '[1,2)' THEN tstzrange(upper(claim_lanes.during), upper(claim_lanes.during) + turnover)
            ELSE claim_lanes.during END
        FROM unnest('{"[9,10)", "[0,2)", "[0,1)", "[1,2)"}'::int4range[]) AS l (lane)
        WHERE CASE l.lane WHEN '[9,10)' THEN true WHEN '[0,1)' THEN setup > '0' WHEN '[1,2)' THEN turnover > '0'
            ELSE setup > '0' OR turnover > '0' END;
    END;

-- Starts at which something of this length and these buffers would hit a claim's row: the constraint, solved for the start.
CREATE OR REPLACE FUNCTION hubd.blocked_starts(during tstzrange, lane int4range, length interval, setup interval, turnover interval)
    RETURNS tstzrange LANGUAGE sql STABLE
    RETURN CASE WHEN lane = '[9,10)' OR setup > '0' OR turnover > '0' THEN
        tstzrange(lower(during) - length - CASE WHEN lane IN ('[0,2)', '[1,2)') THEN turnover ELSE '0' END,
            upper(during) + CASE WHEN lane IN ('[0,2)', '[0,1)') THEN setup ELSE '0' END, '()') END;

CREATE OR REPLACE FUNCTION hubd.drop_claims(hub bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    booking bigint;
BEGIN
    FOREACH booking IN ARRAY bookings LOOP
        DELETE FROM hubd.claim AS c WHERE c.booking_hub_id = hub AND c.booking_id = booking;
    END LOOP;
END $$;

-- Gives back what these bookings claim, and wakes the dates of series that wait for that time.
CREATE OR REPLACE FUNCTION hubd.release(hub bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM hubd.series_miss AS m WHERE m.hub_id = hub AND m.is_queued) THEN
        PERFORM hubd.wake_queued(hub, bookings);
    END IF;
    PERFORM hubd.drop_claims(hub, bookings);
END $$;

-- The scopes that a change of these bookings touches: their resources and their people, some perhaps twice.
CREATE OR REPLACE FUNCTION hubd.booking_scopes(hub bigint, bookings bigint[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (
        SELECT 'resource:' || id FROM unnest(hubd.resources_booked(hub, bookings)) AS id
        UNION ALL
        SELECT of.kind || of.id FROM unnest(bookings) AS k (id) CROSS JOIN LATERAL (
            SELECT o.person_id, o.team_id, o.organisation_id FROM hubd.booking AS o WHERE o.hub_id = hub AND o.id = k.id OFFSET 0) AS b,
            LATERAL (VALUES ('person:', b.person_id), ('team:', b.team_id), ('organisation:', b.organisation_id)) AS of (kind, id)
        WHERE of.id IS NOT NULL);
END $$;

-- Ends holds whose time is over; those that somebody else just ended or confirmed are left alone.
CREATE OR REPLACE FUNCTION hubd.expire(hub bigint, bookings bigint[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    over bigint[];
BEGIN
    over := ARRAY (SELECT b.id FROM hubd.booking AS b
        WHERE b.hub_id = hub AND b.id = ANY (bookings) AND b.state = 'held' AND b.expires_at <= hubd.present()
        ORDER BY b.id FOR UPDATE);
    IF over = '{}' THEN
        RETURN 0;
    END IF;
    PERFORM hubd.release(hub, over);
    UPDATE hubd.booking SET state = 'expired', revision = revision + 1, sequence = sequence + 1, revised_at = hubd.present()
        WHERE hub_id = hub AND id = ANY (over);
    PERFORM hubd.tell_expired(b) FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = ANY (over);
    PERFORM hubd.changed(hubd.booking_scopes(hub, over));
    RETURN cardinality(over);
END $$;

-- A writer removes the expired holds of the pools and units that it has locked (keys); of the whole hub when it holds that.
CREATE OR REPLACE FUNCTION hubd.expire_on(hub bigint, keys bigint[], is_exclusive boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    present timestamptz := hubd.present();
    over bigint[];
BEGIN
    -- OFFSET 0: through the index of what expires, which is nearly empty.
    over := ARRAY (SELECT DISTINCT c.booking_id
        FROM (SELECT * FROM hubd.claim AS o WHERE o.expires_at <= present OFFSET 0) AS c
        JOIN hubd.unit AS u ON u.hub_id = c.hub_id AND u.id = c.unit_id
        WHERE c.hub_id = hub AND c.booking_hub_id = hub AND (is_exclusive OR coalesce(u.pool_id, u.id) = ANY (keys)));
    IF over <> '{}' THEN
        PERFORM hubd.expire(hub, over);
    END IF;
END $$;
