-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /sign-in?code=: whose link this is and whether it still works. Looking does not use it up: mail programs look at links too.
CREATE OR REPLACE FUNCTION api.page_sign_in(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.page_reply(caller, (SELECT CASE WHEN l.used_at IS NULL AND l.expires_at > hubd.present()
            THEN jsonb_build_object('link', 'live', 'name', p.name) ELSE jsonb_build_object('link', 'dead') END
        FROM (VALUES (input ->> 'sha256')) AS asked (sha256)
        LEFT JOIN hubd.sign_in_link AS l ON l.sha256 = asked.sha256 LEFT JOIN hubd.person AS p ON p.id = l.person_id));
ALTER FUNCTION api.page_sign_in(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_sign_in(jsonb, jsonb) TO hubd_serve;
