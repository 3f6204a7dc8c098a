-- SPDX-License-Identifier: GPL-3.0-or-later
-- The zone in which a booking was meant, for a change of its times; no row: no such booking. It only resolves wall clock times and
-- never reaches the asker: whether they may change it, or know of it, is the deciding call's. Owned by hubd_network: the hub
-- of a booking's number is not known yet.
CREATE OR REPLACE FUNCTION api.look_booking(caller jsonb, input jsonb) RETURNS TABLE (zone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
    SELECT b.zone FROM booking AS b WHERE b.id = (input ->> 'id')::bigint
$$;
ALTER FUNCTION api.look_booking(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.look_booking(jsonb, jsonb) TO hubd_serve;
