-- SPDX-License-Identifier: GPL-3.0-or-later
-- Books resources of one hub, all or nothing: {hub, kind: booking | closure, title, note, start, end, local_start, local_end, zone,
-- items: [{resource, count, units} | {any: {kind, capacity, features, site}}], hold, on_behalf_of, dry_run}. 201, or a problem.
CREATE OR REPLACE FUNCTION api.book(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    reply := hubd.replay(caller, input, person);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    reply := hubd.book(caller, person, input);
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE hubd.remember(caller, reply, person) END;
END $$;
ALTER FUNCTION api.book(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.book(jsonb, jsonb) TO hubd_serve;
