-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/webhooks: {url, events}. The page again: with what was made and its secret, or with what is wrong.
CREATE OR REPLACE FUNCTION api.page_manage_webhook_write(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := manage_refusal(caller, input, 'write');
    reply api.reply;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    ELSIF NOT coalesce((input ->> 'is_faulty')::boolean, false) THEN
        reply := deed(caller, input, 'make_webhook');
    END IF;
    RETURN page_reply(caller, manage_webhooks(language(caller), current_hub())
        || CASE WHEN reply.status IS NULL THEN '{}' WHEN reply.status < 400 THEN jsonb_build_object('made', reply.body::jsonb) ELSE jsonb_build_object('problem', reply.body::jsonb) END);
END $$;
ALTER FUNCTION api.page_manage_webhook_write(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_webhook_write(jsonb, jsonb) TO hubd_serve;
