-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage/members: who is of the hub, who asks, who is invited, who comes for a day.
CREATE OR REPLACE FUNCTION api.page_manage_members(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN page_reply(caller, jsonb_build_object('hub', (SELECT hub_document(language(caller), h) FROM hubd.hub AS h WHERE h.slug = input ->> 'hub'), 'people', people_of_hub(hub),
        'today', today_at(hub), 'requests', (SELECT coalesce(jsonb_agg(request_document(j) ORDER BY j.created_at, j.id), '[]') FROM join_request AS j WHERE j.hub_id = hub_of(input ->> 'hub') AND j.state = 'waiting'),
        'invitations', (SELECT coalesce(jsonb_agg(invitation_document(i) ORDER BY i.created_at DESC, i.id), '[]') FROM invitation AS i
            WHERE i.hub_id = hub_of(input ->> 'hub') AND i.state = 'waiting' AND i.expires_at > present()),
        'passes', (SELECT coalesce(jsonb_agg(pass_document(d) ORDER BY d.day, d.id), '[]') FROM day_pass AS d WHERE d.hub_id = hub_of(input ->> 'hub') AND d.revoked_at IS NULL AND d.day >= today_at(d.hub_id))));
END $$;
ALTER FUNCTION api.page_manage_members(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_members(jsonb, jsonb) TO hubd_serve;
