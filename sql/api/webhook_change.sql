-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/webhooks/{id}.
CREATE OR REPLACE FUNCTION api.webhook_change(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'change_webhook');
ALTER FUNCTION api.webhook_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.webhook_change(jsonb, jsonb) TO hubd_serve;
