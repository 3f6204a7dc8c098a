-- SPDX-License-Identifier: GPL-3.0-or-later
-- DELETE /api/v1/invitations/{id}.
CREATE OR REPLACE FUNCTION api.invitation_revoke(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'revoke_invitation');
ALTER FUNCTION api.invitation_revoke(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.invitation_revoke(jsonb, jsonb) TO hubd_serve;
