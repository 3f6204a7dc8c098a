-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/teams: one's own.
CREATE OR REPLACE FUNCTION api.teams(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    RETURN items_reply((SELECT jsonb_agg(team_document(t, person) ORDER BY t.name, t.id) FROM team_member AS m JOIN team AS t ON t.id = m.team_id WHERE m.person_id = person));
END $$;
ALTER FUNCTION api.teams(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.teams(jsonb, jsonb) TO hubd_serve;
