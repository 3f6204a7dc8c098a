-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/calendar and /embed/{hub}: {hub, topic, from, to, is_framed}: the hub and its events of that time.
CREATE OR REPLACE FUNCTION api.page_calendar(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
BEGIN
    IF hub IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(hub);
    RETURN page_reply(caller, calendar_page(caller, hub, input));
END $$;
ALTER FUNCTION api.page_calendar(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_calendar(jsonb, jsonb) TO hubd_serve;
