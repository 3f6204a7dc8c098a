-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}: {hub, to}: the hub, what is on from now until {to}, its resources.
CREATE OR REPLACE FUNCTION api.page_hub(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
BEGIN
    IF hub IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(hub);
    RETURN page_reply(caller, hub_page(caller, hub, (input ->> 'to')::timestamptz));
END $$;
ALTER FUNCTION api.page_hub(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_hub(jsonb, jsonb) TO hubd_serve;
