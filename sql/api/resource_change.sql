-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/resources/{hub}/{resource}: any of what POST takes but slug, and is_retired. A pool shrinks by units that nobody comes for.
CREATE OR REPLACE FUNCTION api.resource_change(caller jsonb, input jsonb) RETURNS api.reply
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
        reply := resource_write(caller, hub, input ->> 'resource', input);
    END IF;
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE remember(caller, reply) END;
END $$;
ALTER FUNCTION api.resource_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.resource_change(jsonb, jsonb) TO hubd_serve;
