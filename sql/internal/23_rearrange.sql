-- SPDX-License-Identifier: GPL-3.0-or-later
-- Re-arranging: a booking that found no place takes part in a puzzle with the provisional claims around it. Demands (a unit of a
-- pool, an answer to a wish) get variants (sets of units); what is told, begun, pinned or fixed only takes variants away.
-- Equal units without such fixed claims: colouring by start, which is exact. Otherwise an exact search with a bound of steps.

-- What the new booking wants, as demands.
CREATE OR REPLACE FUNCTION hubd.new_demands(hub bigint, booking bigint) RETURNS hubd.demand[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT array_agg(ROW(NULL, b.id, i.position, b.during, part.pool_id, i.wanted, part.unit_ids, NULL, NULL, true)::hubd.demand)
        FROM hubd.booking AS b
        JOIN hubd.booking_item AS i ON i.hub_id = hub AND i.booking_id = b.id
        JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = i.resource_id
        JOIN LATERAL (
            SELECT NULL::bigint AS pool_id, ARRAY (SELECT ru.unit_id FROM hubd.resource_unit AS ru
                WHERE ru.hub_id = hub AND ru.resource_id = r.id) AS unit_ids WHERE NOT r.is_pool AND i.wanted IS NULL
            UNION ALL
            SELECT NULL, '{}' WHERE i.wanted IS NOT NULL
            UNION ALL
            SELECT NULL, ARRAY[pin] FROM unnest(i.pinned_unit_ids) AS pin WHERE r.is_pool AND i.wanted IS NULL
            UNION ALL
            SELECT r.id, '{}' FROM generate_series(1, i.count - cardinality(i.pinned_unit_ids)) WHERE r.is_pool AND i.wanted IS NULL
        ) AS part ON true
        WHERE b.hub_id = hub AND b.id = booking);
END $$;

-- Every way to answer each demand, the present one first: fixed units, a unit of the pool, a resource for the wish.
CREATE OR REPLACE FUNCTION hubd.all_variants(hub bigint, demands hubd.demand[])
    RETURNS TABLE (d hubd.demand, resource_id bigint, unit_ids bigint[], rank bigint) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT d, NULL::bigint, d.unit_ids, 0::bigint FROM unnest(demands) AS d WHERE d.pool_id IS NULL AND d.wanted IS NULL
        UNION ALL
        SELECT d, d.pool_id, ARRAY[u.id], CASE WHEN u.id = ANY (d.unit_ids) THEN 0 ELSE u.id END
        FROM unnest(demands) AS d JOIN hubd.unit AS u ON u.hub_id = hub AND u.pool_id = d.pool_id
        UNION ALL
        SELECT d, r.id, part.unit_ids, CASE WHEN part.unit_ids = d.unit_ids THEN 0 ELSE k.rank END
        FROM unnest(demands) AS d, LATERAL hubd.candidates(hub, d.wanted) AS k
        JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = k.resource_id
        JOIN LATERAL (
            SELECT array_agg(ru.unit_id ORDER BY ru.unit_id) AS unit_ids FROM hubd.resource_unit AS ru
            WHERE ru.hub_id = hub AND ru.resource_id = r.id
            GROUP BY CASE WHEN r.is_pool THEN ru.unit_id END) AS part ON true
        WHERE d.wanted IS NOT NULL;
    END;

-- The windows in which demands could touch others, as far as any setup or turnover reaches, by unit.
CREATE OR REPLACE FUNCTION hubd.reach(hub bigint, demands hubd.demand[]) RETURNS TABLE (unit_id bigint, during tstzrange) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT wide.unit_id, unnest(range_agg(tstzrange(lower(wide.during) - greatest(wide.setup, u.setup), upper(wide.during) + greatest(wide.turnover, u.turnover))))
        FROM (SELECT DISTINCT w.unit_id, (v.d).during, (v.d).setup, (v.d).turnover FROM hubd.all_variants(hub, demands) AS v, unnest(v.unit_ids) AS w (unit_id)) AS wide
        JOIN hubd.unit AS u ON u.hub_id = hub AND u.id = wide.unit_id
        GROUP BY wide.unit_id;
    END;

-- "hub + 0" wherever claims are read beside fenced tables: else the fence's "hub_id = current_hub()" would spread to claim by
-- equality, and the planner would no longer give the range operator, which is not leakproof, to the index.

-- The claims within reach, and whether they may be moved under the caller's lock: nothing told, begun or fixed; wishes only under the hub's.
CREATE OR REPLACE FUNCTION hubd.claims_near(hub bigint, demands hubd.demand[], is_exclusive boolean)
    RETURNS TABLE (id bigint, unit_id bigint, during tstzrange, lane int4range, party bigint, booking_id bigint, item integer,
        is_wish boolean, is_movable boolean, may_move_exclusively boolean) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT c.id, c.unit_id, c.during, c.lane, c.party, c.booking_id, c.item, i.wanted IS NOT NULL,
            c.is_provisional AND lower(b.during) > (SELECT hubd.present()) AND (is_exclusive OR i.wanted IS NULL),
            c.is_provisional AND lower(b.during) > (SELECT hubd.present())
        FROM hubd.reach(hub, demands) AS near
        JOIN hubd.claim AS c ON c.hub_id = hub + 0 AND c.unit_id = near.unit_id AND c.during && near.during
        JOIN hubd.booking AS b ON b.hub_id = c.booking_hub_id AND b.id = c.booking_id
        JOIN hubd.booking_item AS i ON i.hub_id = b.hub_id AND i.booking_id = b.id AND i.position = c.item;
    END;

-- The movable demands that touch the reach of these; those that are known already included.
CREATE OR REPLACE FUNCTION hubd.touched_demands(hub bigint, demands hubd.demand[], is_exclusive boolean) RETURNS SETOF hubd.demand LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT NULL::integer, b.id, i.position, b.during, CASE WHEN i.wanted IS NULL THEN i.resource_id END, i.wanted,
            array_agg(h.unit_id ORDER BY h.unit_id) FILTER (WHERE h.lane = '[9,10)'),
            coalesce(max(upper(h.during) - lower(h.during)) FILTER (WHERE h.lane = '[0,1)'), '0'),
            coalesce(max(upper(h.during) - lower(h.during)) FILTER (WHERE h.lane = '[1,2)'), '0'), false
        FROM (SELECT DISTINCT c.booking_id, c.item, CASE WHEN NOT c.is_wish THEN c.unit_id END AS unit_id
              FROM hubd.claims_near(hub, demands, is_exclusive) AS c WHERE c.is_movable) AS hit
        JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = hit.booking_id
        JOIN hubd.booking_item AS i ON i.hub_id = hub AND i.booking_id = b.id AND i.position = hit.item
        JOIN hubd.claim AS h ON h.booking_hub_id = hub AND h.booking_id = b.id AND h.item = hit.item
            AND (hit.unit_id IS NULL OR h.unit_id = hit.unit_id)
        GROUP BY b.id, i.position, b.during, i.wanted, i.resource_id, hit.unit_id;
    END;

CREATE OR REPLACE FUNCTION hubd.numbered(demands hubd.demand[]) RETURNS hubd.demand[] LANGUAGE plpgsql IMMUTABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY (SELECT ROW(row_number() OVER (ORDER BY lower(d.during), d.booking_id, d.item, d.unit_ids), d.booking_id, d.item,
        d.during, d.pool_id, d.wanted, d.unit_ids, d.setup, d.turnover, d.is_new)::hubd.demand FROM unnest(demands) AS d);
END $$;

-- The demands and, over and over, the movable ones that they touch, numbered from 1; a little more than 3,000 when that is not all.
CREATE OR REPLACE FUNCTION hubd.component(hub bigint, demands hubd.demand[], is_exclusive boolean) RETURNS hubd.demand[] LANGUAGE plpgsql AS $$
DECLARE
    found hubd.demand[] := demands;
BEGIN
    LOOP
        found := ARRAY (SELECT t FROM hubd.touched_demands(hub, found, is_exclusive) AS t
            WHERE (t.booking_id, t.item, t.unit_ids) NOT IN (SELECT d.booking_id, d.item, d.unit_ids FROM unnest(demands) AS d));
        demands := demands || found;
        EXIT WHEN found = '{}' OR cardinality(demands) > 3000;
    END LOOP;
    RETURN hubd.numbered(demands);
END $$;

-- The variants that no fixed claim forbids. A claim that stays in its pool or on its unit keeps the buffers it was made with.
CREATE OR REPLACE FUNCTION hubd.open_variants(hub bigint, demands hubd.demand[], is_exclusive boolean) RETURNS hubd.variant[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (
        WITH fixed AS MATERIALIZED (
            SELECT DISTINCT c.id, c.unit_id, c.during, c.lane, c.party
            FROM hubd.claims_near(hub, demands, is_exclusive) AS c WHERE NOT c.is_movable
        ), piece AS MATERIALIZED (
            SELECT (v.d).n AS demand, v.resource_id, v.unit_ids, v.rank, (v.d).booking_id, (v.d).during, u.id AS unit_id,
                CASE WHEN (v.d).pool_id IS NOT NULL OR u.id = ANY ((v.d).unit_ids) THEN coalesce((v.d).setup, u.setup) ELSE u.setup END AS setup,
                CASE WHEN (v.d).pool_id IS NOT NULL OR u.id = ANY ((v.d).unit_ids) THEN coalesce((v.d).turnover, u.turnover) ELSE u.turnover END AS turnover
            FROM hubd.all_variants(hub, demands) AS v, unnest(v.unit_ids) AS w (unit_id)
            JOIN hubd.unit AS u ON u.hub_id = hub AND u.id = w.unit_id
        ), judged AS (
            SELECT p.*, EXISTS (SELECT FROM fixed AS f WHERE f.unit_id = p.unit_id AND f.party <> p.booking_id
                AND lower(p.during) <@ hubd.blocked_starts(f.during, f.lane, upper(p.during) - lower(p.during), p.setup, p.turnover)) AS is_blocked
            FROM piece AS p
        ), whole AS (
            SELECT j.demand, j.resource_id, j.rank, array_agg(j.unit_id ORDER BY j.unit_id) AS unit_ids,
                array_agg(j.setup ORDER BY j.unit_id) AS setups, array_agg(j.turnover ORDER BY j.unit_id) AS turnovers
            FROM judged AS j GROUP BY j.demand, j.resource_id, j.unit_ids, j.rank HAVING NOT bool_or(j.is_blocked)
        )
        SELECT coalesce(array_agg(numbered::hubd.variant ORDER BY (numbered).n), '{}') FROM (
            SELECT ROW(row_number() OVER (ORDER BY demand, rank, resource_id, unit_ids), demand, resource_id, unit_ids, setups, turnovers)
                ::hubd.variant AS numbered FROM whole) AS n);
END $$;
