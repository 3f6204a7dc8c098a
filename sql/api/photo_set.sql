-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST …/resources/{resource}/photo, on the page and in the API: {hub, resource, data: base64, type, width, height, alt_de, alt_en}.
CREATE OR REPLACE FUNCTION api.photo_set(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN photo_decide(caller, input);
END $$;
ALTER FUNCTION api.photo_set(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.photo_set(jsonb, jsonb) TO hubd_serve;
