-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/events/{id}?recurrence_id=: an event, or one date of a series, for those in its audience.
CREATE OR REPLACE FUNCTION api.event(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    hub bigint := hub_of_event((input ->> 'id')::bigint);
    e hubd.event;
    o hubd.occurrence;
BEGIN
    PERFORM enter_hub(coalesce(hub, 0));
    SELECT * INTO e FROM event WHERE hub_id = hub AND id = (input ->> 'id')::bigint;
    IF e.id IS NULL OR NOT may_see_event(person, e) THEN
        RETURN problem_no_event(caller, input ->> 'id');
    END IF;
    o := named_occurrence(hub, e.id, (input ->> 'recurrence_id')::timestamp);
    IF NOT may_see_event(person, event_on(e, o)) OR (input ->> 'recurrence_id' IS NOT NULL AND o.recurrence_id IS DISTINCT FROM (input ->> 'recurrence_id')::timestamp) THEN
        RETURN problem_no_event(caller, input ->> 'id');
    END IF;
    RETURN event_date_reply(hub, e.id, o.recurrence_id, 200);
END $$;
ALTER FUNCTION api.event(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.event(jsonb, jsonb) TO hubd_serve;
