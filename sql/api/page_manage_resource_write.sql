-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/new-resource and …/resources/{resource}: what PATCH and POST /api/v1/resources take; is_faulty: the form
-- is shown again with what C found.
CREATE OR REPLACE FUNCTION api.page_manage_resource_write(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
    reply api.reply;
    document jsonb;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    reply := replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    IF NOT coalesce((input ->> 'is_faulty')::boolean, false) THEN
        reply := resource_write(caller || jsonb_build_object('revision', input -> 'revision'), hub, input ->> 'resource', input);
        IF reply.status < 400 THEN
            RETURN remember(caller, manage_outcome(caller, reply, '{}'));
        END IF;
    END IF;
    document := manage_places(language(caller), hub) || jsonb_build_object('resource',
        (SELECT d.body FROM resource_documents(language(caller), hub, input ->> 'resource') AS d WHERE input ->> 'resource' IS NOT NULL));
    RETURN CASE WHEN reply.status IS NULL THEN page_reply(caller, document) ELSE manage_outcome(caller, reply, document) END;
END $$;
ALTER FUNCTION api.page_manage_resource_write(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_resource_write(jsonb, jsonb) TO hubd_serve;
