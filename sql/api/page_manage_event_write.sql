-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/new-event and …/events/{id}: what POST and PATCH /api/v1/events take; is_faulty: the form is shown again with
-- what C found; dry_run: with what would become of the dates (look).
CREATE OR REPLACE FUNCTION api.page_manage_event_write(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
    person bigint := caller_person(caller, 'write');
    event bigint := (input ->> 'id')::bigint;
    reply api.reply;
    document jsonb;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    reply := replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    IF event IS NOT NULL AND hub_of_event(event) IS DISTINCT FROM hub THEN
        RETURN problem_no_event(caller, input ->> 'id');
    END IF;
    IF NOT coalesce((input ->> 'is_faulty')::boolean, false) THEN
        reply := CASE WHEN event IS NULL THEN event_write(caller, person, hub, NULL, input - 'hub')
            ELSE change_event(caller || jsonb_build_object('revision', input -> 'revision'), person, input - 'hub' - 'revision') END;
        IF reply.status < 400 AND NOT coalesce((input ->> 'dry_run')::boolean, false) THEN
            RETURN remember(caller, manage_outcome(caller, reply, '{}'));
        END IF;
    END IF;
    document := manage_event_on(language(caller), hub, event, (input ->> 'recurrence_id')::timestamp);
    IF reply.status < 400 THEN
        RETURN page_reply(caller, document || jsonb_build_object('look', reply.body::jsonb));
    END IF;
    RETURN CASE WHEN reply.status IS NULL THEN page_reply(caller, document) ELSE manage_outcome(caller, reply, document) END;
END $$;
ALTER FUNCTION api.page_manage_event_write(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_event_write(jsonb, jsonb) TO hubd_serve;
