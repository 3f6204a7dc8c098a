-- SPDX-License-Identifier: GPL-3.0-or-later
-- Confirms a hold with what the form of step 3 says about it: {id, title, note}. As booking_confirm; a text of a hold that
-- has expired is not kept.
CREATE OR REPLACE FUNCTION api.page_confirm(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
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
    reply := hubd.confirm_booking(caller, person, hubd.has_role(person, hub, 'manager'), hub, (input ->> 'id')::bigint);
    IF reply.status = 200 THEN
        UPDATE hubd.booking AS o SET title = coalesce(input ->> 'title', o.title), note = coalesce(input ->> 'note', o.note)
            WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint;
    END IF;
    RETURN hubd.remember(caller, reply);
END $$;
ALTER FUNCTION api.page_confirm(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_confirm(jsonb, jsonb) TO hubd_serve;
