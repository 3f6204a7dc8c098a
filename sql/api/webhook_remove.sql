-- SPDX-License-Identifier: GPL-3.0-or-later
-- DELETE /api/v1/webhooks/{id}, with its deliveries.
CREATE OR REPLACE FUNCTION api.webhook_remove(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'remove_webhook');
ALTER FUNCTION api.webhook_remove(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.webhook_remove(jsonb, jsonb) TO hubd_serve;
