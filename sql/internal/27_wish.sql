-- SPDX-License-Identifier: GPL-3.0-or-later
-- What somebody wants to book, from the input's names to ids; what SQL alone can know is wrong with it.

-- Of these slugs the one that looks most like a mistyped one: it shares the most pairs of letters.
CREATE OR REPLACE FUNCTION hubd.nearest(mistyped text, slugs text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT slug FROM unnest(slugs) AS slug
        ORDER BY (SELECT count(*) FROM generate_series(1, length(mistyped) - 1) AS at
                WHERE position(substr(mistyped, at, 2) IN slug) > 0)::float / greatest(length(mistyped), length(slug)) DESC, slug LIMIT 1);
END $$;

CREATE OR REPLACE FUNCTION hubd.problem_unprocessable(caller jsonb, problem text, pointer text, de text, en text, more jsonb DEFAULT '{}')
    RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(422, problem, hubd.say(hubd.language(caller), 'So geht es nicht', 'This cannot be done'),
        hubd.say(hubd.language(caller), de, en), jsonb_build_object('pointer', pointer) || more);

-- Items of the input as rows; position counts from 1. A closure of a pool without a number closes all of it.
CREATE OR REPLACE FUNCTION hubd.read_items(hub bigint, items jsonb, kind text)
    RETURNS TABLE (place integer, named text, resource_id bigint, is_pool boolean, is_bookable boolean, count integer, units bigint[],
        wanted jsonb, site text) LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT item.n::integer, item.body ->> 'resource', coalesce(r.id, k.resource_id), coalesce(r.is_pool, false),
            coalesce(r.is_bookable, true),
            CASE WHEN is_all.yes THEN cardinality(pool.units) ELSE coalesce((item.body ->> 'count')::integer,
                nullif(jsonb_array_length(item.body -> 'units'), 0), 1) END,
            CASE WHEN is_all.yes THEN pool.units
                ELSE ARRAY (SELECT DISTINCT u::bigint FROM jsonb_array_elements_text(coalesce(item.body -> 'units', '[]')) AS u ORDER BY 1) END,
            wish.wanted, item.body -> 'any' ->> 'site'
        FROM jsonb_array_elements(items) WITH ORDINALITY AS item (body, n)
        LEFT JOIN hubd.resource AS r ON r.hub_id = hub AND r.slug = item.body ->> 'resource'
        LEFT JOIN LATERAL (SELECT array_agg(u.id ORDER BY u.id) AS units FROM hubd.unit AS u
            WHERE u.hub_id = hub AND u.pool_id = r.id) AS pool ON r.is_pool
        LEFT JOIN LATERAL (SELECT r.is_pool AND read_items.kind = 'closure' AND item.body -> 'count' IS NULL AND item.body -> 'units' IS NULL AS yes) AS is_all ON true
        LEFT JOIN hubd.site AS s ON s.hub_id = hub AND s.slug = item.body -> 'any' ->> 'site'
        LEFT JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object('kind', item.body -> 'any' -> 'kind',
            'capacity', item.body -> 'any' -> 'capacity', 'features', item.body -> 'any' -> 'features', 'site_id', s.id)) AS wanted
            WHERE item.body -> 'any' IS NOT NULL) AS wish ON true
        LEFT JOIN LATERAL (SELECT c.resource_id FROM hubd.candidates(hub, wish.wanted) AS c
            WHERE wish.wanted IS NOT NULL ORDER BY c.rank LIMIT 1) AS k ON true;
    END;

-- What is wrong with one item; NULL: nothing.
CREATE OR REPLACE FUNCTION hubd.problem_of_item(caller jsonb, hub bigint, place integer, named text, resource_id bigint, is_pool boolean,
    is_bookable boolean, count integer, units bigint[], wanted jsonb, site text, is_manager boolean) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    pointer text := '/items/' || place - 1;
    near text;
    strange bigint;
BEGIN
    IF wanted IS NOT NULL AND site IS NOT NULL AND wanted -> 'site_id' IS NULL THEN
        near := hubd.nearest(site, ARRAY (SELECT s.slug FROM hubd.site AS s WHERE s.hub_id = hub));
        RETURN hubd.problem_unprocessable(caller, 'unknown-site', pointer || '/any/site', format('Den Standort „%s“ gibt es hier nicht; gemeint ist vielleicht „%s“.', site, near),
            format('There is no site "%s" here; perhaps "%s" is meant.', site, near), jsonb_build_object('nearest', near));
    ELSIF wanted IS NOT NULL AND resource_id IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'no-such-resource', pointer || '/any', 'Hier gibt es nichts, das so einen Wunsch je erfüllen könnte (Art, Plätze, Ausstattung).',
            'Nothing here could ever meet this wish (kind, capacity, features).');
    ELSIF resource_id IS NULL THEN
        near := hubd.nearest(named, ARRAY (SELECT r.slug FROM hubd.resource AS r WHERE r.hub_id = hub));
        RETURN hubd.problem_unprocessable(caller, 'unknown-resource', pointer || '/resource', format('„%s“ gibt es hier nicht; gemeint ist vielleicht „%s“.', named, near),
            format('There is no "%s" here; perhaps "%s" is meant.', named, near), jsonb_build_object('resource', named, 'nearest', near));
    ELSIF NOT is_bookable AND NOT is_manager THEN
        RETURN hubd.problem_unprocessable(caller, 'not-bookable', pointer || '/resource', format('„%s“ ist nicht buchbar.', named), format('"%s" cannot be booked.', named));
    ELSIF count NOT BETWEEN 1 AND 1000 OR (NOT is_pool AND count > 1) OR cardinality(units) > count THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-count', pointer || '/count', format('Die Anzahl %s passt nicht: mehr als eins nur von einem Pool, und nicht weniger als Plätze genannt sind.', count),
            format('The count %s does not fit: more than one only of a pool, and not fewer than the units named.', count));
    END IF;
    strange := (SELECT u FROM unnest(units) AS u WHERE NOT is_pool OR u NOT IN (SELECT w.id FROM hubd.unit AS w WHERE w.hub_id = hub AND w.pool_id = resource_id) LIMIT 1);
    IF strange IS NOT NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-unit', pointer || '/units', format('Die Einheit %s gehört nicht zu „%s“.', strange, named),
            format('Unit %s does not belong to "%s".', strange, named), jsonb_build_object('units', (SELECT jsonb_agg(jsonb_build_object('id', w.id, 'name', w.name) ORDER BY w.id)
            FROM hubd.unit AS w WHERE w.hub_id = hub AND w.pool_id = resource_id)));
    END IF;
    RETURN NULL;
END $$;

-- The first thing that is wrong with the items: one by one, then two that share a unit (a hall and its half).
CREATE OR REPLACE FUNCTION hubd.problem_of_items(caller jsonb, hub bigint, items jsonb, kind text, is_manager boolean) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    item record;
    problem api.reply;
    twice text;
BEGIN
    FOR item IN SELECT * FROM hubd.read_items(hub, items, kind) LOOP
        problem := hubd.problem_of_item(caller, hub, item.place, item.named, item.resource_id, item.is_pool, item.is_bookable, item.count, item.units, item.wanted, item.site, is_manager);
        IF problem.status IS NOT NULL THEN
            RETURN problem;
        END IF;
    END LOOP;
    IF jsonb_array_length(items) > 1 THEN
        twice := (SELECT string_agg(DISTINCT i.named, ' + ') FROM hubd.read_items(hub, items, kind) AS i
            JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = i.resource_id WHERE NOT i.is_pool AND i.wanted IS NULL AND ru.unit_id IN (
                SELECT o.unit_id FROM hubd.read_items(hub, items, kind) AS j JOIN hubd.resource_unit AS o ON o.hub_id = hub AND o.resource_id = j.resource_id
                WHERE NOT j.is_pool AND j.wanted IS NULL GROUP BY o.unit_id HAVING count(*) > 1));
    END IF;
    IF twice IS NOT NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'same-twice', '/items', format('„%s“: das enthält dasselbe zweimal.', twice), format('"%s": this contains the same thing twice.', twice));
    END IF;
    RETURN NULL;
END $$;

-- What is wrong with the time; NULL: nothing. Only managers write into the past.
CREATE OR REPLACE FUNCTION hubd.problem_of_time(caller jsonb, starts timestamptz, ends timestamptz, is_manager boolean) RETURNS api.reply LANGUAGE sql STABLE
    RETURN CASE
        WHEN starts IS NULL OR ends IS NULL OR starts >= ends OR NOT isfinite(starts) OR NOT isfinite(ends) THEN hubd.problem_unprocessable(caller, 'wrong-time', '/end',
            'Das Ende muss nach dem Beginn liegen.', 'The end must be after the start.')
        WHEN ends - starts > interval '400 days' THEN hubd.problem_unprocessable(caller, 'too-long', '/end',
            'Eine Buchung dauert höchstens 400 Tage.', 'A booking lasts at most 400 days.', jsonb_build_object('latest_end', hubd.instant(starts + interval '400 days')))
        WHEN starts < hubd.present() AND NOT is_manager THEN hubd.problem_unprocessable(caller, 'in-the-past', '/start',
            format('Der Beginn %s liegt in der Vergangenheit; jetzt ist %s.', hubd.instant(starts), hubd.instant(hubd.present())),
            format('The start %s is in the past; it is now %s.', hubd.instant(starts), hubd.instant(hubd.present())), jsonb_build_object('now', hubd.instant(hubd.present())))
    END;
