-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/hubs/{hub}: one hub with its sites.
CREATE OR REPLACE FUNCTION api.hub(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    h hubd.hub;
    sites jsonb;
BEGIN
    SELECT * INTO h FROM hub WHERE slug = input ->> 'hub' AND NOT is_network;
    IF h.id IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(h.id);
    SELECT jsonb_agg(site_document(s, h.slug) ORDER BY s.id) INTO sites FROM site AS s WHERE s.hub_id = h.id;
    RETURN ROW(200, hub_document(language(caller), h) || jsonb_build_object('sites', coalesce(sites, '[]')), h.revision::text, NULL)::api.reply;
END $$;
ALTER FUNCTION api.hub(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.hub(jsonb, jsonb) TO hubd_serve;
