-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin person erase MAIL [--bookings hand-over|release]
CREATE OR REPLACE FUNCTION api.admin_person_erase(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    who bigint := hubd.person_of(input ->> 'mail');
    problem api.reply;
BEGIN
    IF who IS NULL THEN
        RETURN hubd.refused_person(input ->> 'mail');
    ELSIF input ->> 'bookings' NOT IN ('hand-over', 'release') THEN
        RETURN hubd.refused(422, 'malformed-value', '--bookings is hand-over (to the organisation or team, where it is theirs) or release.');
    END IF;
    problem := hubd.erase_person(caller || '{"language": "en"}', who, input);
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    RETURN hubd.done(jsonb_build_object('message', 'Erased. Their slots stay, without them; backups are yours to look after.'));
END $$;
ALTER FUNCTION api.admin_person_erase(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_person_erase(jsonb, jsonb) TO hubd_admin;
