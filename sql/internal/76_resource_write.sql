-- SPDX-License-Identifier: GPL-3.0-or-later
-- Making and changing resources: a single one (one unit), a pool (equal units), a divisible one (the units of its parts). What is
-- claimed stays claimed: a unit that somebody comes for is not taken away.

-- Bookings to come that a change of these units, or of this resource, would touch.
CREATE OR REPLACE FUNCTION hubd.coming_bookings(hub bigint, resource bigint, units bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY(SELECT DISTINCT c.booking_id FROM hubd.claim AS c
            WHERE c.hub_id = hub AND c.unit_id = ANY (units) AND upper(c.during) > hubd.present()
              AND (c.expires_at IS NULL OR c.expires_at > hubd.present())
        UNION SELECT i.booking_id FROM hubd.booking_item AS i JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = i.booking_id
            WHERE i.hub_id = hub AND i.resource_id = resource AND upper(b.during) > hubd.present() AND b.state IN ('held', 'confirmed', 'unplaced')
              AND (b.expires_at IS NULL OR b.expires_at > hubd.present()));
END $$;

-- The units of a resource, and whether it is made of other resources' units: only a divisible one has several without being a pool.
CREATE OR REPLACE FUNCTION hubd.units_of(hub bigint, resource bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY(SELECT ru.unit_id FROM hubd.resource_unit AS ru WHERE ru.hub_id = hub AND ru.resource_id = resource ORDER BY ru.unit_id);
END $$;

CREATE OR REPLACE FUNCTION hubd.is_divisible(hub bigint, r hubd.resource) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT r.is_pool AND cardinality(hubd.units_of(hub, r.id)) > 1;
END $$;

-- Something that is to go, or to be made up anew, is wanted by somebody: which bookings, with names, for managers only get here.
CREATE OR REPLACE FUNCTION hubd.problem_in_use(caller jsonb, hub bigint, bookings bigint[], de text, en text) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.problem(409, 'in-use', hubd.say(hubd.language(caller), 'Noch gebucht', 'Still booked'), hubd.say(hubd.language(caller), de, en),
        jsonb_build_object('bookings', hubd.managed_bookings(hubd.language(caller), hub, bookings, 20), 'count', cardinality(bookings)));
END $$;

-- ---- what is wrong with the words ----

CREATE OR REPLACE FUNCTION hubd.problem_of_parts(caller jsonb, hub bigint, r hubd.resource, parts text[]) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    wrong text := (SELECT p FROM unnest(parts) AS p WHERE NOT EXISTS (SELECT FROM hubd.resource AS o
        WHERE o.hub_id = hub AND o.slug = p AND NOT o.is_pool AND o.retired_at IS NULL AND o.id IS DISTINCT FROM r.id) LIMIT 1);
    near text;
BEGIN
    IF wrong IS NOT NULL THEN
        near := hubd.nearest(wrong, ARRAY(SELECT o.slug FROM hubd.resource AS o
            WHERE o.hub_id = hub AND NOT o.is_pool AND o.retired_at IS NULL AND o.id IS DISTINCT FROM r.id));
        RETURN hubd.problem_unprocessable(caller, 'wrong-parts', '/parts',
            format('„%s“ kann kein Teil sein; gemeint ist vielleicht „%s“. Teile sind andere Ressourcen dieses Hubs, keine Pools.', wrong, near),
            format('"%s" cannot be a part; perhaps "%s" is meant. Parts are other resources of this hub, no pools.', wrong, near),
            jsonb_build_object('nearest', near));
    ELSIF cardinality(parts) < 2 THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-parts', '/parts', 'Ein teilbarer Raum hat mindestens zwei Teile.',
            'A divisible room has at least two parts.');
    ELSIF r.id IS NOT NULL AND EXISTS (SELECT FROM hubd.resource AS o JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = o.id
            WHERE o.hub_id = hub AND o.slug = ANY (parts) GROUP BY o.id
            HAVING array_agg(ru.unit_id ORDER BY ru.unit_id) @> hubd.units_of(hub, r.id)) THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-parts', '/parts', 'Ein Teil umfasst schon das Ganze: bitte nur kleinere Räume wählen.',
            'One part is the whole already: please choose smaller rooms only.');
    END IF;
    RETURN NULL;
END $$;

-- A slug that was not given is made of the name, and made unique.
CREATE OR REPLACE FUNCTION hubd.free_slug(hub bigint, name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT hubd.slug_from(name) || CASE WHEN n > 1 THEN '-' || n ELSE '' END FROM generate_series(1, 1000) AS n
        WHERE hubd.slug_from(name) <> '' AND NOT EXISTS (SELECT FROM hubd.resource AS r
            WHERE r.hub_id = hub AND r.slug = hubd.slug_from(name) || CASE WHEN n > 1 THEN '-' || n ELSE '' END) ORDER BY n LIMIT 1);
END $$;

CREATE OR REPLACE FUNCTION hubd.problem_of_slug(caller jsonb, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    wanted text := coalesce(nullif(input ->> 'slug', ''), hubd.free_slug(hub, input ->> 'name_de'));
BEGIN
    IF wanted IS NULL OR wanted !~ '^[a-z0-9]+(-[a-z0-9]+)*$' OR length(wanted) > 60 THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-name', '/slug',
            format('„%s“ ist kein Kurzname: kleine Buchstaben a–z, Ziffern und Bindestriche, zum Beispiel „%s“.', coalesce(wanted, ''), coalesce(nullif(hubd.slug_from(left(wanted, 60)), ''), 'raum-1')),
            format('"%s" is no short name: small letters a–z, digits and hyphens, for example "%s".', coalesce(wanted, ''), coalesce(nullif(hubd.slug_from(left(wanted, 60)), ''), 'room-1')));
    ELSIF EXISTS (SELECT FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = wanted) THEN
        RETURN hubd.problem(409, 'name-taken', hubd.say(hubd.language(caller), 'Kurzname vergeben', 'Short name taken'), hubd.say(hubd.language(caller),
            format('„%s“ heißt hier schon etwas; frei ist „%s“.', wanted, hubd.free_slug(hub, wanted)), format('"%s" is taken here; "%s" is free.', wanted, hubd.free_slug(hub, wanted))),
            '{"pointer": "/slug"}');
    END IF;
    RETURN NULL;
END $$;

-- The first thing that is wrong with the input; NULL: nothing. r is what is stored, of a new one all NULL.
CREATE OR REPLACE FUNCTION hubd.problem_of_resource(caller jsonb, hub bigint, r hubd.resource, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    near text;
    parts text[] := hubd.texts(input -> 'parts');
BEGIN
    IF (r.id IS NULL OR input ? 'name_de') AND btrim(coalesce(input ->> 'name_de', '')) = '' THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/name_de', 'Der deutsche Name fehlt.', 'The German name is missing.');
    ELSIF (r.id IS NULL OR input ? 'kind') AND coalesce(input ->> 'kind', '') NOT IN ('room', 'desk', 'machine', 'equipment', 'table') THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-kind', '/kind',
            format('„%s“ ist keine Art; es gibt room (Raum), desk (Arbeitsplatz), machine (Maschine), equipment (Ausstattung) und table (Tisch).', input ->> 'kind'),
            format('"%s" is no kind; there are room, desk, machine, equipment and table.', input ->> 'kind'));
    ELSIF input ->> 'site' IS NOT NULL AND NOT EXISTS (SELECT FROM hubd.site AS s WHERE s.hub_id = hub AND s.slug = input ->> 'site') THEN
        near := hubd.nearest(input ->> 'site', ARRAY(SELECT s.slug FROM hubd.site AS s WHERE s.hub_id = hub));
        RETURN hubd.problem_unprocessable(caller, 'unknown-site', '/site', format('Den Standort „%s“ gibt es hier nicht; gemeint ist vielleicht „%s“.', input ->> 'site', near),
            format('There is no site "%s" here; perhaps "%s" is meant.', input ->> 'site', near), jsonb_build_object('nearest', near));
    ELSIF r.id IS NULL AND input ->> 'site' IS NULL AND (SELECT count(*) FROM hubd.site AS s WHERE s.hub_id = hub) <> 1 THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/site',
            'Bitte den Standort nennen: ' || (SELECT coalesce(string_agg(s.slug, ', ' ORDER BY s.slug), '(dieser Hub hat noch keinen)') FROM hubd.site AS s WHERE s.hub_id = hub) || '.',
            'Please name the site: ' || (SELECT coalesce(string_agg(s.slug, ', ' ORDER BY s.slug), '(this hub has none yet)') FROM hubd.site AS s WHERE s.hub_id = hub) || '.');
    ELSIF input ? 'parts' AND input ->> 'pool' IS NOT NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-parts', '/parts', 'Entweder ein Pool oder teilbar: beides zugleich geht nicht.',
            'Either a pool or divisible: not both at once.');
    ELSIF r.id IS NOT NULL AND input ->> 'pool' IS NOT NULL AND NOT r.is_pool THEN
        RETURN hubd.problem_unprocessable(caller, 'not-a-pool', '/pool', 'Das ist kein Pool: seine Größe steht fest. Für einen Pool bitte eine neue Ressource anlegen.',
            'This is no pool: its size is fixed. For a pool please make a new resource.');
    ELSIF r.id IS NOT NULL AND input ? 'parts' AND NOT hubd.is_divisible(hub, r) THEN
        RETURN hubd.problem_unprocessable(caller, 'wrong-parts', '/parts', 'Das ist kein teilbarer Raum. Für einen teilbaren bitte eine neue Ressource aus den Teilen anlegen.',
            'This is no divisible room. For a divisible one please make a new resource of its parts.');
    END IF;
    IF input ? 'parts' THEN
        RETURN hubd.problem_of_parts(caller, hub, r, parts);
    END IF;
    RETURN NULL;
END $$;

-- ---- writing ----

-- Brings a pool to its size. Units that nobody comes for go first; a refusal when that is not enough.
CREATE OR REPLACE FUNCTION hubd.size_pool(caller jsonb, hub bigint, r hubd.resource, size integer) RETURNS api.reply LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    units bigint[] := hubd.units_of(hub, r.id);
    surplus integer := cardinality(units) - size;
    gone bigint[];
BEGIN
    IF surplus > 0 THEN
        gone := ARRAY(SELECT u.id FROM hubd.unit AS u WHERE u.hub_id = hub AND u.id = ANY (units)
            AND NOT EXISTS (SELECT FROM hubd.claim AS c WHERE c.hub_id = hub AND c.unit_id = u.id AND upper(c.during) > hubd.present()
                AND (c.expires_at IS NULL OR c.expires_at > hubd.present()))
            ORDER BY length(u.name) DESC, u.name DESC LIMIT surplus);
        IF cardinality(gone) < surplus THEN
            RETURN hubd.problem_in_use(caller, hub, hubd.coming_bookings(hub, NULL, units),
                format('Kleiner als %s geht zurzeit nicht: für so viele Plätze kommt noch jemand. Erst müssen die Buchungen verlegt werden.', cardinality(units) - cardinality(gone)),
                format('Smaller than %s is not possible now: somebody comes for that many. The bookings must be moved first.', cardinality(units) - cardinality(gone)));
        END IF;
        DELETE FROM hubd.claim AS c WHERE c.hub_id = hub AND c.unit_id = ANY (gone) AND c.expires_at <= hubd.present();
        DELETE FROM hubd.resource_unit AS ru WHERE ru.hub_id = hub AND ru.unit_id = ANY (gone);
        UPDATE hubd.unit AS u SET pool_id = NULL WHERE u.hub_id = hub AND u.id = ANY (gone);
        DELETE FROM hubd.unit AS u WHERE u.hub_id = hub AND u.id = ANY (gone)
            AND NOT EXISTS (SELECT FROM hubd.claim AS c WHERE c.hub_id = hub AND c.unit_id = u.id);
    ELSIF surplus < 0 THEN
        WITH made AS (
            INSERT INTO hubd.unit (hub_id, name, pool_id, setup, turnover)
            SELECT hub, r.name_de || ' ' || n, r.id, coalesce(old.setup, '0'), coalesce(old.turnover, '0')
            FROM generate_series(1, cardinality(units) - surplus) AS n
            LEFT JOIN hubd.unit AS old ON old.hub_id = hub AND old.id = units[1]
            WHERE NOT EXISTS (SELECT FROM hubd.unit AS u WHERE u.hub_id = hub AND u.pool_id = r.id AND u.name = r.name_de || ' ' || n)
            ORDER BY n LIMIT -surplus RETURNING id)
        INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id) SELECT hub, r.id, made.id FROM made;
    END IF;
    RETURN NULL;
END $$;

-- Makes a divisible resource of the units of these parts. Whoever booked the whole booked these units: so only while nobody comes.
CREATE OR REPLACE FUNCTION hubd.set_parts(caller jsonb, hub bigint, r hubd.resource, parts text[]) RETURNS api.reply LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    units bigint[] := ARRAY(SELECT DISTINCT ru.unit_id FROM hubd.resource AS o JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = o.id
        WHERE o.hub_id = hub AND o.slug = ANY (parts) ORDER BY ru.unit_id);
    coming bigint[] := hubd.coming_bookings(hub, r.id, '{}');
BEGIN
    IF units = hubd.units_of(hub, r.id) THEN
        RETURN NULL;
    ELSIF cardinality(coming) > 0 THEN
        RETURN hubd.problem_in_use(caller, hub, coming, 'Die Teile lassen sich erst ändern, wenn niemand mehr den ganzen Raum gebucht hat.',
            'The parts can be changed only when nobody has booked the whole room any more.');
    END IF;
    DELETE FROM hubd.resource_unit AS ru WHERE ru.hub_id = hub AND ru.resource_id = r.id;
    INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id) SELECT hub, r.id, u FROM unnest(units) AS u;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hubd.resource_new(hub bigint, input jsonb) RETURNS hubd.resource LANGUAGE plpgsql AS $$
DECLARE
    r hubd.resource;
BEGIN
    INSERT INTO hubd.resource AS o (hub_id, site_id, slug, kind, name_de, name_en, is_pool, position)
    SELECT hub, s.id, coalesce(nullif(input ->> 'slug', ''), hubd.free_slug(hub, input ->> 'name_de')), input ->> 'kind', btrim(input ->> 'name_de'), btrim(input ->> 'name_de'),
        input ->> 'pool' IS NOT NULL, (SELECT coalesce(max(x.position), 0) + 1 FROM hubd.resource AS x WHERE x.hub_id = hub)
    FROM hubd.site AS s WHERE s.hub_id = hub AND (s.slug = input ->> 'site' OR input ->> 'site' IS NULL)
    RETURNING * INTO r;
    IF input ->> 'pool' IS NULL AND NOT input ? 'parts' THEN
        WITH made AS (INSERT INTO hubd.unit (hub_id, name) VALUES (hub, r.name_de) RETURNING id)
        INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id) SELECT hub, r.id, made.id FROM made;
    END IF;
    RETURN r;
END $$;

-- Names and numbers. Units of one's own follow: their names, and their buffers for what is booked from now on.
CREATE OR REPLACE FUNCTION hubd.resource_fill(hub bigint, before hubd.resource, input jsonb) RETURNS hubd.resource LANGUAGE plpgsql AS $$
DECLARE
    r hubd.resource;
BEGIN
    UPDATE hubd.resource AS o SET
        kind = hubd.given(input, 'kind', o.kind), name_de = btrim(hubd.given(input, 'name_de', o.name_de)),
        name_en = coalesce(nullif(btrim(hubd.given(input, 'name_en', o.name_en)), ''), btrim(hubd.given(input, 'name_de', o.name_de))),
        about_de = hubd.given(input, 'about_de', o.about_de), about_en = hubd.given(input, 'about_en', o.about_en),
        instructions_de = hubd.given(input, 'instructions_de', o.instructions_de), instructions_en = hubd.given(input, 'instructions_en', o.instructions_en),
        safety_de = hubd.given(input, 'safety_de', o.safety_de), safety_en = hubd.given(input, 'safety_en', o.safety_en),
        capacity = coalesce((input ->> 'capacity')::integer, o.capacity),
        features = ARRAY(SELECT DISTINCT lower(btrim(f)) FROM unnest(hubd.given(input, 'features', o.features)) AS f WHERE btrim(f) <> '' ORDER BY 1),
        site_id = coalesce((SELECT s.id FROM hubd.site AS s WHERE s.hub_id = hub AND s.slug = input ->> 'site'), o.site_id),
        is_bookable = coalesce((input ->> 'is_bookable')::boolean, o.is_bookable), revision = o.revision + 1
    WHERE o.hub_id = hub AND o.id = before.id RETURNING * INTO r;
    IF NOT hubd.is_divisible(hub, r) AND NOT input ? 'parts' THEN
        UPDATE hubd.unit AS u SET
            name = CASE WHEN r.is_pool THEN r.name_de || right(u.name, greatest(length(u.name) - length(before.name_de), 0)) ELSE r.name_de END,
            setup = coalesce(make_interval(mins => (input ->> 'setup_minutes')::integer), u.setup),
            turnover = coalesce(make_interval(mins => (input ->> 'turnover_minutes')::integer), u.turnover)
        WHERE u.hub_id = hub AND u.id = ANY (hubd.units_of(hub, r.id));
    END IF;
    RETURN r;
END $$;

-- Retires or brings back. Who is retired is wanted by nobody, nor part of a whole that is still offered.
CREATE OR REPLACE FUNCTION hubd.retire(caller jsonb, hub bigint, r hubd.resource, is_retired boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    units bigint[] := hubd.units_of(hub, r.id);
    coming bigint[] := hubd.coming_bookings(hub, r.id, CASE WHEN hubd.is_divisible(hub, r) THEN '{}' ELSE units END);
    whole text := (SELECT o.name_de FROM hubd.resource AS o WHERE o.hub_id = hub AND o.id <> r.id AND o.retired_at IS NULL
        AND hubd.units_of(hub, o.id) @> units AND cardinality(hubd.units_of(hub, o.id)) > cardinality(units) LIMIT 1);
BEGIN
    IF is_retired AND whole IS NOT NULL THEN
        RETURN hubd.problem(409, 'part-of-whole', hubd.say(hubd.language(caller), 'Teil eines Ganzen', 'Part of a whole'), hubd.say(hubd.language(caller),
            format('Das ist ein Teil von „%s“: erst dort herausnehmen, oder jenes stilllegen.', whole), format('This is a part of "%s": take it out there first, or retire that one.', whole)));
    ELSIF is_retired AND cardinality(coming) > 0 THEN
        RETURN hubd.problem_in_use(caller, hub, coming, 'Stilllegen geht erst, wenn niemand mehr dafür kommt: diese Buchungen müssen vorher verlegt oder abgesagt werden.',
            'It can be retired only when nobody comes for it any more: these bookings must be moved or cancelled first.');
    END IF;
    UPDATE hubd.resource AS o SET retired_at = CASE WHEN is_retired THEN coalesce(o.retired_at, hubd.present()) END, is_bookable = NOT is_retired
    WHERE o.hub_id = hub AND o.id = r.id AND (o.retired_at IS NOT NULL) <> is_retired;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hubd.resource_reply(caller jsonb, hub bigint, slug text, status integer) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT ROW(status, d.body::text, (d.resource).revision::text, CASE WHEN status = 201 THEN d.body -> 'links' ->> 'self' END)::api.reply
        FROM hubd.resource_documents(hubd.language(caller), hub, slug) AS d);
END $$;

-- What is tried, whole: returns the refusal, or the document. The caller undoes it when it is a refusal.
CREATE OR REPLACE FUNCTION hubd.try_resource(caller jsonb, hub bigint, stored hubd.resource, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    r hubd.resource := stored;
    problem api.reply;
BEGIN
    IF r.id IS NULL THEN
        r := hubd.resource_new(hub, input);
    END IF;
    IF input ? 'parts' THEN
        problem := hubd.set_parts(caller, hub, r, hubd.texts(input -> 'parts'));
    ELSIF input ->> 'pool' IS NOT NULL THEN
        problem := hubd.size_pool(caller, hub, r, (input ->> 'pool')::integer);
    END IF;
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    r := hubd.resource_fill(hub, r, input);
    IF input ? 'is_retired' THEN
        problem := hubd.retire(caller, hub, r, (input ->> 'is_retired')::boolean);
    END IF;
    RETURN CASE WHEN problem.status IS NULL THEN hubd.resource_reply(caller, hub, r.slug, CASE WHEN stored.id IS NULL THEN 201 ELSE 200 END) ELSE problem END;
END $$;

-- Writes a resource (NULL: a new one), or nothing of it. The caller entered the hub and knows that a manager asks.
CREATE OR REPLACE FUNCTION hubd.resource_write(caller jsonb, hub bigint, slug text, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    r hubd.resource;
    answer api.reply;
BEGIN
    -- Nobody claims units while they are made, moved or taken away.
    PERFORM hubd.lock_all(hub);
    IF slug IS NOT NULL THEN
        SELECT * INTO r FROM hubd.resource AS o WHERE o.hub_id = hub AND o.slug = resource_write.slug FOR UPDATE;
        IF r.id IS NULL THEN
            RETURN hubd.problem_no_resource(caller, (SELECT h.slug FROM hubd.hub AS h WHERE h.id = hub), slug);
        ELSIF caller ->> 'revision' IS NOT NULL AND caller ->> 'revision' <> r.revision::text THEN
            RETURN hubd.problem_stale(caller, r.revision);
        END IF;
    END IF;
    answer := hubd.problem_of_resource(caller, hub, r, input);
    IF answer.status IS NULL AND slug IS NULL THEN
        answer := hubd.problem_of_slug(caller, hub, input);
    END IF;
    IF answer.status IS NOT NULL THEN
        RETURN answer;
    END IF;
    BEGIN
        answer := hubd.try_resource(caller, hub, r, input);
        IF answer.status >= 400 OR (input ->> 'dry_run')::boolean THEN
            PERFORM hubd.undo();
        END IF;
        PERFORM hubd.changed(ARRAY['all', 'hub:' || hub, 'resource:' || (SELECT o.id FROM hubd.resource AS o
            WHERE o.hub_id = hub AND o.slug = answer.body::jsonb ->> 'slug')]);
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        NULL;
    END;
    IF (input ->> 'dry_run')::boolean THEN
        answer.status := CASE WHEN answer.status = 201 THEN 200 ELSE answer.status END;
        RETURN hubd.as_dry_run(answer);
    END IF;
    RETURN answer;
END $$;

-- Rows of a table, one after the other, so that a later one may name an earlier one as its part. Each says what became of it.
CREATE OR REPLACE FUNCTION hubd.write_rows(caller jsonb, hub bigint, wanted jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    row_of jsonb;
    slug text;
    before text;
    reply api.reply;
    done jsonb := '[]';
BEGIN
    FOR row_of IN SELECT * FROM jsonb_array_elements(wanted) LOOP
        IF row_of ? 'errors' THEN
            done := done || jsonb_build_array(row_of - 'resource' || '{"is_wrong": true}');
            CONTINUE;
        END IF;
        slug := (SELECT r.slug FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = row_of -> 'resource' ->> 'slug');
        before := (SELECT d.body - 'revision' FROM hubd.resource_documents('de', hub, slug) AS d WHERE slug IS NOT NULL);
        reply := hubd.resource_write(caller - 'revision', hub, slug, row_of -> 'resource');
        done := done || jsonb_build_array(CASE WHEN reply.status >= 400
            THEN row_of - 'resource' || jsonb_build_object('is_wrong', true, 'errors', jsonb_build_array(jsonb_build_object(
                'pointer', reply.body::jsonb ->> 'pointer', 'detail', reply.body::jsonb ->> 'detail')))
            ELSE row_of - 'resource' || jsonb_build_object('slug', reply.body::jsonb -> 'slug', 'is_new', slug IS NULL, 'is_changed', slug IS NOT NULL
                AND before IS DISTINCT FROM (SELECT d.body - 'revision' FROM hubd.resource_documents('de', hub, slug) AS d)::text) END);
    END LOOP;
    RETURN done;
END $$;
