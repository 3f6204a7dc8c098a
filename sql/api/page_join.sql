-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/join: where the asker stands with this hub: member, waiting, or free to ask.
CREATE OR REPLACE FUNCTION api.page_join(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    person bigint := caller_person(caller);
BEGIN
    IF hub IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    END IF;
    PERFORM enter_hub(hub);
    RETURN page_reply(caller, jsonb_build_object('hub', (SELECT hub_document(language(caller), h) FROM hubd.hub AS h WHERE h.id = hub_of(input ->> 'hub')),
        'is_member', EXISTS (SELECT FROM membership AS m WHERE m.hub_id = hub_of(input ->> 'hub') AND m.person_id = person),
        'request', (SELECT request_document(j) FROM join_request AS j WHERE j.hub_id = hub_of(input ->> 'hub') AND j.person_id = person AND j.state IN ('waiting', 'declined')
            ORDER BY j.created_at DESC, j.id DESC LIMIT 1)));
END $$;
ALTER FUNCTION api.page_join(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_join(jsonb, jsonb) TO hubd_serve;
