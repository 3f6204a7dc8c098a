-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /?q=&topic=: the hubs, what is on until {to}, the topics; with q what is found. Crosses hubs: a visitor looks over all of them.
CREATE OR REPLACE FUNCTION api.page_start(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    patterns text[] := search_patterns(coalesce(input ->> 'q', ''));
    hubs jsonb := page_hubs(language(caller));
    found jsonb;
BEGIN
    IF cardinality(patterns) > 0 THEN
        found := jsonb_build_object('events', search_events(person, patterns, 30), 'resources', search_resources(language(caller), patterns, 30),
            'hubs', search_hubs(language(caller), patterns));
    END IF;
    RETURN page_reply(caller, jsonb_build_object('hubs', hubs, 'found', found,
        'topics', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', say(language(caller), t.name_de, t.name_en))
            ORDER BY say(language(caller), t.name_de, t.name_en)), '[]') FROM topic AS t),
        'events', CASE WHEN found IS NULL THEN event_page(person, NULL, input ->> 'topic', (input ->> 'from')::timestamptz,
            (input ->> 'to')::timestamptz, '-infinity', 0, 100) END));
END $$;
ALTER FUNCTION api.page_start(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_start(jsonb, jsonb) TO hubd_serve;
