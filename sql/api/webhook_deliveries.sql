-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/webhooks/{id}/deliveries: the newest hundred, with what was sent and what came back.
CREATE OR REPLACE FUNCTION api.webhook_deliveries(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := webhook_refusal(caller, 'read', hub_of_webhook((input ->> 'id')::bigint), true);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN items_reply((SELECT jsonb_agg(delivery_document(d) ORDER BY d.id DESC) FROM (SELECT * FROM webhook_delivery AS o
        WHERE o.hub_id = current_hub() AND o.webhook_id = (webhook_deliveries.input ->> 'id')::bigint ORDER BY o.id DESC LIMIT 100) AS d));
END $$;
ALTER FUNCTION api.webhook_deliveries(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.webhook_deliveries(jsonb, jsonb) TO hubd_serve;
