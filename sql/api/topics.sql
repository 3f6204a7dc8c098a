-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/topics: the key technologies that hubs, events and organisations speak of.
CREATE OR REPLACE FUNCTION api.topics(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.items_reply((SELECT jsonb_agg(jsonb_build_object('slug', t.slug,
            'name', hubd.say(hubd.language(caller), t.name_de, t.name_en), 'name_de', t.name_de, 'name_en', t.name_en,
            'links', jsonb_build_object('events', '/api/v1/events?topic=' || t.slug, 'feed', '/feeds/topic/' || t.slug || '.ics')) ORDER BY t.slug)
        FROM hubd.topic AS t));
ALTER FUNCTION api.topics(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.topics(jsonb, jsonb) TO hubd_serve;
