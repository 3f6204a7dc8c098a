-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/resources: the grid of a day or a week: {hub, date, is_week, kind, site, resource, skip, most}. Public: what is free and
-- what is taken; a title only to whom it is known.
CREATE OR REPLACE FUNCTION api.page_grid(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp SET jit = off AS $$
DECLARE
    place hubd.hub;
    person bigint := hubd.caller_person(caller);
    is_manager boolean;
    day date;
    span tstzrange;
BEGIN
    SELECT * INTO place FROM hubd.hub AS h WHERE h.id = hubd.hub_of(input ->> 'hub');
    IF place.id IS NULL THEN
        RETURN hubd.problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM hubd.enter_hub(place.id);
    is_manager := person IS NOT NULL AND hubd.has_role(person, place.id, 'manager');
    day := coalesce((input ->> 'date')::date, (hubd.present() AT TIME ZONE place.zone)::date);
    span := hubd.grid_span(place.zone, day, (input ->> 'is_week')::boolean);
    RETURN hubd.page_reply(caller, jsonb_build_object('hub', hubd.hub_document(hubd.language(caller), place), 'id', place.id,
        'now', hubd.seconds(hubd.present()), 'from', hubd.seconds(lower(span)), 'to', hubd.seconds(upper(span)),
        'may_book', person IS NOT NULL AND hubd.may_book_here(person, place.id),
        'sites', hubd.grid_sites(place.id, span), 'kinds', hubd.grid_kinds(place.id),
        'resources', hubd.grid_resources(hubd.language(caller), place.id, input, span, person, is_manager,
            coalesce((input ->> 'skip')::integer, 0), coalesce((input ->> 'most')::integer, 1000))));
END $$;
ALTER FUNCTION api.page_grid(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_grid(jsonb, jsonb) TO hubd_serve;
