-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/events/{id}: {id, any member that event_create knows but hub; of a series scope (this, following, all), recurrence_id, and
-- shift, old_series, looked (the revision) as C made them}. Moving an event moves all its rooms or nothing.
CREATE OR REPLACE FUNCTION api.event_change(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller, 'write');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN problem_no_writer(caller);
    END IF;
    reply := replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    reply := change_event(caller, person, input);
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE remember(caller, reply) END;
END $$;
ALTER FUNCTION api.event_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.event_change(jsonb, jsonb) TO hubd_serve;
