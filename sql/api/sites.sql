-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/sites?hub=: the sites of a hub, or of all. Crosses hubs because sites are public.
CREATE OR REPLACE FUNCTION api.sites(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    wanted bigint := hub_of(input ->> 'hub');
BEGIN
    IF input ->> 'hub' IS NOT NULL AND wanted IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    RETURN items_reply((SELECT jsonb_agg(site_document(s, h.slug) ORDER BY h.slug, s.id)
        FROM site AS s JOIN hub AS h ON h.id = s.hub_id
        WHERE NOT h.is_network AND (wanted IS NULL OR s.hub_id = wanted)));
END $$;
ALTER FUNCTION api.sites(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.sites(jsonb, jsonb) TO hubd_serve;
