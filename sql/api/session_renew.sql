-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /sign-in/renew: {session}: the session goes on under a new cookie, and ends for whoever has only the old one. The old one counts for a minute more, for
-- requests under way; of two renewals at once the second changes nothing. 30 days from now, at most 180 from the sign-in.
CREATE OR REPLACE FUNCTION api.session_renew(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    is_renewed boolean;
BEGIN
    UPDATE hubd.session AS s SET sha256 = input ->> 'session', previous = s.sha256, renewed_at = hubd.present(),
            expires_at = least(hubd.present() + interval '30 days', greatest(s.expires_at, s.created_at + interval '180 days'))
        WHERE s.sha256 = caller ->> 'session' AND s.revoked_at IS NULL AND s.expires_at > hubd.present();
    is_renewed := FOUND;
    RETURN ROW(200, jsonb_build_object('is_renewed', is_renewed)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.session_renew(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.session_renew(jsonb, jsonb) TO hubd_serve;
