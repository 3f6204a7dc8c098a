-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/events?hub=&topic=&from=&to=&after=&limit=: what is on, in pages. Crosses hubs: a visitor looks over all of them.
CREATE OR REPLACE FUNCTION api.events(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    wanted bigint := hub_of(input ->> 'hub');
    items jsonb;
BEGIN
    IF input ->> 'hub' IS NOT NULL AND wanted IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    items := event_page(person, wanted, input ->> 'topic', coalesce((input ->> 'from')::timestamptz, present()),
        coalesce((input ->> 'to')::timestamptz, 'infinity'), coalesce((input ->> 'after_start')::timestamptz, '-infinity'),
        coalesce((input ->> 'after_id')::bigint, 0), coalesce((input ->> 'limit')::integer, 100));
    RETURN ROW(200, jsonb_build_object('items', items,
        'next', CASE WHEN jsonb_array_length(items) = coalesce((input ->> 'limit')::integer, 100)
            THEN (items -> -1 ->> 'start') || ',' || (items -> -1 ->> 'occurrence') END)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.events(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.events(jsonb, jsonb) TO hubd_serve;
