-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/resources: a hub's managers make a resource: {hub, slug, site, kind, name_de, name_en, about_de, about_en, capacity, features,
-- setup_minutes, turnover_minutes, is_bookable, dry_run, and nothing (one unit), pool (a number) or parts (slugs)}. 201, or a problem.
CREATE OR REPLACE FUNCTION api.resource_create(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller, 'write');
    hub bigint := hub_of(input ->> 'hub');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN problem_no_writer(caller);
    END IF;
    reply := replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    reply := manager_refusal(caller, person, input ->> 'hub');
    IF reply.status IS NULL THEN
        reply := resource_write(caller, hub, NULL, input);
    END IF;
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE remember(caller, reply) END;
END $$;
ALTER FUNCTION api.resource_create(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.resource_create(jsonb, jsonb) TO hubd_serve;
