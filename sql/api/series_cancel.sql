-- SPDX-License-Identifier: GPL-3.0-or-later
-- Cancels a series, or what is still to come from a date on, or one date, which then never comes back: {id, revision, scope, date, old_rrule,
-- dry_run}. What has begun stays.
CREATE OR REPLACE FUNCTION api.series_cancel(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    hub bigint := hubd.hub_of_series((input ->> 'id')::bigint);
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
    reply := hubd.cancel_series(caller, person, hubd.has_role(person, hub, 'manager'), hub, input);
    -- Stale: C looks and asks once more, with the same key.
    RETURN CASE WHEN (input ->> 'dry_run')::boolean OR reply.status = 412 THEN reply ELSE hubd.remember(caller, reply) END;
END $$;
ALTER FUNCTION api.series_cancel(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.series_cancel(jsonb, jsonb) TO hubd_serve;
