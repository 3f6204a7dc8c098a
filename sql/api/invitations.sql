-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/invitations?hub= | organisation= | team=: those sent for it in the last 90 days, for whoever may invite; without: those that one sent
-- for oneself, to delegates.
CREATE OR REPLACE FUNCTION api.invitations(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    i invitation := read_invitation(person, input || CASE WHEN input ? 'hub' OR input ? 'organisation' OR input ? 'team' THEN '{}' ELSE '{"delegate": true}' END::jsonb);
    refusal api.reply := CASE WHEN person IS NULL THEN problem_sign_in(caller) ELSE refusal_of_inviter(caller, person, i, input) END;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN items_reply((SELECT jsonb_agg(invitation_document(o) ORDER BY (o.state = 'waiting') DESC, o.created_at DESC, o.id) FROM invitation AS o
        WHERE o.hub_id = i.hub_id AND o.created_at > present() - interval '90 days' AND CASE i.kind WHEN 'organisation' THEN o.organisation_id = i.organisation_id
            WHEN 'team' THEN o.team_id = i.team_id WHEN 'delegate' THEN o.kind = 'delegate' AND o.invited_by_id = person ELSE true END));
END $$;
ALTER FUNCTION api.invitations(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.invitations(jsonb, jsonb) TO hubd_serve;
