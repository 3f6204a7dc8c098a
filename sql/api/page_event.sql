-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /events/{id}?date=: an event, or one date of a series, for those in its audience, its place, and similar ones: of all hubs, so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.page_event(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    e hubd.event;
    o hubd.occurrence;
BEGIN
    SELECT * INTO e FROM event WHERE id = (input ->> 'id')::bigint;
    IF e.id IS NULL OR NOT may_see_event(person, e) THEN
        RETURN problem_no_event(caller, input ->> 'id');
    END IF;
    o := named_occurrence(e.hub_id, e.id, (input ->> 'date')::timestamp);
    IF NOT may_see_event(person, event_on(e, o)) THEN
        RETURN problem_no_event(caller, input ->> 'id');
    END IF;
    RETURN page_reply(caller, jsonb_build_object('event', event_document(e, o), 'dates', event_dates(person, e, 60), 'site', site_of_event(e),
        'hubs', page_hubs(language(caller)), 'topics', page_topics(language(caller)), 'similar', similar_events(person, e, 3)));
END $$;
ALTER FUNCTION api.page_event(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_event(jsonb, jsonb) TO hubd_serve;
