-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/webhooks.
CREATE OR REPLACE FUNCTION api.webhook_make(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'make_webhook');
ALTER FUNCTION api.webhook_make(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.webhook_make(jsonb, jsonb) TO hubd_serve;
