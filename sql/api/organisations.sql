-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/organisations: one's own.
CREATE OR REPLACE FUNCTION api.organisations(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    RETURN items_reply((SELECT jsonb_agg(organisation_document(o, person) ORDER BY o.name, o.id) FROM organisation_member AS m
        JOIN organisation AS o ON o.id = m.organisation_id WHERE m.person_id = person));
END $$;
ALTER FUNCTION api.organisations(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.organisations(jsonb, jsonb) TO hubd_serve;
