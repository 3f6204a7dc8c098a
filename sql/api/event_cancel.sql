-- SPDX-License-Identifier: GPL-3.0-or-later
-- DELETE /api/v1/events/{id}: {id, scope, recurrence_id, old_series, looked}: the rooms are free again, the event stays visible as cancelled.
CREATE OR REPLACE FUNCTION api.event_cancel(caller jsonb, input jsonb) RETURNS api.reply
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
    reply := cancel_event(caller, person, input);
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE remember(caller, reply) END;
END $$;
ALTER FUNCTION api.event_cancel(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.event_cancel(jsonb, jsonb) TO hubd_serve;
