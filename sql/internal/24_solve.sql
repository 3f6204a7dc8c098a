-- SPDX-License-Identifier: GPL-3.0-or-later
-- Solving the puzzle of 23_rearrange: choose one variant for each demand so that no two hit each other. Two ways, both deterministic:
-- colouring by start, and an exact search that always continues with the demand that has the fewest variants left.

-- Colouring by start, for demands of one unit each: the present unit if it is free, else the first free one. Returns the chosen
-- variant of each demand, or NULL when one found no unit.
CREATE OR REPLACE FUNCTION hubd.colour(demands hubd.demand[], variants hubd.variant[]) RETURNS integer[] LANGUAGE plpgsql AS $$
DECLARE
    core_until timestamptz[];
    turnover_until timestamptz[];
    chosen integer[] := array_fill(NULL::integer, ARRAY[cardinality(demands)]);
    step record;
    at integer;
BEGIN
    FOR step IN
        SELECT d.n, d.during, array_agg(v.n ORDER BY v.n) AS numbers, array_agg(v.place ORDER BY v.n) AS places,
            array_agg(v.setup ORDER BY v.n) AS setups, array_agg(v.turnover ORDER BY v.n) AS turnovers
        FROM unnest(demands) AS d
        JOIN (SELECT demand, n, setups[1] AS setup, turnovers[1] AS turnover, dense_rank() OVER (ORDER BY unit_ids[1])::integer AS place
              FROM unnest(variants)) AS v ON v.demand = d.n
        GROUP BY d.n, d.during ORDER BY lower(d.during), d.n
    LOOP
        FOR at IN 1 .. cardinality(step.numbers) LOOP
            IF lower(step.during) - step.setups[at] >= coalesce(core_until[step.places[at]], '-infinity')
                AND lower(step.during) >= coalesce(turnover_until[step.places[at]], '-infinity')
            THEN
                chosen[step.n] := step.numbers[at];
                core_until[step.places[at]] := greatest(core_until[step.places[at]], upper(step.during));
                turnover_until[step.places[at]] := greatest(turnover_until[step.places[at]], upper(step.during) + step.turnovers[at]);
                EXIT;
            END IF;
        END LOOP;
        IF chosen[step.n] IS NULL THEN
            RETURN NULL;
        END IF;
    END LOOP;
    RETURN CASE WHEN array_position(chosen, NULL) IS NULL THEN chosen END;
END $$;

-- Is colouring by start a proof? All demands are for one unit of the same pool, nothing is forbidden, all buffers are equal.
CREATE OR REPLACE FUNCTION hubd.is_uniform(demands hubd.demand[], variants hubd.variant[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT count(DISTINCT pool_id) = 1 AND bool_and(pool_id IS NOT NULL) FROM unnest(demands))
        AND (SELECT count(*) = cardinality(demands) * count(DISTINCT unit_ids)
                AND count(DISTINCT setups) = 1 AND count(DISTINCT turnovers) = 1 AND max(cardinality(unit_ids)) = 1 FROM unnest(variants));
END $$;

-- A proof that there is no solution, without a search: at some moment more units are needed than all who are there together may use.
CREATE OR REPLACE FUNCTION hubd.is_overfull(demands hubd.demand[], variants hubd.variant[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT count(DISTINCT demand) FROM unnest(variants)) < cardinality(demands) OR EXISTS (
        SELECT FROM (SELECT DISTINCT lower(during) AS at FROM unnest(demands)) AS moment,
            LATERAL (
                SELECT sum(least_units) AS needed FROM (
                    SELECT min(cardinality(v.unit_ids)) AS least_units FROM unnest(demands) AS d JOIN unnest(variants) AS v ON v.demand = d.n
                    WHERE d.during @> moment.at GROUP BY d.n) AS each) AS want,
            LATERAL (
                SELECT count(DISTINCT u) AS usable FROM unnest(demands) AS d JOIN unnest(variants) AS v ON v.demand = d.n, unnest(v.unit_ids) AS u
                WHERE d.during @> moment.at) AS have
        WHERE want.needed > have.usable);
END $$;

-- Which variants exclude which: for each, the numbers of those of other demands that share a unit and would hit it there.
CREATE OR REPLACE FUNCTION hubd.exclusions(demands hubd.demand[], variants hubd.variant[])
    RETURNS TABLE (n integer, excluded integer[]) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH piece AS MATERIALIZED (
            SELECT v.n, v.demand, d.booking_id, u.unit_id, l.lane, l.during
            FROM unnest(variants) AS v JOIN unnest(demands) AS d ON d.n = v.demand,
                unnest(v.unit_ids, v.setups, v.turnovers) AS u (unit_id, setup, turnover), hubd.claim_lanes(d.during, u.setup, u.turnover) AS l
        )
        SELECT v.n, coalesce(hit.excluded, '{}')
        FROM unnest(variants) AS v LEFT JOIN (
            SELECT a.n, array_agg(DISTINCT b.n) AS excluded
            FROM piece AS a JOIN piece AS b ON b.unit_id = a.unit_id AND b.demand <> a.demand AND b.during && a.during
                AND b.lane && a.lane AND (a.lane = '[9,10)' OR b.booking_id <> a.booking_id)
            GROUP BY a.n) AS hit ON hit.n = v.n;
    END;

-- Units that every demand may use alike are interchangeable: the class of each variant's unit, 0 where it is like no other.
CREATE OR REPLACE FUNCTION hubd.unit_classes(variants hubd.variant[]) RETURNS TABLE (n integer, place integer, class integer) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH unit AS (
            SELECT u.unit_id, bool_and(cardinality(v.unit_ids) = 1) AS is_single,
                array_agg(ROW(v.demand, v.setups, v.turnovers)::text ORDER BY v.demand, v.n) AS pattern
            FROM unnest(variants) AS v, unnest(v.unit_ids) AS u (unit_id) GROUP BY u.unit_id
        )
        SELECT v.n, dense_rank() OVER (ORDER BY v.unit_ids[1])::integer,
            CASE WHEN unit.is_single THEN dense_rank() OVER (ORDER BY unit.pattern)::integer ELSE 0 END
        FROM unnest(variants) AS v JOIN unit ON unit.unit_id = v.unit_ids[1];
    END;

-- The search's tables. Variant n belongs to demand owner[n], and choosing it excludes excluded[first_excluded[n] .. first_excluded[n + 1] - 1];
-- demand d has the variants first[d] .. first[d + 1] - 1; place and class are those of a variant's unit.
CREATE OR REPLACE FUNCTION hubd.search_tables(demands hubd.demand[], variants hubd.variant[], OUT owner integer[], OUT place integer[],
    OUT class integer[], OUT excluded integer[], OUT first_excluded integer[], OUT first integer[], OUT sizes integer[]) LANGUAGE sql STABLE
    BEGIN ATOMIC
        WITH x AS MATERIALIZED (SELECT * FROM hubd.exclusions(demands, variants)), c AS MATERIALIZED (SELECT * FROM hubd.unit_classes(variants))
        SELECT (SELECT array_agg(v.demand ORDER BY v.n) FROM unnest(variants) AS v),
            (SELECT array_agg(c.place ORDER BY c.n) FROM c), (SELECT array_agg(c.class ORDER BY c.n) FROM c),
            (SELECT coalesce(array_agg(number ORDER BY x.n), '{}') FROM x, unnest(x.excluded) AS number),
            ARRAY (SELECT 1 + coalesce(sum(cardinality(x.excluded)) OVER (ORDER BY x.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                FROM x ORDER BY x.n)::integer[] || (SELECT 1 + coalesce(sum(cardinality(x.excluded)), 0) FROM x)::integer,
            ARRAY (SELECT min(v.n) FROM unnest(variants) AS v GROUP BY v.demand ORDER BY v.demand) || cardinality(variants) + 1,
            ARRAY (SELECT count(*)::integer FROM unnest(variants) AS v GROUP BY v.demand ORDER BY v.demand);
    END;

-- Every demand has a variant (is_overfull() saw to that). chosen is NULL when there is none; is_exhausted: that is a proof.
CREATE OR REPLACE FUNCTION hubd.search(demands hubd.demand[], variants hubd.variant[], bound integer, OUT chosen integer[], OUT is_exhausted boolean)
    LANGUAGE plpgsql AS $$
DECLARE
    t record := hubd.search_tables(demands, variants);
    owner integer[] := t.owner; place integer[] := t.place; class integer[] := t.class; first integer[] := t.first;
    excluded integer[] := t.excluded; first_excluded integer[] := t.first_excluded;
    classes integer := cardinality(t.class) + 1;
    left_over integer[] := t.sizes;                                  -- variants that each demand has left
    hits integer[] := array_fill(0, ARRAY[cardinality(variants)]);   -- how many chosen ones exclude this variant
    used integer[] := array_fill(0, ARRAY[cardinality(variants)]);   -- how many chosen ones use this place
    stack integer[]; next integer[]; opened integer[];               -- by level: its demand, its next variant, when it was opened
    tried integer[];                                                 -- by level and class: the opening that tried an untouched unit of it
    level integer := 1; is_deeper boolean := true; steps integer := 0; openings integer := 0;
    delta integer; d integer; v integer; x integer;
BEGIN
    chosen := array_fill(NULL::integer, ARRAY[cardinality(demands)]);
    LOOP
        IF is_deeper THEN
            d := NULL;
            FOR x IN 1 .. cardinality(demands) LOOP
                IF chosen[x] IS NULL AND (d IS NULL OR left_over[x] < left_over[d]) THEN d := x; END IF;
            END LOOP;
            IF d IS NULL THEN RETURN; END IF;
            openings := openings + 1;
            stack[level] := d; next[level] := first[d]; opened[level] := openings;
        END IF;
        d := stack[level];
        v := chosen[d];
        delta := -1;
        IF v IS NULL THEN
            v := next[level];
            -- Of units that are alike and untouched, one try stands for all.
            WHILE v < first[d + 1] AND (hits[v] > 0 OR (class[v] > 0 AND used[place[v]] = 0
                AND tried[level * classes + class[v]] IS NOT DISTINCT FROM opened[level])) LOOP v := v + 1; END LOOP;
            IF v >= first[d + 1] THEN
                level := level - 1; is_deeper := false;
                IF level = 0 THEN chosen := NULL; is_exhausted := true; RETURN; END IF;
                CONTINUE;
            END IF;
            steps := steps + 1; next[level] := v + 1; delta := 1;
            IF steps > bound THEN chosen := NULL; is_exhausted := false; RETURN; END IF;
            IF used[place[v]] = 0 THEN tried[level * classes + class[v]] := opened[level]; END IF;
        END IF;
        chosen[d] := CASE WHEN delta = 1 THEN v END;
        used[place[v]] := used[place[v]] + delta;
        FOR e IN first_excluded[v] .. first_excluded[v + 1] - 1 LOOP
            x := excluded[e];
            hits[x] := hits[x] + delta;
            IF hits[x] = greatest(delta, 0) THEN left_over[owner[x]] := left_over[owner[x]] - delta; END IF;
        END LOOP;
        is_deeper := delta = 1;
        level := level + greatest(delta, 0);
    END LOOP;
END $$;
