-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/resources/{hub}/{resource}: one resource with its units and parts.
CREATE OR REPLACE FUNCTION api.resource(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    wanted bigint := hub_of(input ->> 'hub');
    r hubd.resource;
BEGIN
    IF wanted IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(wanted);
    SELECT * INTO r FROM resource WHERE hub_id = wanted AND slug = input ->> 'resource';
    IF r.id IS NULL THEN
        RETURN problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
    END IF;
    RETURN ROW(200, resource_document(language(caller), r, input ->> 'hub'), r.revision::text, NULL)::api.reply;
END $$;
ALTER FUNCTION api.resource(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.resource(jsonb, jsonb) TO hubd_serve;
