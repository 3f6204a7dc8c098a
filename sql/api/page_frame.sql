-- SPDX-License-Identifier: GPL-3.0-or-later
-- Pages that are texts: nothing but who asks.
CREATE OR REPLACE FUNCTION api.page_frame(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.page_reply(caller, '{}');
ALTER FUNCTION api.page_frame(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_frame(jsonb, jsonb) TO hubd_serve;
