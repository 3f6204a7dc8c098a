-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which calendar a job is to fetch, and for which days. Once a week it is read anew even if it has not changed, since the days move on. No row: the mirror is gone. Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_mirror_begin(mirror_id bigint) RETURNS TABLE (url text, etag text, last_modified text, zone text, starts bigint, ends bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY UPDATE mirror AS m SET asked_at = present() FROM resource AS r, site AS s
    WHERE m.id = mirror_id AND r.hub_id = m.hub_id AND r.id = m.resource_id AND s.hub_id = r.hub_id AND s.id = r.site_id
    RETURNING m.url, CASE WHEN m.read_at > present() - interval '7 days' THEN m.etag END,
        CASE WHEN m.read_at > present() - interval '7 days' THEN m.last_modified END, s.zone, extract(epoch FROM present())::bigint, extract(epoch FROM present() + interval '400 days')::bigint;
END $$;
ALTER FUNCTION api.job_mirror_begin(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_mirror_begin(bigint) TO hubd_work;
