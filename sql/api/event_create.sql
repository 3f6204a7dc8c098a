-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/events: a hub's managers make an event with its rooms, all of them or none: {hub, title, start, end, local_start, local_end,
-- zone, is_all_day, resources: [slugs], title_en, text, text_en, topics, audience, speakers, organiser, place, site, url, online_url,
-- image_url, price, state, dry_run}; of a series also {series, occurrences, extended_to, on_conflict: refuse or leave}. 201, or a problem.
CREATE OR REPLACE FUNCTION api.event_create(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller, 'write');
    hub bigint := hub_of(input ->> 'hub');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN problem_no_writer(caller);
    END IF;
    reply := replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    IF hub IS NULL THEN
        RETURN remember(caller, problem_no_hub(caller, input ->> 'hub'));
    END IF;
    PERFORM enter_hub(hub);
    reply := CASE WHEN has_role(person, hub, 'manager') THEN event_write(caller, person, hub, NULL, input)
        ELSE problem_not_manager(caller) END;
    RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN reply ELSE remember(caller, reply) END;
END $$;
ALTER FUNCTION api.event_create(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.event_create(jsonb, jsonb) TO hubd_serve;
