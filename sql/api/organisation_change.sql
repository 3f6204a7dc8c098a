-- SPDX-License-Identifier: GPL-3.0-or-later
-- PATCH /api/v1/organisations/{organisation}: {name, kind, size_class, topics, url, claim_domain, drop_domain}.
CREATE OR REPLACE FUNCTION api.organisation_change(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'change_organisation');
ALTER FUNCTION api.organisation_change(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.organisation_change(jsonb, jsonb) TO hubd_serve;
