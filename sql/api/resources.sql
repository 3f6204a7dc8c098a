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
    RETURN items_reply((SELECT jsonb_agg(resource_document(language(caller), r, h.slug) ORDER BY h.slug, r.position, r.id)
        FROM resource AS r JOIN hub AS h ON h.id = r.hub_id JOIN site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
        WHERE NOT h.is_network AND (wanted IS NULL OR r.hub_id = wanted)
          AND (input ->> 'kind' IS NULL OR r.kind = input ->> 'kind')
          AND (input ->> 'site' IS NULL OR s.slug = input ->> 'site')));
END $$;
ALTER FUNCTION api.resources(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.resources(jsonb, jsonb) TO hubd_serve;
