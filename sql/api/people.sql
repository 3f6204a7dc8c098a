-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/people?hub=: the people of a hub, for its managers.
CREATE OR REPLACE FUNCTION api.people(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := hub_reader_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN items_reply(people_of_hub(hub));
END $$;
ALTER FUNCTION api.people(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.people(jsonb, jsonb) TO hubd_serve;
