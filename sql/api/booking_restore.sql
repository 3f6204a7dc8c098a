-- SPDX-License-Identifier: GPL-3.0-or-later
-- Takes a cancellation back within a minute: {id, dry_run}. 409 when it is too late, or when somebody else has the place by now.
CREATE OR REPLACE FUNCTION api.booking_restore(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    hub bigint := hubd.hub_of_booking((input ->> 'id')::bigint);
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
    reply := hubd.restore_booking(caller, person, hubd.has_role(person, hub, 'manager'), hub, (input ->> 'id')::bigint,
        coalesce((input ->> 'dry_run')::boolean, false));
    RETURN CASE WHEN coalesce((input ->> 'dry_run')::boolean, false) THEN reply ELSE hubd.remember(caller, reply) END;
END $$;
ALTER FUNCTION api.booking_restore(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.booking_restore(jsonb, jsonb) TO hubd_serve;
