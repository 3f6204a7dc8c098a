-- SPDX-License-Identifier: GPL-3.0-or-later
-- Placing: bookings with their items become claims, or miss and hold nothing. hubd.place() is the face.

-- What a wish {"kind", "capacity", "features", "site_id"} may be answered with, the most modest first.
CREATE OR REPLACE FUNCTION hubd.candidates(hub bigint, wanted jsonb) RETURNS TABLE (resource_id bigint, rank bigint) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT r.id, row_number() OVER (ORDER BY r.capacity, cardinality(r.features), r.position, r.id)
        FROM hubd.resource AS r
        WHERE r.hub_id = hub AND r.is_bookable AND r.kind = wanted ->> 'kind'
          AND r.capacity >= coalesce((wanted ->> 'capacity')::integer, 1)
          AND r.features @> ARRAY (SELECT jsonb_array_elements_text(coalesce(wanted -> 'features', '[]')))
          AND (wanted ->> 'site_id' IS NULL OR r.site_id = (wanted ->> 'site_id')::bigint);
    END;

-- Would a claim of this party find the unit free? The constraint, asked beforehand.
CREATE OR REPLACE FUNCTION hubd.is_free(hub bigint, unit bigint, claimant bigint, span tstzrange, setup interval, turnover interval)
    RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN NOT EXISTS (SELECT FROM hubd.claim AS c
        WHERE c.hub_id = hub AND c.unit_id = unit AND c.party <> claimant
          AND c.during && tstzrange(lower(span) - setup, upper(span) + turnover)
          AND lower(span) <@ hubd.blocked_starts(c.during, c.lane, upper(span) - lower(span), setup, turnover));
END $$;

-- The free units of a pool for one booking: the one whose last claim ends closest before first, so that long gaps stay whole.
CREATE OR REPLACE FUNCTION hubd.free_units(hub bigint, pool bigint, booking bigint, span tstzrange, pinned bigint[])
    RETURNS TABLE (unit_id bigint, setup interval, turnover interval) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT u.id, u.setup, u.turnover
        FROM hubd.unit AS u
        LEFT JOIN LATERAL (SELECT max(upper(c.during)) AS until FROM hubd.claim AS c
            WHERE c.hub_id = hub + 0 AND c.unit_id = u.id AND c.lane = '[9,10)'
              AND c.during && tstzrange(lower(span) - interval '1 day', lower(span))) AS before ON true
        WHERE u.hub_id = hub AND u.pool_id = pool AND u.id <> ALL (pinned)
          AND hubd.is_free(hub, u.id, booking, span, u.setup, u.turnover)
        ORDER BY before.until DESC NULLS LAST, u.id;
    END;

-- The most modest resource that answers a wish and is free now, or NULL.
CREATE OR REPLACE FUNCTION hubd.choice(hub bigint, booking bigint, span tstzrange, wanted jsonb) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT k.resource_id
        FROM hubd.candidates(hub, wanted) AS k JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = k.resource_id
        WHERE CASE WHEN r.is_pool THEN EXISTS (SELECT FROM hubd.free_units(hub, r.id, booking, span, '{}'))
            ELSE NOT EXISTS (SELECT FROM hubd.resource_unit AS ru JOIN hubd.unit AS u ON u.hub_id = hub AND u.id = ru.unit_id
                WHERE ru.hub_id = hub AND ru.resource_id = r.id
                  AND NOT hubd.is_free(hub, u.id, booking, span, u.setup, u.turnover)) END
        ORDER BY k.rank LIMIT 1);
END $$;

-- From now on a unit of a pool, or the answer to a wish, is told at once.
CREATE OR REPLACE FUNCTION hubd.told_from() RETURNS timestamptz LANGUAGE sql STABLE
    RETURN hubd.present() + interval '24 hours';

-- Says of each item whether its units may still change; wishes get a free resource. Nothing to do for ordinary items.
CREATE OR REPLACE FUNCTION hubd.prepare_items(hub bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(bookings) AS b (id) CROSS JOIN LATERAL (
            SELECT i.resource_id, i.wanted FROM hubd.booking_item AS i WHERE i.hub_id = hub AND i.booking_id = b.id OFFSET 0) AS i
        WHERE i.wanted IS NOT NULL OR (SELECT r.is_pool FROM hubd.resource AS r WHERE r.hub_id = hub AND r.id = i.resource_id)) THEN
        RETURN;
    END IF;
    UPDATE hubd.booking_item AS i
    SET (resource_id, is_provisional, told_at) = (
        SELECT coalesce(hubd.choice(hub, b.id, b.during, i.wanted), i.resource_id),
            lower(b.during) > hubd.told_from() AND (i.wanted IS NOT NULL OR cardinality(i.pinned_unit_ids) < i.count),
            CASE WHEN lower(b.during) > hubd.told_from() THEN NULL ELSE coalesce(i.told_at, hubd.present()) END
        FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = i.booking_id)
    WHERE i.hub_id = hub AND i.booking_id = ANY (bookings)
      AND (i.wanted IS NOT NULL OR (SELECT r.is_pool FROM hubd.resource AS r WHERE r.hub_id = hub AND r.id = i.resource_id));
END $$;

-- The units that these bookings' items take if they are placed as things stand: all of a resource, or of a pool the pinned and free
-- ones. An item that finds fewer than it wants adds a row without a unit. One item after the other, each through its keys.
CREATE OR REPLACE FUNCTION hubd.wanted_units(hub bigint, bookings bigint[])
    RETURNS TABLE (booking_id bigint, item integer, unit_id bigint, during tstzrange, setup interval, turnover interval,
        is_provisional boolean, expires_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    i record;
    missing bigint;
    found_units bigint;
BEGIN
    FOR i IN
        SELECT o.booking_id, o.position, o.resource_id, o.count, o.pinned_unit_ids AS pins, o.is_provisional, b.during,
            CASE WHEN b.state = 'held' THEN b.expires_at END AS until,
            (SELECT r.is_pool FROM hubd.resource AS r WHERE r.hub_id = hub AND r.id = o.resource_id)
        FROM unnest(bookings) AS k (id)
        CROSS JOIN LATERAL (SELECT * FROM hubd.booking_item AS i WHERE i.hub_id = hub AND i.booking_id = k.id OFFSET 0) AS o
        CROSS JOIN LATERAL (SELECT b.during, b.state, b.expires_at FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = k.id OFFSET 0) AS b
    LOOP
        RETURN QUERY SELECT i.booking_id, i.position, ru.unit_id, i.during, u.setup, u.turnover, i.is_provisional AND NOT i.is_pool, i.until
            FROM hubd.resource_unit AS ru CROSS JOIN LATERAL (
                SELECT w.setup, w.turnover FROM hubd.unit AS w WHERE w.hub_id = hub AND w.id = ru.unit_id OFFSET 0) AS u
            WHERE ru.hub_id = hub AND ru.resource_id = i.resource_id AND (NOT i.is_pool OR ru.unit_id = ANY (i.pins));
        GET DIAGNOSTICS found_units = ROW_COUNT;
        missing := 1;
        IF i.is_pool THEN
            missing := i.count - found_units;
            RETURN QUERY SELECT i.booking_id, i.position, f.unit_id, i.during, f.setup, f.turnover, i.is_provisional, i.until
                FROM hubd.free_units(hub, i.resource_id, i.booking_id, i.during, i.pins) AS f LIMIT missing;
            GET DIAGNOSTICS found_units = ROW_COUNT;
        END IF;
        IF found_units < missing THEN
            RETURN QUERY SELECT i.booking_id, i.position, NULL::bigint, i.during, NULL::interval, NULL::interval, false, i.until;
        END IF;
    END LOOP;
END $$;

-- The one INSERT. Returns the bookings that missed a row; they hold none then. The caller has locked.
CREATE OR REPLACE FUNCTION hubd.insert_claims(hub bigint, bookings bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    lost bigint[];
BEGIN
    WITH piece AS MATERIALIZED (
        SELECT CASE WHEN w.unit_id IS NOT NULL THEN nextval('hubd.id') END AS id, w.booking_id, w.item, w.unit_id, w.is_provisional,
            w.expires_at, l.lane, l.during
        FROM hubd.wanted_units(hub, bookings) AS w, hubd.claim_lanes(w.during, w.setup, w.turnover) AS l
    ), made AS (
        INSERT INTO hubd.claim (hub_id, id, unit_id, during, lane, party, booking_hub_id, booking_id, item, is_provisional, expires_at)
        SELECT hub, p.id, p.unit_id, p.during, p.lane, CASE WHEN p.lane = '[9,10)' THEN p.id ELSE p.booking_id END,
            hub, p.booking_id, p.item, p.is_provisional, p.expires_at
        FROM piece AS p WHERE p.id IS NOT NULL ORDER BY p.unit_id, lower(p.during), p.lane
        ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT coalesce(array_agg(DISTINCT p.booking_id), '{}') INTO lost FROM piece AS p WHERE NOT EXISTS (SELECT FROM made AS m WHERE m.id = p.id);
    IF lost <> '{}' THEN
        PERFORM hubd.drop_claims(hub, lost);
    END IF;
    RETURN lost;
END $$;

-- Whose claims are in the way of these bookings, unredacted: per booking [{"resource", "booking_id", "start", "end"}], the first twenty.
CREATE OR REPLACE FUNCTION hubd.find_conflicts(hub bigint, booking bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('resource', slug, 'booking_id', booking_id,
            'start', hubd.instant(lower(during)), 'end', hubd.instant(upper(during))) ORDER BY lower(during), slug), '[]')
        FROM (
            SELECT DISTINCT r.slug, o.id AS booking_id, o.during
            FROM hubd.booking AS b
            JOIN hubd.booking_item AS i ON i.hub_id = hub AND i.booking_id = b.id
            JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = i.resource_id
            JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = r.id
            JOIN hubd.unit AS u ON u.hub_id = hub AND u.id = ru.unit_id
            JOIN hubd.claim AS c ON c.hub_id = hub + 0 AND c.unit_id = u.id
                AND c.during && tstzrange(lower(b.during) - u.setup, upper(b.during) + u.turnover)
            JOIN hubd.booking AS o ON o.hub_id = c.booking_hub_id AND o.id = c.booking_id
            WHERE b.hub_id = hub AND b.id = booking AND o.id <> b.id
              AND (cardinality(i.pinned_unit_ids) < i.count OR NOT r.is_pool OR u.id = ANY (i.pinned_unit_ids))
              AND lower(b.during) <@ hubd.blocked_starts(c.during, c.lane, upper(b.during) - lower(b.during), u.setup, u.turnover)
            LIMIT 20) AS hit);
END $$;

-- Places what is locked. Raises HB001 when re-arranging under the whole hub's lock might still help and the caller has not got it.
CREATE OR REPLACE FUNCTION hubd.place_locked(hub bigint, bookings bigint[], is_exclusive boolean) RETURNS hubd.placing[] LANGUAGE plpgsql AS $$
DECLARE
    lost bigint[];
    loser bigint;
    outcome text;
    result hubd.placing[] := '{}';
BEGIN
    PERFORM hubd.prepare_items(hub, bookings);
    lost := hubd.insert_claims(hub, bookings);
    IF lost = '{}' THEN
        RETURN ARRAY (SELECT ROW(id, true, NULL, '[]')::hubd.placing FROM unnest(bookings) AS id);
    END IF;
    FOR loser IN SELECT b.id FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = ANY (lost) ORDER BY lower(b.during), b.id LOOP
        outcome := hubd.rearrange(hub, loser, is_exclusive);
        IF outcome IS NULL THEN
            lost := array_remove(lost, loser);
        ELSE
            result := result || ROW(loser, false, outcome, hubd.find_conflicts(hub, loser))::hubd.placing;
        END IF;
    END LOOP;
    RETURN result || ARRAY (SELECT ROW(id, true, NULL, '[]')::hubd.placing FROM unnest(bookings) AS id WHERE id <> ALL (lost));
END $$;

-- Needs the whole hub from the start: a wish is answered by whatever is free.
CREATE OR REPLACE FUNCTION hubd.has_wish(hub bigint, bookings bigint[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN EXISTS (SELECT FROM unnest(bookings) AS b (id) CROSS JOIN LATERAL (
        SELECT o.wanted FROM hubd.booking_item AS o WHERE o.hub_id = hub AND o.booking_id = b.id OFFSET 0) AS i WHERE i.wanted IS NOT NULL);
END $$;

-- Locks, removes expired holds, claims. bookings and their items are there already. A booking that misses any unit holds nothing.
-- A deadlock (none is known) is tried once more, here, with the locks given back; a second one is the caller's 40P01.
CREATE OR REPLACE FUNCTION hubd.place(hub bigint, bookings bigint[])
    RETURNS TABLE (booking_id bigint, is_placed boolean, reason text, conflicts jsonb) LANGUAGE plpgsql AS $$
DECLARE
    is_exclusive boolean := hubd.has_wish(hub, bookings);
    result hubd.placing[];
BEGIN
    BEGIN
        PERFORM hubd.expire_on(hub, hubd.lock(hub, '{}', bookings, is_exclusive), is_exclusive);
        result := hubd.place_locked(hub, bookings, is_exclusive);
    EXCEPTION WHEN SQLSTATE 'HB001' OR deadlock_detected THEN
        PERFORM hubd.expire_on(hub, hubd.lock(hub, '{}', bookings, true), true);
        result := hubd.place_locked(hub, bookings, true);
    END;
    RETURN QUERY SELECT p.booking_id, p.is_placed, p.reason, p.conflicts FROM unnest(result) AS p;
END $$;
