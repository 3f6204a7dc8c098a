-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/closures/{id}/lift: the closure ends; what it held is free again.
CREATE OR REPLACE FUNCTION api.page_manage_lift(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
    closure bigint := (input ->> 'id')::bigint;
    reply api.reply;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    IF NOT EXISTS (SELECT FROM booking AS b WHERE b.hub_id = current_hub() AND b.id = closure AND b.kind = 'closure') THEN
        RETURN problem_not_found(caller, 'Diese Schließung gibt es nicht.', 'There is no such closure.');
    END IF;
    reply := cancel_booking(caller, caller_person(caller, 'write'), true, hub, closure);
    RETURN CASE WHEN reply.status < 400 THEN manage_outcome(caller, reply, '{}') ELSE reply END;
END $$;
ALTER FUNCTION api.page_manage_lift(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_lift(jsonb, jsonb) TO hubd_serve;
