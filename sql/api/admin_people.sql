-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin person list
CREATE OR REPLACE FUNCTION api.admin_people(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN items_reply((SELECT jsonb_agg(jsonb_build_object('mail', p.mail, 'name', p.name, 'language', p.language, 'organisation', o.slug,
            'roles', (SELECT coalesce(string_agg(m.role || '@' || h.slug, ' ' ORDER BY h.slug, m.role), '')
                FROM membership AS m JOIN hub AS h ON h.id = m.hub_id WHERE m.person_id = p.id)
                || CASE WHEN p.is_operator THEN ' operator' ELSE '' END || CASE WHEN p.is_agency THEN ' agency' ELSE '' END,
            'is_example', p.is_example) ORDER BY lower(p.mail))
        FROM person AS p LEFT JOIN organisation AS o ON o.id = p.organisation_id));
END $$;
ALTER FUNCTION api.admin_people(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_people(jsonb, jsonb) TO hubd_admin;
