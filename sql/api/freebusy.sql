-- SPDX-License-Identifier: GPL-3.0-or-later
-- When the resources of a hub (or one) are taken: {hub, resource, from, to}. Of a pool: how many units are free, from moment to moment.
-- Buffers count: an interval that is not busy can be booked from end to end, as far as one unit goes. Public, and so nothing about who or why.
CREATE OR REPLACE FUNCTION api.freebusy(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    SET enable_seqscan = off SET jit = off AS $$
DECLARE
    hub bigint := hubd.hub_of(input ->> 'hub');
    span tstzrange := hubd.window_of(input, 7);
    language text := hubd.language(caller);
    found jsonb;
BEGIN
    PERFORM hubd.enter_hub(hub);
    WITH asked AS MATERIALIZED (
        SELECT r.* FROM hubd.resource AS r WHERE r.hub_id = hub AND (input ->> 'resource' IS NULL OR r.slug = input ->> 'resource')
    ), busy AS (
        SELECT a.id, range_agg(k.during) AS during
        FROM asked AS a JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = a.id,
            LATERAL hubd.unit_busy(hub, ru.unit_id, span) AS k
        WHERE NOT a.is_pool GROUP BY a.id
    ), level AS (
        SELECT l.pool_id AS id, jsonb_agg(hubd.interval_document(l.during) || jsonb_build_object('free', size.units - l.busy) ORDER BY lower(l.during)) AS free,
            max(size.units) AS units
        FROM hubd.pool_levels(hub, ARRAY (SELECT id FROM asked WHERE is_pool), span) AS l,
            LATERAL (SELECT count(*) AS units FROM hubd.unit AS u WHERE u.hub_id = hub AND u.pool_id = l.pool_id) AS size GROUP BY l.pool_id
    )
    SELECT jsonb_agg(jsonb_build_object('resource', a.slug, 'name', hubd.say(language, a.name_de, a.name_en), 'kind', a.kind) || CASE
            WHEN a.is_pool THEN jsonb_build_object('units', coalesce(l.units, 0), 'free', coalesce(l.free, '[]'))
            ELSE jsonb_build_object('busy', coalesce((SELECT jsonb_agg(hubd.interval_document(d) ORDER BY d) FROM unnest(b.during) AS d), '[]')) END
        ORDER BY a.position, a.slug)
    INTO found FROM asked AS a LEFT JOIN busy AS b ON b.id = a.id LEFT JOIN level AS l ON l.id = a.id;
    IF found IS NULL AND (hub IS NULL OR input ->> 'resource' IS NOT NULL) THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Hub oder diese Ressource gibt es nicht.', 'There is no such hub or resource.');
    END IF;
    RETURN ROW(200, jsonb_build_object('from', hubd.instant(lower(span)), 'to', hubd.instant(upper(span)), 'items', coalesce(found, '[]'), 'next', NULL)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.freebusy(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.freebusy(jsonb, jsonb) TO hubd_serve;
