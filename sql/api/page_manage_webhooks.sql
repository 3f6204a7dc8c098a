-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/webhooks: what is called when something happens at the hub, and how it went last.
CREATE OR REPLACE FUNCTION api.page_manage_webhooks(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := manage_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN page_reply(caller, manage_webhooks(language(caller), current_hub()));
END $$;
ALTER FUNCTION api.page_manage_webhooks(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_webhooks(jsonb, jsonb) TO hubd_serve;
