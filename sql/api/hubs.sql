-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/hubs: every hub, for everybody.
CREATE OR REPLACE FUNCTION api.hubs(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.items_reply((SELECT jsonb_agg(hubd.hub_document(hubd.language(caller), h) ORDER BY h.name, h.slug)
        FROM hubd.hub AS h WHERE NOT h.is_network));
ALTER FUNCTION api.hubs(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.hubs(jsonb, jsonb) TO hubd_serve;
