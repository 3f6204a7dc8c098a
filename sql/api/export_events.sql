-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd export: a page of a hub's events in the order of their numbers, series with their overrides, as a calendar needs them. {hub (or null: the only one), after}
CREATE OR REPLACE FUNCTION api.export_events(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    h hubd.hub;
    items jsonb;
BEGIN
    SELECT * INTO h FROM hub WHERE id = the_hub(input ->> 'hub');
    IF h.id IS NULL THEN
        RETURN refused_which_hub(input ->> 'hub');
    END IF;
    PERFORM enter_hub(h.id);
    SELECT coalesce(jsonb_agg(CASE WHEN (page.e).local_start IS NULL THEN export_document(page.e, page.o) ELSE export_series(page.e) END
        ORDER BY (page.e).id), '[]') INTO items
    FROM (SELECT e, o FROM event AS e LEFT JOIN occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id AND o.recurrence_id IS NULL
          WHERE e.hub_id = h.id AND e.id > coalesce((input ->> 'after')::bigint, 0)
          ORDER BY e.id LIMIT 500) AS page;
    RETURN done(jsonb_build_object('hub', h.slug, 'name', h.name, 'zone', h.zone, 'items', items));
END $$;
ALTER FUNCTION api.export_events(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.export_events(jsonb, jsonb) TO hubd_admin;
