-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cancels a booking: {id, dry_run}. The booker or a manager; what is cancelled already stays as it is.
CREATE OR REPLACE FUNCTION api.booking_cancel(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    hub bigint := hubd.hub_of_booking((input ->> 'id')::bigint);
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    reply := hubd.replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    PERFORM hubd.enter_hub(hub);
    BEGIN
        reply := hubd.cancel_booking(caller, person, hubd.has_role(person, hub, 'manager'), hub, (input ->> 'id')::bigint);
        IF is_dry THEN
            PERFORM hubd.undo();
        END IF;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN hubd.as_dry_run(reply);
    END;
    RETURN hubd.remember(caller, reply);
END $$;
ALTER FUNCTION api.booking_cancel(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.booking_cancel(jsonb, jsonb) TO hubd_serve;
