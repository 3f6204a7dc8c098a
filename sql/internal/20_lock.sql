-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who waits for whom. Every writer of claims takes, in this order: the class locks of its sites (shared; all of the hub's,
-- exclusively, for whoever places wishes or re-arranges), then its pools and units by id. Keys are ids, which are unique over all
-- tables. An advisory lock is taken in a statement before the one that reads or writes claims, so that this one sees what
-- the last holder committed. Nobody upgrades: who finds that shared is not enough undoes the sub-block that locked and starts again.

-- The pools and units that these resources and bookings concern, the bookings' present claims included, sorted.
CREATE OR REPLACE FUNCTION hubd.lock_keys(hub bigint, resources bigint[], bookings bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT array_agg(DISTINCT key ORDER BY key) FROM (
        SELECT coalesce(u.pool_id, u.id) AS key
        FROM hubd.resource_unit AS ru JOIN hubd.unit AS u ON u.hub_id = hub AND u.id = ru.unit_id
        WHERE ru.hub_id = hub AND ru.resource_id = ANY (resources
            || ARRAY (SELECT i.resource_id FROM hubd.booking_item AS i WHERE i.hub_id = hub AND i.booking_id = ANY (bookings)))
        UNION ALL
        SELECT coalesce(u.pool_id, u.id)
        FROM hubd.claim AS c JOIN hubd.unit AS u ON u.hub_id = c.hub_id AND u.id = c.unit_id
        WHERE c.booking_hub_id = hub AND c.booking_id = ANY (bookings)) AS wanted);
END $$;

-- The sites of these resources and bookings, sorted: their ids are the keys of the class locks.
CREATE OR REPLACE FUNCTION hubd.lock_sites(hub bigint, resources bigint[], bookings bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT array_agg(DISTINCT r.site_id ORDER BY r.site_id) FROM hubd.resource AS r
        WHERE r.hub_id = hub AND r.id = ANY (resources
            || ARRAY (SELECT i.resource_id FROM hubd.booking_item AS i WHERE i.hub_id = hub AND i.booking_id = ANY (bookings))));
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
    keys bigint[] := coalesce(hubd.lock_keys(hub, resources, bookings), '{}');
BEGIN
    IF is_exclusive THEN
        PERFORM hubd.lock_all(hub);
    ELSE
        FOREACH key IN ARRAY coalesce(hubd.lock_sites(hub, resources, bookings), '{}') LOOP
            PERFORM pg_advisory_xact_lock_shared(key);
        END LOOP;
    END IF;
    FOREACH key IN ARRAY keys LOOP
        PERFORM pg_advisory_xact_lock(key);
    END LOOP;
    RETURN keys;
END $$;
