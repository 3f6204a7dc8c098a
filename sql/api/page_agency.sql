-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /agency: numbers over all hubs, with no group under three. All hubs: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.page_agency(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := agency_refusal(caller);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN page_reply(caller, hub_statistics() || jsonb_build_object('hubs', (SELECT jsonb_agg(jsonb_build_object('slug', h.slug, 'name', h.name, 'color', h.color) ORDER BY h.slug)
        FROM hubd.hub AS h WHERE NOT h.is_network)));
END $$;
ALTER FUNCTION api.page_agency(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_agency(jsonb, jsonb) TO hubd_serve;
