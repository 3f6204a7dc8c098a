-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/mirrors: the calendars that rooms follow, and what can.
CREATE OR REPLACE FUNCTION api.page_manage_mirrors(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := manage_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN page_reply(caller, manage_mirrors(language(caller), current_hub()));
END $$;
ALTER FUNCTION api.page_manage_mirrors(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_mirrors(jsonb, jsonb) TO hubd_serve;
