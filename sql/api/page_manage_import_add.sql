-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/import: {hub, name, data: base64, creates_rooms}, or {hub, is_faulty}: the form is shown again.
CREATE OR REPLACE FUNCTION api.page_manage_import_add(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
    reply api.reply;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    reply := replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    ELSIF coalesce((input ->> 'is_faulty')::boolean, false) THEN
        RETURN page_reply(caller, manage_uploads(language(caller), hub));
    END IF;
    reply := upload_add(caller, hub, caller_person(caller, 'write'), input);
    RETURN remember(caller, manage_outcome(caller, reply, manage_uploads(language(caller), hub)));
END $$;
ALTER FUNCTION api.page_manage_import_add(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_import_add(jsonb, jsonb) TO hubd_serve;
