-- SPDX-License-Identifier: GPL-3.0-or-later
-- One booking: {id}. The booker and managers see it whole, members of the hub that the time is taken.
CREATE OR REPLACE FUNCTION api.booking(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
    hub bigint := hubd.hub_of_booking((input ->> 'id')::bigint);
    is_manager boolean;
    b hubd.booking;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    PERFORM hubd.enter_hub(hub);
    is_manager := hubd.has_role(person, hub, 'manager');
    SELECT * INTO b FROM hubd.booking AS o WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint;
    IF b.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diese Buchung gibt es nicht.', 'There is no such booking.');
    ELSIF NOT hubd.may_see(person, is_manager, b) AND NOT hubd.has_role(person, hub, 'member', 'trainer') THEN
        RETURN hubd.problem_not_allowed(caller, 'Das dürfen die Mitglieder dieses Hubs sehen.', 'The members of this hub may see that.');
    END IF;
    RETURN hubd.booking_reply(200, b, person, is_manager, hubd.language(caller));
END $$;
ALTER FUNCTION api.booking(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.booking(jsonb, jsonb) TO hubd_serve;
