-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /privacy: how long what is kept, for the notice.
CREATE OR REPLACE FUNCTION api.page_privacy(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN hubd.page_reply(caller, jsonb_build_object('retention', hubd.retention_document()));
END $$;
ALTER FUNCTION api.page_privacy(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_privacy(jsonb, jsonb) TO hubd_serve;
