-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /door/{hub}/{resource}: what is there now and next, and how long one could book from now on.
CREATE OR REPLACE FUNCTION api.page_door(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp SET jit = off AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    r hubd.resource;
BEGIN
    IF hub IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(hub);
    SELECT * INTO r FROM resource WHERE hub_id = hub AND slug = input ->> 'resource';
    IF r.id IS NULL THEN
        RETURN problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
    END IF;
    RETURN page_reply(caller, door_page(caller, hub, r));
END $$;
ALTER FUNCTION api.page_door(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_door(jsonb, jsonb) TO hubd_serve;
