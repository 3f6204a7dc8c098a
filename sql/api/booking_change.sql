-- SPDX-License-Identifier: GPL-3.0-or-later
-- Changes a booking in one transaction: {id, any of start, end, local_start, local_end, zone, items, title, note, dry_run}. A move takes
-- the new place before it gives up the old one, as far as anybody can see; its own claims do not count against it.
CREATE OR REPLACE FUNCTION api.booking_change(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
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
    reply := hubd.change_booking(caller, person, hubd.has_role(person, hub, 'manager'), hub, (input ->> 'id')::bigint, input);
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE hubd.remember(caller, reply) END;
END $$;
ALTER FUNCTION api.booking_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.booking_change(jsonb, jsonb) TO hubd_serve;
