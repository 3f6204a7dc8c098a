-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/import, and one of its files: {hub, id}.
CREATE OR REPLACE FUNCTION api.page_manage_import(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input);
    found import_upload;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    ELSIF input ->> 'id' IS NULL THEN
        RETURN page_reply(caller, manage_uploads(language(caller), hub));
    END IF;
    SELECT * INTO found FROM import_upload AS u WHERE u.hub_id = hub AND u.id = (input ->> 'id')::bigint;
    IF found.id IS NULL THEN
        RETURN problem_not_found(caller, 'Diesen Import gibt es nicht mehr: behalten werden die letzten zwanzig.', 'There is no such import any more: the last twenty are kept.');
    END IF;
    RETURN page_reply(caller, manage_uploads(language(caller), hub) || jsonb_build_object('upload', upload_document(found)));
END $$;
ALTER FUNCTION api.page_manage_import(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_import(jsonb, jsonb) TO hubd_serve;
