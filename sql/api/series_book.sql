-- SPDX-License-Identifier: GPL-3.0-or-later
-- Books a series, in one transaction: {hub, kind, title, note, items, on_behalf_of as api.book(); zone, local_start, local_end | duration,
-- rrule, rdates, exdates, dates: [{date, start, end, local_end, fit}], until (the horizon, or null), choice, at_most, at_most_percent,
-- dry_run}. 201 with what became of each date, 409 with what is in the way of each, 200 for a dry run.
CREATE OR REPLACE FUNCTION api.series_book(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
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
    reply := hubd.book_series(caller, person, input);
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE hubd.remember(caller, reply, person) END;
END $$;
ALTER FUNCTION api.series_book(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.series_book(jsonb, jsonb) TO hubd_serve;
