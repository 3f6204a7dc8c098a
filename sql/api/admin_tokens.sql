-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin token list [MAIL]: never the token, of which only a hash is kept.
CREATE OR REPLACE FUNCTION api.admin_tokens(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    IF input ->> 'mail' IS NOT NULL AND person_of(input ->> 'mail') IS NULL THEN
        RETURN refused_person(input ->> 'mail');
    END IF;
    RETURN items_reply((SELECT jsonb_agg(jsonb_build_object('id', t.id, 'mail', p.mail, 'name', t.name, 'scopes', array_to_string(t.scopes, ','),
            'created', instant(t.created_at), 'expires', instant(t.expires_at), 'revoked', instant(t.revoked_at), 'used', instant(t.used_at))
            ORDER BY lower(p.mail), t.id)
        FROM token AS t JOIN person AS p ON p.id = t.person_id
        WHERE input ->> 'mail' IS NULL OR lower(p.mail) = lower(input ->> 'mail')));
END $$;
ALTER FUNCTION api.admin_tokens(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_tokens(jsonb, jsonb) TO hubd_admin;
