-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/events/{id}: moving an event moves all its rooms or nothing.
CREATE OR REPLACE FUNCTION api.event_change(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller, 'write');
    e hubd.event;
    refusal api.reply;
BEGIN
    refusal := manager_of_event(caller, person, input);
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    -- Before the row: whoever imports takes them in this order.
    PERFORM lock_all(current_hub());
    SELECT * INTO e FROM event WHERE hub_id = current_hub() AND id = (input ->> 'id')::bigint FOR UPDATE;
    IF caller ->> 'revision' IS NOT NULL AND caller ->> 'revision' <> e.revision::text THEN
        RETURN problem_stale(caller, e.revision);
    END IF;
    RETURN event_write(caller, person, e.hub_id, e.id, input - 'id');
END $$;
ALTER FUNCTION api.event_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.event_change(jsonb, jsonb) TO hubd_serve;
