-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/import/{id}/apply: what was looked at comes in.
CREATE OR REPLACE FUNCTION api.page_manage_import_apply(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN upload_apply(caller, hub, (input ->> 'id')::bigint);
END $$;
ALTER FUNCTION api.page_manage_import_apply(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_import_apply(jsonb, jsonb) TO hubd_serve;
