-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/teams/{team}: one that one is in, with the invitations that wait where one may invite. Invitations are of the hub
-- "network": so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.page_team(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    mine bigint := team_of(caller_person(caller), input ->> 'team');
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    ELSIF mine IS NULL THEN
        RETURN problem_no_admin(caller, false, 'team', input ->> 'team');
    END IF;
    RETURN page_reply(caller, jsonb_build_object('team', (SELECT team_document(o, person) FROM team AS o WHERE o.id = mine),
        'domain', (SELECT domain_of(p.mail) FROM hubd.person AS p WHERE p.id = person AND NOT is_public_mail_domain(domain_of(p.mail))),
        'topics', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', say(language(caller), t.name_de, t.name_en)) ORDER BY say(language(caller), t.name_de, t.name_en)), '[]') FROM topic AS t),
        'invitations', (SELECT coalesce(jsonb_agg(invitation_document(i) ORDER BY i.created_at DESC), '[]') FROM invitation AS i
            WHERE i.team_id = mine AND i.state = 'waiting' AND i.expires_at > present() AND admin_refusal(caller, person, 'team', input ->> 'team') IS NULL)));
END $$;
ALTER FUNCTION api.page_team(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_team(jsonb, jsonb) TO hubd_serve;
