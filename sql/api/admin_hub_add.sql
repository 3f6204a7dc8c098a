-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin hub add SLUG NAME: a hub with its first site, so that rooms have a place.
CREATE OR REPLACE FUNCTION api.admin_hub_add(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    IF input ->> 'slug' !~ '^[a-z0-9]+(-[a-z0-9]+)*$' THEN
        RETURN refused(422, 'malformed-slug', format('"%s" cannot be in an address: small letters, digits and single hyphens can, as in "%s".',
            input ->> 'slug', coalesce(nullif(slug_from(input ->> 'slug'), ''), 'my-hub')));
    END IF;
    INSERT INTO hub (slug, name, zone) VALUES (input ->> 'slug', input ->> 'name', coalesce(input ->> 'zone', 'Europe/Berlin'))
    ON CONFLICT (slug) DO NOTHING RETURNING id INTO made;
    IF made IS NULL THEN
        RETURN refused(409, 'exists', format('There is a hub "%s" already.', input ->> 'slug'));
    END IF;
    INSERT INTO site (hub_id, slug, name, city, land, zone)
    VALUES (made, coalesce(nullif(slug_from(input ->> 'site'), ''), input ->> 'slug'), coalesce(input ->> 'site', input ->> 'name'),
        coalesce(input ->> 'city', ''), coalesce(input ->> 'land', ''), coalesce(input ->> 'zone', 'Europe/Berlin'));
    PERFORM changed(ARRAY['all', 'hub:' || made]);
    RETURN done(jsonb_build_object('message', format('The hub "%s" is there, with its first site.', input ->> 'slug')), 201);
EXCEPTION WHEN check_violation THEN
    RETURN refused(422, 'malformed-hub', format('A Land is written as in DE-BY, not "%s".', input ->> 'land'));
END $$;
ALTER FUNCTION api.admin_hub_add(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_hub_add(jsonb, jsonb) TO hubd_admin;
