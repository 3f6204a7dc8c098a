-- SPDX-License-Identifier: GPL-3.0-or-later
-- The re-arranger itself: builds the puzzle around one booking, has it solved and puts the answer into the claims.

-- Would the hub's lock make more claims movable here? Then whoever has only the shared one starts again with it.
CREATE OR REPLACE FUNCTION hubd.ask_for_more(hub bigint, demands hubd.demand[], is_exclusive boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_exclusive AND EXISTS (SELECT FROM hubd.claims_near(hub, demands, false) AS c WHERE c.may_move_exclusively AND NOT c.is_movable) THEN
        RAISE 'wishes are in the way' USING ERRCODE = 'HB001';
    END IF;
END $$;

-- Why not even everything movable taken away would help: NULL if it might. The demands are the new booking's alone.
CREATE OR REPLACE FUNCTION hubd.hopeless(demands hubd.demand[], variants hubd.variant[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT CASE WHEN bool_or(d.pool_id IS NULL AND d.wanted IS NULL) THEN 'slot-taken' ELSE 'none-exists' END
        FROM unnest(demands) AS d WHERE d.n NOT IN (SELECT v.demand FROM unnest(variants) AS v) HAVING count(*) > 0);
END $$;

-- One solution, or NULL and why not.
CREATE OR REPLACE FUNCTION hubd.solve(demands hubd.demand[], variants hubd.variant[], OUT chosen integer[], OUT reason text) LANGUAGE plpgsql AS $$
DECLARE
    is_exhausted boolean;
BEGIN
    IF hubd.is_overfull(demands, variants) THEN
        reason := 'none-exists';
        RETURN;
    END IF;
    IF (SELECT max(cardinality(unit_ids)) FROM unnest(variants)) = 1 THEN
        chosen := hubd.colour(demands, variants);
        IF chosen IS NOT NULL THEN
            RETURN;
        END IF;
        IF hubd.is_uniform(demands, variants) THEN
            reason := 'none-exists';
            RETURN;
        END IF;
    END IF;
    IF cardinality(variants) > 2500 THEN
        reason := 'none-found';
        RETURN;
    END IF;
    SELECT s.chosen, s.is_exhausted INTO chosen, is_exhausted FROM hubd.search(demands, variants, 5000) AS s;
    reason := CASE WHEN chosen IS NULL THEN CASE WHEN is_exhausted THEN 'none-exists' ELSE 'none-found' END END;
END $$;

-- Holds the rows of bookings that are about to move. A hold on several units may be ended by a writer who has locked only another of them:
-- then the puzzle was of yesterday, and whoever has only the shared lock starts again with the hub's, under which nobody else ends holds.
CREATE OR REPLACE FUNCTION hubd.keep_alive(hub bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = ANY (bookings) ORDER BY b.id FOR UPDATE;
    IF EXISTS (SELECT FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = ANY (bookings) AND b.state NOT IN ('held', 'confirmed')) THEN
        RAISE 'a hold ended meanwhile' USING ERRCODE = 'HB001';
    END IF;
END $$;

-- Puts a solution in place: what moves goes first, then everything new is inserted. Locked and solved, so nothing may miss.
CREATE OR REPLACE FUNCTION hubd.apply_solution(hub bigint, demands hubd.demand[], variants hubd.variant[], chosen integer[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
    made bigint;
    moves hubd.demand[] := ARRAY (SELECT d FROM unnest(demands) AS d JOIN unnest(variants) AS v ON v.n = chosen[d.n]
        WHERE d.is_new OR v.unit_ids <> d.unit_ids);
BEGIN
    PERFORM hubd.keep_alive(hub, ARRAY (SELECT DISTINCT m.booking_id FROM unnest(moves) AS m));
    DELETE FROM hubd.claim WHERE (hub_id, id) IN (
        SELECT c.hub_id, c.id FROM unnest(moves) AS m JOIN hubd.claim AS c ON c.booking_hub_id = hub AND c.booking_id = m.booking_id
            AND c.item = m.item AND c.unit_id = ANY (m.unit_ids) WHERE NOT m.is_new);
    PERFORM hubd.answer_wishes(hub, moves, variants, chosen);
    WITH piece AS MATERIALIZED (
        SELECT nextval('hubd.id') AS id, b.id AS booking_id, m.item, u.unit_id, l.lane, l.during,
            i.is_provisional AND NOT u.unit_id = ANY (i.pinned_unit_ids) AND (m.pool_id IS NOT NULL OR m.wanted IS NOT NULL) AS is_provisional,
            CASE WHEN b.state = 'held' THEN b.expires_at END AS expires_at
        FROM unnest(moves) AS m JOIN unnest(variants) AS v ON v.n = chosen[m.n]
        JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = m.booking_id
        JOIN hubd.booking_item AS i ON i.hub_id = hub AND i.booking_id = b.id AND i.position = m.item,
            unnest(v.unit_ids, v.setups, v.turnovers) AS u (unit_id, setup, turnover), hubd.claim_lanes(m.during, u.setup, u.turnover) AS l
    ), inserted AS (
        INSERT INTO hubd.claim (hub_id, id, unit_id, during, lane, party, booking_hub_id, booking_id, item, is_provisional, expires_at)
        SELECT hub, p.id, p.unit_id, p.during, p.lane, CASE WHEN p.lane = '[9,10)' THEN p.id ELSE p.booking_id END,
            hub, p.booking_id, p.item, p.is_provisional, p.expires_at
        FROM piece AS p ORDER BY p.unit_id, lower(p.during), p.lane
        ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT (SELECT count(*) FROM piece), (SELECT count(*) FROM inserted) INTO wanted, made;
    IF made < wanted THEN
        RAISE 'a re-arrangement did not fit: % of % claims', made, wanted;
    END IF;
END $$;

-- A wish that is answered by another resource than before says so, to the feeds of both.
CREATE OR REPLACE FUNCTION hubd.answer_wishes(hub bigint, moves hubd.demand[], variants hubd.variant[], chosen integer[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM hubd.changed(ARRAY (
        SELECT 'resource:' || r FROM unnest(moves) AS m JOIN unnest(variants) AS v ON v.n = chosen[m.n]
        JOIN hubd.booking_item AS i ON i.hub_id = hub AND i.booking_id = m.booking_id AND i.position = m.item,
            unnest(ARRAY[i.resource_id, v.resource_id]) AS r WHERE m.wanted IS NOT NULL AND NOT m.is_new AND i.resource_id <> v.resource_id));
    UPDATE hubd.booking_item AS i SET resource_id = v.resource_id
        FROM unnest(moves) AS m JOIN unnest(variants) AS v ON v.n = chosen[m.n]
        WHERE m.wanted IS NOT NULL AND i.hub_id = hub AND i.booking_id = m.booking_id AND i.position = m.item;
END $$;

-- Wants fixed units only, one of them is taken, and nothing around may move: then there is nothing to search. The usual refusal.
CREATE OR REPLACE FUNCTION hubd.is_lost(hub bigint, demands hubd.demand[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM unnest(demands) AS d WHERE d.pool_id IS NOT NULL OR d.wanted IS NOT NULL)
        AND EXISTS (SELECT FROM unnest(demands) AS d, unnest(d.unit_ids) AS w (id) CROSS JOIN LATERAL (
                SELECT o.id, o.setup, o.turnover FROM hubd.unit AS o WHERE o.hub_id = hub AND o.id = w.id OFFSET 0) AS u
            WHERE NOT hubd.is_free(hub, u.id, d.booking_id, d.during, u.setup, u.turnover))
        AND NOT EXISTS (SELECT FROM unnest(demands) AS d, unnest(d.unit_ids) AS w (id) CROSS JOIN LATERAL (
                SELECT c.is_provisional FROM hubd.claim AS c WHERE c.hub_id = hub + 0 AND c.unit_id = w.id
                    AND c.during && tstzrange(lower(d.during) - interval '1 day', upper(d.during) + interval '1 day') OFFSET 0) AS near
            WHERE near.is_provisional);
END $$;

-- Makes room for one booking that holds nothing yet. NULL when it is placed, else slot-taken | none-exists | none-found.
CREATE OR REPLACE FUNCTION hubd.rearrange(hub bigint, booking bigint, is_exclusive boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    demands hubd.demand[] := hubd.numbered(hubd.new_demands(hub, booking));
    variants hubd.variant[];
    chosen integer[];
    reason text;
BEGIN
    IF demands = '{}' OR hubd.is_lost(hub, demands) THEN
        RETURN 'slot-taken';
    END IF;
    reason := hubd.hopeless(demands, hubd.open_variants(hub, demands, is_exclusive));
    IF reason IS NULL THEN
        demands := hubd.component(hub, demands, is_exclusive);
        IF cardinality(demands) > 3000 THEN
            RETURN 'none-found';
        END IF;
        variants := hubd.open_variants(hub, demands, is_exclusive);
        SELECT s.chosen, s.reason INTO chosen, reason FROM hubd.solve(demands, variants) AS s;
    END IF;
    IF reason IS NULL THEN
        PERFORM hubd.apply_solution(hub, demands, variants, chosen);
    ELSE
        PERFORM hubd.ask_for_more(hub, demands, is_exclusive);
    END IF;
    RETURN reason;
END $$;
