-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/units?hub=&resource=: the units of a resource, or of all resources of a hub, each once.
CREATE OR REPLACE FUNCTION api.units(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    wanted bigint := hub_of(input ->> 'hub');
BEGIN
    IF wanted IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(wanted);
    IF input ->> 'resource' IS NOT NULL
        AND NOT EXISTS (SELECT FROM resource WHERE hub_id = wanted AND slug = input ->> 'resource') THEN
        RETURN problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
    END IF;
    RETURN items_reply((SELECT jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'hub', input ->> 'hub', 'resources', held.slugs,
            'setup_minutes', extract(epoch FROM u.setup)::integer / 60, 'turnover_minutes', extract(epoch FROM u.turnover)::integer / 60)
            ORDER BY u.id)
        FROM unit AS u, LATERAL (SELECT array_agg(r.slug ORDER BY r.position, r.slug) AS slugs
            FROM resource_unit AS ru JOIN resource AS r ON r.hub_id = ru.hub_id AND r.id = ru.resource_id
            WHERE ru.hub_id = u.hub_id AND ru.unit_id = u.id) AS held
        WHERE u.hub_id = wanted AND (input ->> 'resource' IS NULL OR input ->> 'resource' = ANY (held.slugs))));
END $$;
ALTER FUNCTION api.units(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.units(jsonb, jsonb) TO hubd_serve;
