-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/resources/{resource}/photo/{fingerprint}: {type, sha256, data: base64}. Public, as the page is.
CREATE OR REPLACE FUNCTION api.photo(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    found jsonb;
BEGIN
    PERFORM enter_hub(hub);
    found := (SELECT jsonb_build_object('type', p.type, 'sha256', p.sha256, 'data', translate(encode(p.bytes, 'base64'), E'\n', ''))
        FROM resource AS r JOIN resource_photo AS p ON p.hub_id = r.hub_id AND p.resource_id = r.id WHERE r.hub_id = hub AND r.slug = input ->> 'resource');
    IF found IS NULL THEN
        RETURN problem_not_found(caller, 'Dieses Foto gibt es nicht.', 'There is no such photo.');
    END IF;
    RETURN ROW(200, found::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.photo(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.photo(jsonb, jsonb) TO hubd_serve;
