-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a claim is made of, how it goes, and how holds end.

-- The rows of one claim: the hard row, and where there are buffers the core, the setup before and the turnover after. Two parties
-- keep max(turnover, setup) between them, because a turnover and a setup may share the gap but no core may touch either.
CREATE OR REPLACE FUNCTION hubd.claim_lanes(during tstzrange, setup interval, turnover interval)
    RETURNS TABLE (lane int4range, during tstzrange) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT '[9,10)'::int4range, claim_lanes.during
        UNION ALL
        SELECT '[0,2)'::int4range, claim_lanes.during WHERE setup > '0' OR turnover > '0'
        UNION ALL
        SELECT '[0,1)'::int4range, tstzrange(lower(claim_lanes.during) - setup, lower(claim_lanes.during)) WHERE setup > '0'
        UNION ALL
        SELECT '[1,2)'::int4range, tstzrange(upper(claim_lanes.during), upper(claim_lanes.during) + turnover) WHERE turnover > '0';
    END;

-- Starts at which something of this length and these buffers would hit a claim's row: the constraint, solved for the start.
CREATE OR REPLACE FUNCTION hubd.blocked_starts(during tstzrange, lane int4range, length interval, setup interval, turnover interval)
    RETURNS tstzrange LANGUAGE sql STABLE
    RETURN CASE WHEN lane = '[9,10)' OR setup > '0' OR turnover > '0' THEN
        tstzrange(lower(during) - length - CASE WHEN lane IN ('[0,2)', '[1,2)') THEN turnover ELSE '0' END,
            upper(during) + CASE WHEN lane IN ('[0,2)', '[0,1)') THEN setup ELSE '0' END, '()') END;

CREATE OR REPLACE FUNCTION hubd.release(hub bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM hubd.claim WHERE booking_hub_id = hub AND booking_id = ANY (bookings);
END $$;

-- The scopes that a change of these bookings touches: their resources and their people.
CREATE OR REPLACE FUNCTION hubd.booking_scopes(hub bigint, bookings bigint[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (
        SELECT 'resource:' || i.resource_id FROM hubd.booking_item AS i WHERE i.hub_id = hub AND i.booking_id = ANY (bookings)
        UNION
        SELECT 'person:' || b.person_id FROM hubd.booking AS b
        WHERE b.hub_id = hub AND b.id = ANY (bookings) AND b.person_id IS NOT NULL);
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
    PERFORM hubd.changed(hubd.booking_scopes(hub, over));
    RETURN cardinality(over);
END $$;

-- A writer removes the expired holds of the pools and units that it has locked (keys); of the whole hub when it holds that.
CREATE OR REPLACE FUNCTION hubd.expire_on(hub bigint, keys bigint[], is_exclusive boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    over bigint[];
BEGIN
    over := ARRAY (SELECT DISTINCT c.booking_id
        FROM hubd.claim AS c JOIN hubd.unit AS u ON u.hub_id = c.hub_id AND u.id = c.unit_id
        WHERE c.expires_at <= hubd.present() AND c.hub_id = hub AND c.booking_hub_id = hub
          AND (is_exclusive OR coalesce(u.pool_id, u.id) = ANY (keys)));
    IF over <> '{}' THEN
        PERFORM hubd.expire(hub, over);
    END IF;
END $$;
