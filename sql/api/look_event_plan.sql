-- SPDX-License-Identifier: GPL-3.0-or-later
-- What C needs to resolve an event's times and to list a series' dates: {hub, resource} of one to be made: the zone and the clock;
-- {id, recurrence_id}: what is stored of it, and the times of the date that is named, or of its first. No row: no such hub, event or
-- date. It only resolves times: whether the asker may know of the event is the deciding call's. Owned by hubd_network: the hub of
-- an event's number is not known yet.
CREATE OR REPLACE FUNCTION api.look_event_plan(caller jsonb, input jsonb) RETURNS TABLE (zone text, present text, revision text, starts text,
    ends text, local_starts text, local_ends text, is_all_day boolean, recurrence_id text, repeats boolean, series_is_all_day boolean, rrule text, rdates text,
    exdates text, series_start text, days bigint, seconds bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
    SELECT coalesce((SELECT s.zone FROM resource AS r JOIN site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
                     WHERE r.hub_id = h.id AND r.slug = input ->> 'resource'), h.zone), instant(present()),
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM hub AS h WHERE input ->> 'id' IS NULL AND h.slug = input ->> 'hub' AND NOT h.is_network
    UNION ALL
    (SELECT e.zone, instant(present()), e.revision::text, instant(lower(o.during)), instant(upper(o.during)), wall(o.local_start), wall(o.local_end),
        coalesce((o.changes ->> 'is_all_day')::boolean, e.is_all_day), wall(o.recurrence_id), e.local_start IS NOT NULL, e.is_all_day, e.rrule,
        to_jsonb(e.rdates)::text, to_jsonb(ARRAY(SELECT wall(d) FROM unnest(e.exdates) AS d))::text, wall(e.local_start),
        (stored_rule(e) ->> 'days')::bigint, (stored_rule(e) ->> 'seconds')::bigint
    FROM event AS e JOIN occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id
    WHERE e.id = (input ->> 'id')::bigint AND (input ->> 'recurrence_id' IS NULL OR o.recurrence_id = (input ->> 'recurrence_id')::timestamp)
    ORDER BY o.recurrence_id LIMIT 1)
$$;
ALTER FUNCTION api.look_event_plan(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.look_event_plan(jsonb, jsonb) TO hubd_serve;
