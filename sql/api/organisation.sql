-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/organisations/{organisation}: one that one is in.
CREATE OR REPLACE FUNCTION api.organisation(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    IF organisation_of(person, input ->> 'organisation') IS NULL THEN
        RETURN problem_no_admin(caller, false, 'organisation', input ->> 'organisation');
    END IF;
    RETURN made(200, (SELECT organisation_document(o, person) FROM organisation AS o WHERE o.slug = input ->> 'organisation'));
END $$;
ALTER FUNCTION api.organisation(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.organisation(jsonb, jsonb) TO hubd_serve;
