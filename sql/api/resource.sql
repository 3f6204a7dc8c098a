-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/resources/{hub}/{resource}: one resource with its units and parts.
CREATE OR REPLACE FUNCTION api.resource(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    wanted bigint := hub_of(input ->> 'hub');
    found record;
BEGIN
    IF wanted IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(wanted);
    SELECT d.body, (d.resource).revision INTO found FROM resource_documents(language(caller), wanted, input ->> 'resource') AS d;
    IF found.body IS NULL THEN
        RETURN problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
    END IF;
    RETURN ROW(200, found.body::text, found.revision::text, NULL)::api.reply;
END $$;
ALTER FUNCTION api.resource(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.resource(jsonb, jsonb) TO hubd_serve;
