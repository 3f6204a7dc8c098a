-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin hub list
CREATE OR REPLACE FUNCTION api.admin_hubs(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN items_reply((SELECT jsonb_agg(jsonb_build_object('slug', h.slug, 'name', h.name, 'zone', h.zone, 'is_example', h.is_example,
            'sites', (SELECT count(*) FROM site AS s WHERE s.hub_id = h.id),
            'resources', (SELECT count(*) FROM resource AS r WHERE r.hub_id = h.id),
            'events', (SELECT count(*) FROM event AS e WHERE e.hub_id = h.id)) ORDER BY h.slug)
        FROM hub AS h WHERE NOT h.is_network));
END $$;
ALTER FUNCTION api.admin_hubs(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_hubs(jsonb, jsonb) TO hubd_admin;
