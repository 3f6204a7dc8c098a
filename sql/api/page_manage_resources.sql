-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/resources and its forms: the hub's places; with {resource} that one by itself, a retired one too.
CREATE OR REPLACE FUNCTION api.page_manage_resources(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input);
    document jsonb;
    of_one jsonb;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    document := manage_places(language(caller), hub);
    IF input ->> 'resource' IS NOT NULL THEN
        of_one := (SELECT d.body FROM resource_documents(language(caller), hub, input ->> 'resource') AS d);
        IF of_one IS NULL THEN
            RETURN problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
        END IF;
        document := document || jsonb_build_object('resource', of_one);
    END IF;
    RETURN page_reply(caller, document);
END $$;
ALTER FUNCTION api.page_manage_resources(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_resources(jsonb, jsonb) TO hubd_serve;
