-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /invitations/{token}: what one is invited to. Looking accepts nothing.
CREATE OR REPLACE FUNCTION api.page_invitation(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of_invitation(NULL, input ->> 'sha256');
BEGIN
    PERFORM enter_hub(hub);
    RETURN page_reply(caller, coalesce((SELECT jsonb_build_object('invitation', invitation_document(i),
            'needs_name', i.name = '' AND caller_person(caller) IS NULL AND person_of(i.mail) IS NULL) FROM invitation AS i
        WHERE i.hub_id = hub_of_invitation(NULL, input ->> 'sha256') AND i.sha256 = input ->> 'sha256' AND i.state = 'waiting' AND i.expires_at > present()), '{}'));
END $$;
ALTER FUNCTION api.page_invitation(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_invitation(jsonb, jsonb) TO hubd_serve;
