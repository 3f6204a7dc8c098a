-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/audit: who changed what.
CREATE OR REPLACE FUNCTION api.page_manage_audit(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := manage_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN page_reply(caller, audit_page(language(caller), hub_of(input ->> 'hub'), input)
        || jsonb_build_object('hub', (SELECT hub_document(language(caller), h) FROM hubd.hub AS h WHERE h.slug = input ->> 'hub')));
END $$;
ALTER FUNCTION api.page_manage_audit(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_audit(jsonb, jsonb) TO hubd_serve;
