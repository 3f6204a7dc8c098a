-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who waits for whom. Every writer of claims takes, in this order: the class locks of its sites (shared; all of the hub's,
-- exclusively, for whoever places wishes or re-arranges), then its pools and units by id. Keys are ids, which are unique over all
-- tables. An advisory lock is taken in a statement before the one that reads or writes claims, so that this one sees what
-- the last holder committed. Nobody upgrades: who finds that shared is not enough undoes the sub-block that locked and starts again.

-- Rows of given bookings, here and in what follows, are looked up booking by booking (unnest, LATERAL … OFFSET 0): for "= ANY" on a young
-- table the planner would go over everything of the hub instead, and keep to it.

-- The resources that these bookings' items name.
CREATE OR REPLACE FUNCTION hubd.resources_booked(hub bigint, bookings bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY (SELECT i.resource_id FROM unnest(bookings) AS b (id) CROSS JOIN LATERAL (
        SELECT o.resource_id FROM hubd.booking_item AS o WHERE o.hub_id = hub AND o.booking_id = b.id OFFSET 0) AS i);
END $$;

-- The pools and units of these resources and of the bookings' present claims, sorted.
CREATE OR REPLACE FUNCTION hubd.lock_keys(hub bigint, resources bigint[], bookings bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY (SELECT DISTINCT coalesce(u.pool_id, u.id) AS key
        FROM (SELECT hub AS hub_id, ru.unit_id FROM unnest(resources) AS r (id) CROSS JOIN LATERAL (
                SELECT o.unit_id FROM hubd.resource_unit AS o WHERE o.hub_id = hub AND o.resource_id = r.id OFFSET 0) AS ru
            UNION ALL
            SELECT c.hub_id, c.unit_id FROM unnest(bookings) AS b (id) CROSS JOIN LATERAL (
                SELECT o.hub_id, o.unit_id FROM hubd.claim AS o WHERE o.booking_hub_id = hub AND o.booking_id = b.id OFFSET 0) AS c) AS wanted
        CROSS JOIN LATERAL (SELECT w.id, w.pool_id FROM hubd.unit AS w WHERE w.hub_id = wanted.hub_id AND w.id = wanted.unit_id OFFSET 0) AS u
        ORDER BY key);
END $$;

-- The sites of these resources, sorted: their ids are the keys of the class locks.
CREATE OR REPLACE FUNCTION hubd.lock_sites(hub bigint, resources bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY (SELECT DISTINCT s.site_id FROM unnest(resources) AS k (id) CROSS JOIN LATERAL (
        SELECT r.site_id FROM hubd.resource AS r WHERE r.hub_id = hub AND r.id = k.id OFFSET 0) AS s ORDER BY s.site_id);
END $$;

-- Everything at the hub, for whoever re-arranges, imports or changes many: nobody else writes claims there until the end.
CREATE OR REPLACE FUNCTION hubd.lock_all(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
BEGIN
    FOREACH key IN ARRAY coalesce((SELECT array_agg(s.id ORDER BY s.id) FROM hubd.site AS s WHERE s.hub_id = hub), '{}') LOOP
        PERFORM pg_advisory_xact_lock(key);
    END LOOP;
END $$;

-- Locks for one operation; returns the pools and units whose expired holds the caller may remove.
CREATE OR REPLACE FUNCTION hubd.lock(hub bigint, resources bigint[], bookings bigint[], is_exclusive boolean)
    RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
    keys bigint[];
BEGIN
    resources := resources || hubd.resources_booked(hub, bookings);
    keys := hubd.lock_keys(hub, resources, bookings);
    IF is_exclusive THEN
        PERFORM hubd.lock_all(hub);
    ELSE
        FOREACH key IN ARRAY hubd.lock_sites(hub, resources) LOOP
            PERFORM pg_advisory_xact_lock_shared(key);
        END LOOP;
    END IF;
    FOREACH key IN ARRAY keys LOOP
        PERFORM pg_advisory_xact_lock(key);
    END LOOP;
    RETURN keys;
END $$;
