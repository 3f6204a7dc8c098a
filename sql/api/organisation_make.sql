-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/organisations: {name, kind, size_class, topics, url, claim_domain}. Whoever makes it is its admin.
CREATE OR REPLACE FUNCTION api.organisation_make(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'make_organisation');
ALTER FUNCTION api.organisation_make(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.organisation_make(jsonb, jsonb) TO hubd_serve;
