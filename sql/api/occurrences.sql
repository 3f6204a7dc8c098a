-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/occurrences?hub=&topic=&event=&from=&to=&after=&limit=: the dates of events, each as its event is on it, in pages; of one
-- event from its first date on. Crosses hubs: a visitor looks over all of them.
CREATE OR REPLACE FUNCTION api.occurrences(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    event bigint := input ->> 'event';
    wanted bigint := hub_of(input ->> 'hub');
    most integer := coalesce((input ->> 'limit')::integer, 100);
    from_at timestamptz := coalesce((input ->> 'from')::timestamptz, CASE WHEN event IS NULL THEN present() ELSE '-infinity' END);
    to_at timestamptz := coalesce((input ->> 'to')::timestamptz, 'infinity');
    after_start timestamptz := coalesce((input ->> 'after_start')::timestamptz, '-infinity');
    after_id bigint := coalesce((input ->> 'after_id')::bigint, 0);
    items jsonb;
BEGIN
    IF input ->> 'hub' IS NOT NULL AND wanted IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    IF event IS NOT NULL AND NOT coalesce((SELECT may_see_event(person, e) FROM hubd.event AS e WHERE e.id = event), false) THEN
        RETURN problem_no_event(caller, input ->> 'event');
    END IF;
    items := CASE WHEN event IS NULL THEN event_page(person, wanted, input ->> 'topic', from_at, to_at, after_start, after_id, most)
        ELSE occurrence_page(person, event, from_at, to_at, after_start, after_id, most) END;
    RETURN ROW(200, jsonb_build_object('items', items, 'next', CASE WHEN jsonb_array_length(items) = most
        THEN (items -> -1 ->> 'start') || ',' || (items -> -1 ->> 'occurrence') END)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.occurrences(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.occurrences(jsonb, jsonb) TO hubd_serve;
