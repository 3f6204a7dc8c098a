-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/closures: what is closed, and what can be.
CREATE OR REPLACE FUNCTION api.page_manage_closures(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN page_reply(caller, manage_closures(language(caller), hub));
END $$;
ALTER FUNCTION api.page_manage_closures(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_closures(jsonb, jsonb) TO hubd_serve;
