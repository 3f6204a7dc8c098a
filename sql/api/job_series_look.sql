-- SPDX-License-Identifier: GPL-3.0-or-later
-- A series that is to be extended: what C needs to expand it (as api.look_series()), and from when on. No row: it is not to be any more.
-- Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_series_look(series bigint) RETURNS TABLE (zone text, present text, revision text, local_start text,
    length bigint, is_elapsed boolean, rrule text, rdates text, exdates text, since text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
    SELECT s.zone, instant(present()), s.revision::text, wall(s.local_start), extract(epoch FROM coalesce(s.duration, s.local_end - s.local_start))::bigint,
        s.duration IS NOT NULL, s.rrule, walls(s.rdates)::text, walls(s.exdates)::text, instant(s.materialised_until)
    FROM hubd.series AS s WHERE s.id = job_series_look.series AND s.state = 'confirmed' AND s.materialised_until IS NOT NULL
$$;
ALTER FUNCTION api.job_series_look(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_series_look(bigint) TO hubd_work;
