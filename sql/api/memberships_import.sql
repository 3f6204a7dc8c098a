-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/memberships/import: {hub, rows: [{mail, name, role, language}], dry_run}: a table of people to be invited, all or none.
CREATE OR REPLACE FUNCTION api.memberships_import(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'import_members');
ALTER FUNCTION api.memberships_import(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.memberships_import(jsonb, jsonb) TO hubd_serve;
