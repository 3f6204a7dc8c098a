-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/people/{person}: oneself whole (me); somebody of a hub that one manages, as that hub knows them. Asks all hubs at
-- which the two may meet: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.person(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
    who bigint := person_named(person, input ->> 'person');
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    IF who = person THEN
        RETURN made(200, own_document(person));
    ELSIF NOT EXISTS (SELECT FROM membership AS m WHERE m.person_id = who AND has_role(person, m.hub_id, 'manager')) THEN
        RETURN problem_not_found(caller, 'Diese Person gibt es für Sie nicht.', 'For you there is no such person.');
    END IF;
    RETURN made(200, (SELECT jsonb_build_object('id', p.id, 'name', p.name, 'mail', p.mail, 'language', p.language, 'memberships',
            (SELECT coalesce(jsonb_agg(jsonb_build_object('hub', h.slug, 'hub_name', h.name, 'roles', of.roles) ORDER BY h.slug), '[]')
            FROM (SELECT m.hub_id, jsonb_agg(m.role ORDER BY m.role) AS roles FROM membership AS m WHERE m.person_id = who GROUP BY m.hub_id) AS of JOIN hub AS h ON h.id = of.hub_id
            WHERE has_role(person, of.hub_id, 'manager')))
        FROM hubd.person AS p WHERE p.id = who));
END $$;
ALTER FUNCTION api.person(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.person(jsonb, jsonb) TO hubd_serve;
