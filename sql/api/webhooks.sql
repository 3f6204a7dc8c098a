-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/webhooks?hub=SLUG: a hub's webhooks, for its managers, without their secrets.
CREATE OR REPLACE FUNCTION api.webhooks(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := webhook_refusal(caller, 'read', hub_of(input ->> 'hub'), false);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN items_reply((SELECT jsonb_agg(webhook_document(w) ORDER BY w.id) FROM webhook AS w WHERE w.hub_id = current_hub()));
END $$;
ALTER FUNCTION api.webhooks(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.webhooks(jsonb, jsonb) TO hubd_serve;
