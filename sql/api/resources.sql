-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/resources?hub=&kind=&site=: what can be booked. Crosses hubs because resources are public.
CREATE OR REPLACE FUNCTION api.resources(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    wanted bigint := hub_of(input ->> 'hub');
BEGIN
    IF input ->> 'hub' IS NOT NULL AND wanted IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    RETURN items_reply((SELECT jsonb_agg(d.body ORDER BY d.hub_slug, d.place, (d.resource).id)
        FROM resource_documents(language(caller), wanted, NULL) AS d
        WHERE (input ->> 'kind' IS NULL OR (d.resource).kind = input ->> 'kind')
          AND (input ->> 'site' IS NULL OR d.site_slug = input ->> 'site')));
END $$;
ALTER FUNCTION api.resources(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.resources(jsonb, jsonb) TO hubd_serve;
