-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin person add MAIL NAME
CREATE OR REPLACE FUNCTION api.admin_person_add(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    made bigint;
    organisation bigint;
BEGIN
    IF input ->> 'mail' !~ '^[^@\s]+@[^@\s]+$' THEN
        RETURN refused(422, 'malformed-address', format('"%s" is no mail address, as anna@example.org is.', input ->> 'mail'));
    END IF;
    IF input ->> 'language' NOT IN ('de', 'en') THEN
        RETURN refused(422, 'malformed-language', format('The language is de or en, not "%s".', input ->> 'language'));
    END IF;
    SELECT o.id INTO organisation FROM organisation AS o WHERE o.slug = input ->> 'organisation';
    IF input ->> 'organisation' IS NOT NULL AND organisation IS NULL THEN
        RETURN refused(404, 'not-found', format('There is no organisation "%s".', input ->> 'organisation'));
    END IF;
    INSERT INTO person (mail, name, language, organisation_id) VALUES (input ->> 'mail', input ->> 'name', coalesce(input ->> 'language', 'de'), organisation)
    ON CONFLICT (lower(mail)) DO NOTHING RETURNING id INTO made;
    INSERT INTO organisation_member (organisation_id, person_id) SELECT organisation, made WHERE organisation IS NOT NULL AND made IS NOT NULL;
    IF made IS NULL THEN
        RETURN refused(409, 'exists', format('Somebody has the address %s already.', input ->> 'mail'));
    END IF;
    RETURN done(jsonb_build_object('message', format('%s has an account. Next: hubd admin role grant %1$s member HUB', input ->> 'mail')), 201);
END $$;
ALTER FUNCTION api.admin_person_add(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_person_add(jsonb, jsonb) TO hubd_admin;
