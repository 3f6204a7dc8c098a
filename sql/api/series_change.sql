-- SPDX-License-Identifier: GPL-3.0-or-later
-- Changes a series, in one transaction: {id, revision (the one that was looked at), scope, date, dry_run} and, of one date (this), what
-- api.booking_change() knows; of more of them what plan_change() writes, with title, note, items, choice, at_most, at_most_percent. 200 with
-- what became of each date (in a dry run: what would), 409 when the choice does not allow it.
CREATE OR REPLACE FUNCTION api.series_change(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
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
    reply := CASE WHEN input ->> 'scope' = 'this' THEN hubd.change_one(caller, person, hubd.has_role(person, hub, 'manager'), hub, input)
        ELSE hubd.change_many(caller, person, hubd.has_role(person, hub, 'manager'), hub, input) END;
    -- Stale: C looks and asks once more, with the same key.
    RETURN CASE WHEN (input ->> 'dry_run')::boolean OR reply.status = 412 THEN reply ELSE hubd.remember(caller, reply) END;
END $$;
ALTER FUNCTION api.series_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.series_change(jsonb, jsonb) TO hubd_serve;
