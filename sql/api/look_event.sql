-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a wall clock time in a change of an event means, and what it is now; no row: no such event. It only resolves times: whether
-- the asker may know of the event is the deciding call's. Owned by hubd_network: the hub of an event's number is not known yet.
CREATE OR REPLACE FUNCTION api.look_event(caller jsonb, input jsonb)
    RETURNS TABLE (zone text, starts text, ends text, local_starts text, local_ends text, is_all_day boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
    SELECT e.zone, instant(lower(o.during)), instant(upper(o.during)), wall(o.local_start), wall(o.local_end), e.is_all_day
    FROM event AS e JOIN occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
    WHERE e.id = (input ->> 'id')::bigint AND o.recurrence_id IS NULL
$$;
ALTER FUNCTION api.look_event(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.look_event(jsonb, jsonb) TO hubd_serve;
