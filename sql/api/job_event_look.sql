-- SPDX-License-Identifier: GPL-3.0-or-later
-- A series of events that is to be extended: what C needs to list its dates, and from when on. No row: it is not to be any more. Owned by
-- hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_event_look(event bigint) RETURNS TABLE (zone text, present text, revision text, is_all_day boolean,
    series_start text, rrule text, rdates text, exdates text, days bigint, seconds bigint, since text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
    SELECT e.zone, instant(present()), e.revision::text, e.is_all_day, wall(e.local_start), e.rrule, to_jsonb(e.rdates)::text,
        to_jsonb(ARRAY(SELECT wall(d) FROM unnest(e.exdates) AS d))::text, (stored_rule(e) ->> 'days')::bigint, (stored_rule(e) ->> 'seconds')::bigint,
        instant(e.extended_to)
    FROM hubd.event AS e WHERE e.id = job_event_look.event AND e.state <> 'cancelled' AND e.extended_to IS NOT NULL
$$;
ALTER FUNCTION api.job_event_look(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_event_look(bigint) TO hubd_work;
