-- SPDX-License-Identifier: GPL-3.0-or-later
-- The photo goes; the drawing of its kind is shown again: {hub, resource}.
CREATE OR REPLACE FUNCTION api.photo_remove(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN photo_decide(caller, input - 'data');
END $$;
ALTER FUNCTION api.photo_remove(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.photo_remove(jsonb, jsonb) TO hubd_serve;
