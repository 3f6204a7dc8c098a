-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/events/{id}/cancel: its rooms are free again, it stays visible as cancelled.
CREATE OR REPLACE FUNCTION api.page_manage_event_cancel(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
    reply api.reply;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    IF hub_of_event((input ->> 'id')::bigint) IS DISTINCT FROM hub THEN
        RETURN problem_no_event(caller, input ->> 'id');
    END IF;
    reply := cancel_event(caller, caller_person(caller, 'write'), input);
    RETURN CASE WHEN reply.status < 400 THEN manage_outcome(caller, reply, '{}') ELSE reply END;
END $$;
ALTER FUNCTION api.page_manage_event_cancel(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_event_cancel(jsonb, jsonb) TO hubd_serve;
