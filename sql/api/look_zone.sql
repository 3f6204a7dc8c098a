-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a wall clock time at a hub means: the zone of the resource's site, or of the hub where no resource (or an unknown one) is
-- named. No row: no such hub. Public, since places are. Owned by hubd_network: it is asked before a hub was entered.
CREATE OR REPLACE FUNCTION api.look_zone(caller jsonb, input jsonb) RETURNS TABLE (zone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
    SELECT coalesce((SELECT s.zone FROM resource AS r JOIN site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
                     WHERE r.hub_id = h.id AND r.slug = input ->> 'resource'), h.zone)
    FROM hub AS h WHERE h.slug = input ->> 'hub' AND NOT h.is_network
$$;
ALTER FUNCTION api.look_zone(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.look_zone(jsonb, jsonb) TO hubd_serve;
