-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/events: a hub's managers make an event with its rooms.
CREATE OR REPLACE FUNCTION api.event_create(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller, 'write');
    hub bigint := hub_of(input ->> 'hub');
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    IF hub IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(hub);
    IF NOT has_role(person, hub, 'manager') THEN
        RETURN problem_not_manager(caller);
    END IF;
    RETURN event_write(caller, person, hub, NULL, input);
END $$;
ALTER FUNCTION api.event_create(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.event_create(jsonb, jsonb) TO hubd_serve;
