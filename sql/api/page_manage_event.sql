-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/new-event?copy= and …/events/{id}?date=: the form, with the event that is changed or copied.
CREATE OR REPLACE FUNCTION api.page_manage_event(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input);
    document jsonb;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    document := manage_event_on(language(caller), hub, (input ->> 'id')::bigint, (input ->> 'date')::timestamp);
    IF input ->> 'id' IS NOT NULL AND document -> 'event' = 'null' THEN
        RETURN problem_no_event(caller, input ->> 'id');
    END IF;
    RETURN page_reply(caller, document);
END $$;
ALTER FUNCTION api.page_manage_event(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_event(jsonb, jsonb) TO hubd_serve;
