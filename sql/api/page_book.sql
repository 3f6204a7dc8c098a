-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/book: what may be looked for, and what was found: {hub, kind, site, capacity, features, minutes, from, to, limit, resource}. With
-- minutes it finds, with resource it shows the one that is about to be booked. hubd_network owns it, as it owns api.find.
CREATE OR REPLACE FUNCTION api.page_book(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp SET jit = off AS $$
DECLARE
    place hubd.hub;
    person bigint := hubd.caller_person(caller);
    wanted jsonb;
    found api.reply;
BEGIN
    SELECT * INTO place FROM hubd.hub AS h WHERE h.id = hubd.hub_of(input ->> 'hub');
    IF place.id IS NULL THEN
        RETURN hubd.problem_no_hub(caller, input ->> 'hub');
    END IF;
    IF input ->> 'resource' IS NOT NULL THEN
        SELECT d.body || jsonb_build_object('site_name', s.name, 'zone', s.zone) INTO wanted
        FROM hubd.resource_documents(hubd.language(caller), place.id, input ->> 'resource') AS d JOIN hubd.site AS s ON s.hub_id = place.id AND s.slug = d.site_slug;
        IF wanted IS NULL THEN
            RETURN hubd.problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
        END IF;
    ELSIF input ->> 'minutes' IS NOT NULL THEN
        found := api.find(caller, input);
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('hub', hubd.hub_document(hubd.language(caller), place), 'resource', wanted,
        'now', hubd.instant(hubd.present()), 'slots', (found).body::jsonb -> 'items',
        'may_book', person IS NOT NULL AND (hubd.may_book_here(person, place.id) OR jsonb_path_exists(hubd.parties_of(person, place.id), '$[*].value ? (@ starts with "person:")')),
        'may_book_self', person IS NOT NULL AND hubd.may_book_here(person, place.id), 'parties', CASE WHEN person IS NOT NULL THEN hubd.parties_of(person, place.id) ELSE '[]' END,
        'sites', (SELECT jsonb_agg(jsonb_build_object('slug', s.slug, 'name', s.name) ORDER BY s.id) FROM hubd.site AS s WHERE s.hub_id = place.id),
        'kinds', hubd.grid_kinds(place.id),
        'features', (SELECT coalesce(jsonb_agg(f.feature ORDER BY f.number DESC, f.feature), '[]') FROM (SELECT feature, count(*) AS number
            FROM hubd.resource AS r, unnest(r.features) AS feature WHERE r.hub_id = place.id AND r.is_bookable AND r.retired_at IS NULL GROUP BY feature) AS f)));
END $$;
ALTER FUNCTION api.page_book(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_book(jsonb, jsonb) TO hubd_serve;
