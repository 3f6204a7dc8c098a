-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/memberships?hub=: who has which role at a hub, for its managers.
CREATE OR REPLACE FUNCTION api.memberships(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := hub_reader_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN items_reply((SELECT jsonb_agg(jsonb_build_object('hub', input ->> 'hub', 'person', p.id, 'name', p.name, 'mail', p.mail, 'role', m.role,
            'since', instant(m.created_at)) ORDER BY lower(p.name), p.id, m.role)
        FROM membership AS m JOIN person AS p ON p.id = m.person_id WHERE m.hub_id = hub));
END $$;
ALTER FUNCTION api.memberships(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.memberships(jsonb, jsonb) TO hubd_serve;
