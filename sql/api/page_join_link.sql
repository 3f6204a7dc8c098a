-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /join/{token}: what the link in a mail would confirm. Looking does not use it up: mail programs look at links too.
CREATE OR REPLACE FUNCTION api.page_join_link(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of_request(NULL, input ->> 'sha256');
BEGIN
    PERFORM enter_hub(hub);
    RETURN page_reply(caller, coalesce((SELECT jsonb_build_object('name', j.name, 'mail', j.mail, 'hub', h.slug, 'hub_name', h.name) FROM join_request AS j JOIN hubd.hub AS h ON h.id = j.hub_id
        WHERE j.hub_id = hub_of_request(NULL, input ->> 'sha256') AND j.sha256 = input ->> 'sha256' AND j.expires_at > present()), '{}'));
END $$;
ALTER FUNCTION api.page_join_link(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_join_link(jsonb, jsonb) TO hubd_serve;
