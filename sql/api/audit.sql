-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/audit?hub=&of=&from=&to=&after=&limit=: who changed what at a hub, for its managers.
CREATE OR REPLACE FUNCTION api.audit(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := hub_reader_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN ROW(200, audit_page(language(caller), hub_of(input ->> 'hub'), input)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.audit(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.audit(jsonb, jsonb) TO hubd_serve;
