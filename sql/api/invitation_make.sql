-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/invitations: {hub | organisation | team | delegate, mail, name, role, day, sentence, language}.
CREATE OR REPLACE FUNCTION api.invitation_make(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'invite');
ALTER FUNCTION api.invitation_make(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.invitation_make(jsonb, jsonb) TO hubd_serve;
