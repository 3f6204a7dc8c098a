-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/closures: {resources, start, end, local_start, local_end, zone, title, apply}: without apply a look at who is
-- affected; with it the closure, if nothing is in the way. is_faulty: the form is shown again with what C found.
CREATE OR REPLACE FUNCTION api.page_manage_close(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
    reply api.reply;
    tried record;
    document jsonb;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    reply := replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    IF (input ->> 'is_faulty')::boolean THEN
        RETURN page_reply(caller, manage_closures(language(caller), hub));
    END IF;
    SELECT * INTO tried FROM close(caller - 'key', caller_person(caller, 'write'), hub, input - 'apply', NOT coalesce((input ->> 'apply')::boolean, false));
    IF (input ->> 'apply')::boolean AND (tried.reply).status < 400 THEN
        RETURN remember(caller, manage_outcome(caller, tried.reply, '{}'));
    END IF;
    document := manage_closures(language(caller), hub) || jsonb_build_object('preview', jsonb_build_object(
        'affected', managed_bookings(language(caller), hub, tried.affected, 100), 'count', cardinality(tried.affected)));
    RETURN CASE WHEN (tried.reply).status < 400 THEN page_reply(caller, document) ELSE manage_outcome(caller, tried.reply, document) END;
END $$;
ALTER FUNCTION api.page_manage_close(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_close(jsonb, jsonb) TO hubd_serve;
