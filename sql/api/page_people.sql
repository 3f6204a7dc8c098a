-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/organisations, /me/teams, /me/delegates: all that one may know of oneself, at all hubs: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.page_people(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    RETURN page_reply(caller, jsonb_build_object('own', own_document(person),
        'sent', (SELECT coalesce(jsonb_agg(invitation_document(i) ORDER BY i.created_at DESC), '[]') FROM invitation AS i
            WHERE i.kind = 'delegate' AND i.invited_by_id = person AND i.state = 'waiting' AND i.expires_at > present())));
END $$;
ALTER FUNCTION api.page_people(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_people(jsonb, jsonb) TO hubd_serve;
