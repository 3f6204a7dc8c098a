-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/mirrors?hub=: the calendars that a hub's rooms follow; for its managers, since an address may be a secret.
CREATE OR REPLACE FUNCTION api.mirrors(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := manage_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN ROW(200, jsonb_build_object('items', mirrors_of(language(caller), current_hub()), 'next', NULL)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.mirrors(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.mirrors(jsonb, jsonb) TO hubd_serve;
