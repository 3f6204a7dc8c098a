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

-- What {"kind", "capacity", "features", "site"} means here: the site's number instead of its name.
CREATE OR REPLACE FUNCTION hubd.read_wish(hub bigint, body jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN jsonb_strip_nulls(jsonb_build_object('kind', body -> 'kind', 'capacity', body -> 'capacity', 'features', body -> 'features',
        'site_id', (SELECT s.id FROM hubd.site AS s WHERE s.hub_id = hub AND s.slug = body ->> 'site')));
END $$;

-- One item of the input. A closure of a pool without a number closes all of it.
CREATE OR REPLACE FUNCTION hubd.read_item(hub bigint, body jsonb, place integer, kind text) RETURNS hubd.item LANGUAGE plpgsql STABLE AS $$
DECLARE
    item hubd.item;
BEGIN
    item.place := place;
    item.named := body ->> 'resource';
    SELECT r.id, r.is_pool, r.is_bookable INTO item.resource_id, item.is_pool, item.is_bookable
        FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = item.named AND r.retired_at IS NULL;
    item.is_pool := coalesce(item.is_pool, false);
    item.is_bookable := coalesce(item.is_bookable, true);
    IF body -> 'any' IS NOT NULL THEN
        item.wanted := hubd.read_wish(hub, body -> 'any');
        item.site := body -> 'any' ->> 'site';
        item.resource_id := coalesce(item.resource_id, (SELECT c.resource_id FROM hubd.candidates(hub, item.wanted) AS c ORDER BY c.rank LIMIT 1));
    END IF;
    IF item.is_pool AND kind = 'closure' AND body -> 'count' IS NULL AND body -> 'units' IS NULL THEN
        item.units := ARRAY (SELECT u.id FROM hubd.unit AS u WHERE u.hub_id = hub AND u.pool_id = item.resource_id ORDER BY u.id);
        item.count := cardinality(item.units);
    ELSIF body -> 'units' IS NULL THEN
        item.units := '{}';
        item.count := coalesce((body ->> 'count')::integer, 1);
    ELSE
        item.units := ARRAY (SELECT DISTINCT u::bigint FROM jsonb_array_elements_text(body -> 'units') AS u ORDER BY 1);
        item.count := coalesce((body ->> 'count')::integer, nullif(jsonb_array_length(body -> 'units'), 0), 1);
    END IF;
    RETURN item;
END $$;

-- Items of the input, in their order; place counts from 1.
CREATE OR REPLACE FUNCTION hubd.read_items(hub bigint, items jsonb, kind text) RETURNS hubd.item[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    result hubd.item[] := '{}';
BEGIN
    FOR place IN 1 .. coalesce(jsonb_array_length(items), 0) LOOP
        result[place] := hubd.read_item(hub, items -> place - 1, place, kind);
    END LOOP;
    RETURN result;
END $$;

-- What is wrong with one item; NULL: nothing.
CREATE OR REPLACE FUNCTION hubd.problem_of_item(caller jsonb, hub bigint, item hubd.item, is_manager boolean) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    pointer text := '/items/' || item.place - 1;
    near text;
    strange bigint;
BEGIN
    IF item.wanted IS NOT NULL AND item.site IS NOT NULL AND item.wanted -> 'site_id' IS NULL THEN
        near := hubd.nearest(item.site, ARRAY (SELECT s.slug FROM hubd.site AS s WHERE s.hub_id = hub));
        RETURN hubd.problem_unprocessable(caller, 'unknown-site', pointer || '/any/site', format('Den Standort „%s“ gibt es hier nicht; gemeint ist vielleicht „%s“.', item.site, near),
            format('There is no site "%s" here; perhaps "%s" is meant.', item.site, near), jsonb_build_object('nearest', near));
    ELSIF item.wanted IS NOT NULL AND item.resource_id IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'no-such-resource', pointer || '/any', 'Hier gibt es nichts, das so einen Wunsch je erfüllen könnte (Art, Plätze, Ausstattung).',
            'Nothing here could ever meet this wish (kind, capacity, features).');
    ELSIF item.resource_id IS NULL THEN
        near := hubd.nearest(item.named, ARRAY (SELECT r.slug FROM hubd.resource AS r WHERE r.hub_id = hub));
        RETURN hubd.problem_unprocessable(caller, 'unknown-resource', pointer || '/resource', format('„%s“ gibt es hier nicht; gemeint ist vielleicht „%s“.', item.named, near),
            format('There is no "%s" here; perhaps "%s" is meant.', item.named, near), jsonb_build_object('resource', item.named, 'nearest', near));
    ELSIF NOT item.is_bookable AND NOT is_manager THEN
        RETURN hubd.problem_unprocessable(caller, 'not-bookable', pointer || '/resource', format('„%s“ ist nicht buchbar.', item.named), format('"%s" cannot be booked.', item.named));
    ELSIF item.count NOT BETWEEN 1 AND 1000 OR (NOT item.is_pool AND item.count > 1) OR cardinality(item.units) > item.count THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-count', pointer || '/count', format('Die Anzahl %s passt nicht: mehr als eins nur von einem Pool, und nicht weniger als Plätze genannt sind.', item.count),
            format('The count %s does not fit: more than one only of a pool, and not fewer than the units named.', item.count));
    END IF;
    IF item.units <> '{}' THEN
        strange := (SELECT u FROM unnest(item.units) AS u WHERE NOT item.is_pool OR u NOT IN (SELECT w.id FROM hubd.unit AS w WHERE w.hub_id = hub AND w.pool_id = item.resource_id) LIMIT 1);
    END IF;
    IF strange IS NOT NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-unit', pointer || '/units', format('Die Einheit %s gehört nicht zu „%s“.', strange, item.named),
            format('Unit %s does not belong to "%s".', strange, item.named), jsonb_build_object('units', (SELECT jsonb_agg(jsonb_build_object('id', w.id, 'name', w.name) ORDER BY w.id)
            FROM hubd.unit AS w WHERE w.hub_id = hub AND w.pool_id = item.resource_id)));
    END IF;
    RETURN NULL;
END $$;

-- What can never be had of a pool: more than all of it, or one unit twice. NULL: nothing.
CREATE OR REPLACE FUNCTION hubd.problem_of_pools(caller jsonb, hub bigint, items hubd.item[]) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    scarce record;
    twice text;
BEGIN
    SELECT min(i.named) AS named, min(i.place) AS place, sum(i.count) AS asked, size.units INTO scarce
    FROM unnest(items) AS i, LATERAL (SELECT count(*) AS units FROM hubd.unit AS u WHERE u.hub_id = hub AND u.pool_id = i.resource_id) AS size
    WHERE i.is_pool AND i.wanted IS NULL GROUP BY i.resource_id, size.units HAVING sum(i.count) > size.units LIMIT 1;
    IF scarce.named IS NOT NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-count', '/items/' || scarce.place - 1 || '/count',
            format('„%s“: zusammen %s, aber der Pool hat nur %s.', scarce.named, scarce.asked, scarce.units),
            format('"%s": %s together, but the pool has only %s.', scarce.named, scarce.asked, scarce.units), jsonb_build_object('units', scarce.units));
    END IF;
    twice := (SELECT u.name FROM unnest(items) AS i, unnest(i.units) AS pin JOIN hubd.unit AS u ON u.hub_id = hub AND u.id = pin
        GROUP BY u.id, u.name HAVING count(*) > 1 LIMIT 1);
    RETURN CASE WHEN twice IS NOT NULL THEN hubd.problem_unprocessable(caller, 'same-twice', '/items',
        format('„%s“ ist zweimal genannt.', twice), format('"%s" is named twice.', twice)) END;
END $$;

-- The first thing that is wrong with the items: one by one, then two that share a unit (a hall and its half).
CREATE OR REPLACE FUNCTION hubd.problem_of_items(caller jsonb, hub bigint, items hubd.item[], is_manager boolean) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    item hubd.item;
    problem api.reply;
    twice text;
    has_pool boolean := false;
BEGIN
    FOREACH item IN ARRAY items LOOP
        problem := hubd.problem_of_item(caller, hub, item, is_manager);
        IF problem.status IS NOT NULL THEN
            RETURN problem;
        END IF;
        has_pool := has_pool OR item.is_pool;
    END LOOP;
    IF has_pool THEN
        problem := hubd.problem_of_pools(caller, hub, items);
        IF problem.status IS NOT NULL THEN
            RETURN problem;
        END IF;
    END IF;
    IF cardinality(items) > 1 THEN
        twice := (SELECT string_agg(DISTINCT shared.name, ' + ') FROM (
            SELECT i.named AS name, count(*) OVER (PARTITION BY ru.unit_id) AS times
            FROM unnest(items) AS i JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = i.resource_id
            WHERE NOT i.is_pool AND i.wanted IS NULL) AS shared WHERE shared.times > 1);
    END IF;
    IF twice IS NOT NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'same-twice', '/items', format('„%s“: das enthält dasselbe zweimal.', twice), format('"%s": this contains the same thing twice.', twice));
    END IF;
    RETURN NULL;
END $$;

-- What is wrong with the time; NULL: nothing. Only managers write into the past.
CREATE OR REPLACE FUNCTION hubd.problem_of_time(caller jsonb, starts timestamptz, ends timestamptz, is_manager boolean) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    present timestamptz := hubd.present();
BEGIN
    IF starts IS NULL OR ends IS NULL OR starts >= ends OR NOT isfinite(starts) OR NOT isfinite(ends) THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-time', '/end', 'Das Ende muss nach dem Beginn liegen.', 'The end must be after the start.');
    ELSIF ends - starts > interval '400 days' THEN
        RETURN hubd.problem_unprocessable(caller, 'too-long', '/end', 'Eine Buchung dauert höchstens 400 Tage.', 'A booking lasts at most 400 days.',
            jsonb_build_object('latest_end', hubd.instant(starts + interval '400 days')));
    ELSIF starts < present AND NOT is_manager THEN
        RETURN hubd.problem_unprocessable(caller, 'in-the-past', '/start',
            format('Der Beginn %s liegt in der Vergangenheit; jetzt ist %s.', hubd.instant(starts), hubd.instant(present)),
            format('The start %s is in the past; it is now %s.', hubd.instant(starts), hubd.instant(present)), jsonb_build_object('now', hubd.instant(present)));
    END IF;
    RETURN NULL;
END $$;
