-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/resources/{resource}: what it is, where it is, and its week: {hub, resource, date}. Public, as the grid is.
CREATE OR REPLACE FUNCTION api.page_resource(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp SET jit = off AS $$
DECLARE
    grid api.reply := api.page_grid(caller, input || '{"is_week": true}');
    hub bigint := hubd.hub_of(input ->> 'hub');
    found jsonb;
BEGIN
    IF grid.status <> 200 THEN
        RETURN grid;
    END IF;
    PERFORM hubd.enter_hub(hub);
    SELECT d.body || jsonb_build_object('kin', coalesce(hubd.feed_kin(hub, (d.resource).id), ARRAY[(d.resource).id]), 'at', hubd.site_document(s, input ->> 'hub')) INTO found
    FROM hubd.resource_documents(hubd.language(caller), hub, input ->> 'resource') AS d JOIN hubd.site AS s ON s.hub_id = hub AND s.slug = d.site_slug;
    IF found IS NULL THEN
        RETURN hubd.problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
    END IF;
    RETURN ROW(200, (grid.body::jsonb || jsonb_build_object('resource', found))::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.page_resource(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_resource(jsonb, jsonb) TO hubd_serve;
