-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/teams/{team}: one that one is in.
CREATE OR REPLACE FUNCTION api.team(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    IF team_of(person, input ->> 'team') IS NULL THEN
        RETURN problem_no_admin(caller, false, 'team', input ->> 'team');
    END IF;
    RETURN made(200, (SELECT team_document(t, person) FROM team AS t WHERE t.slug = input ->> 'team'));
END $$;
ALTER FUNCTION api.team(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.team(jsonb, jsonb) TO hubd_serve;
