-- SPDX-License-Identifier: GPL-3.0-or-later
-- Series in pages, in the order in which they were made: {hub, after, limit}. Managers see all of their hub, everybody else their own; without
-- hub one's own wherever they are: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.series_list(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    SET jit = off AS $$
DECLARE
    asker bigint := hubd.caller_person(caller);
    hub bigint := hubd.hub_of(input ->> 'hub');
    page_size integer := coalesce((input ->> 'limit')::integer, 100);
    sees_all boolean;
    found jsonb;
    last bigint;
BEGIN
    IF asker IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    ELSIF hub IS NULL AND input ->> 'hub' IS NOT NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Hub gibt es nicht.', 'There is no such hub.');
    END IF;
    sees_all := hub IS NOT NULL AND hubd.has_role(asker, hub, 'manager');
    WITH page AS MATERIALIZED (
        SELECT s FROM hubd.series AS s WHERE s.id > coalesce((input ->> 'after')::bigint, 0) AND (hub IS NULL OR s.hub_id = hub) AND (sees_all OR s.person_id = asker)
        ORDER BY s.id LIMIT page_size
    )
    SELECT jsonb_agg(hubd.series_document(s, hubd.language(caller)) ORDER BY (s).id), CASE WHEN count(*) = page_size THEN max((s).id) END INTO found, last FROM page;
    RETURN ROW(200, jsonb_build_object('items', coalesce(found, '[]'), 'next', last::text)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.series_list(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.series_list(jsonb, jsonb) TO hubd_serve;
