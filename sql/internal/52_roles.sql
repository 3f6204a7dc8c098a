-- SPDX-License-Identifier: GPL-3.0-or-later
-- Giving and taking roles: member, trainer and manager at a hub; operator and agency everywhere.

-- What is wrong with {mail, role, hub}, or NULL.
CREATE OR REPLACE FUNCTION hubd.refused_role(input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF hubd.person_of(input ->> 'mail') IS NULL THEN
        RETURN hubd.refused_person(input ->> 'mail');
    END IF;
    IF input ->> 'role' NOT IN ('member', 'trainer', 'manager', 'operator', 'agency') THEN
        RETURN hubd.refused(422, 'unknown-role',
            format('There is no role "%s": member, trainer and manager are of a hub, operator and agency of none.', input ->> 'role'));
    END IF;
    IF input ->> 'role' IN ('operator', 'agency') AND input ->> 'hub' IS NOT NULL THEN
        RETURN hubd.refused(422, 'no-hub-role', format('The role %s is for all hubs: leave the hub out.', input ->> 'role'));
    END IF;
    IF input ->> 'role' IN ('member', 'trainer', 'manager') AND hubd.hub_of(input ->> 'hub') IS NULL THEN
        RETURN CASE WHEN input ->> 'hub' IS NULL
            THEN hubd.refused(422, 'hub-role', format('The role %s is of a hub: name it as the last word.', input ->> 'role'))
            ELSE hubd.refused_hub(input ->> 'hub') END;
    END IF;
    RETURN NULL;
END $$;

-- Sets or takes a role; true where that changed something.
CREATE OR REPLACE FUNCTION hubd.set_role(person bigint, wanted text, hub bigint, has boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    touched bigint;
BEGIN
    IF wanted = 'operator' THEN
        UPDATE hubd.person SET is_operator = has WHERE id = set_role.person AND is_operator <> has;
    ELSIF wanted = 'agency' THEN
        UPDATE hubd.person SET is_agency = has WHERE id = set_role.person AND is_agency <> has;
    ELSIF has THEN
        INSERT INTO hubd.membership (hub_id, person_id, role) VALUES (set_role.hub, set_role.person, wanted) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM hubd.membership AS m WHERE m.hub_id = set_role.hub AND m.person_id = set_role.person AND m.role = wanted;
    END IF;
    GET DIAGNOSTICS touched = ROW_COUNT;
    RETURN touched > 0;
END $$;
