-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/people/me: {name, language, organisation}. Answers with all that one may know of oneself, at all hubs: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.person_change(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'change_person');
ALTER FUNCTION api.person_change(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.person_change(jsonb, jsonb) TO hubd_serve;
