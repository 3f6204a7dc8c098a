-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /door/{hub}/{resource}: books it from the next whole minute on: {hub, resource, minutes, title}. The clock is SQL's, so that a
-- door whose clock is late does not book in the past.
CREATE OR REPLACE FUNCTION api.door_book(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    starts timestamptz := hubd.door_start();
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    reply := hubd.replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    reply := hubd.book(caller, person, jsonb_build_object('hub', input ->> 'hub', 'title', input ->> 'title',
        'items', jsonb_build_array(jsonb_build_object('resource', input ->> 'resource')), 'zone', hubd.door_zone(input),
        'start', hubd.instant(starts), 'end', hubd.instant(starts + make_interval(mins => (input ->> 'minutes')::integer))));
    RETURN hubd.remember(caller, reply);
END $$;
ALTER FUNCTION api.door_book(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.door_book(jsonb, jsonb) TO hubd_serve;
