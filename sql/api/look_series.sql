-- SPDX-License-Identifier: GPL-3.0-or-later
-- What C needs to expand a series: {hub, resource} of one to be made: the zone and the clock; {id}: what is stored of it too. No row: no
-- such hub or series. It only resolves times: whether the asker may know of the series is the deciding call's. Owned by
-- hubd_network: the hub of a series' number is not known yet.
CREATE OR REPLACE FUNCTION api.look_series(caller jsonb, input jsonb) RETURNS TABLE (zone text, present text, revision text, local_start text,
    length bigint, is_elapsed boolean, rrule text, rdates text, exdates text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
    SELECT coalesce((SELECT s.zone FROM resource AS r JOIN site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
                     WHERE r.hub_id = h.id AND r.slug = input ->> 'resource'), h.zone), instant(present()), NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM hub AS h WHERE h.slug = input ->> 'hub' AND NOT h.is_network
    UNION ALL
    SELECT s.zone, instant(present()), s.revision::text, wall(s.local_start), extract(epoch FROM coalesce(s.duration, s.local_end - s.local_start))::bigint,
        s.duration IS NOT NULL, s.rrule, walls(s.rdates)::text, walls(s.exdates)::text
    FROM series AS s WHERE s.id = (input ->> 'id')::bigint
$$;
ALTER FUNCTION api.look_series(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.look_series(jsonb, jsonb) TO hubd_serve;
