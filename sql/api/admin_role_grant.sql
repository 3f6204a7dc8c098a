-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin role grant MAIL ROLE [HUB]
CREATE OR REPLACE FUNCTION api.admin_role_grant(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := refused_role(input);
    touched boolean;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    touched := set_role(person_of(input ->> 'mail'), input ->> 'role', hub_of(input ->> 'hub'), true);
    RETURN done(jsonb_build_object('message', format(CASE WHEN touched THEN '%s is now %s%s.' ELSE '%s was %s%s already.' END,
        input ->> 'mail', input ->> 'role', coalesce(' at ' || (input ->> 'hub'), ''))));
END $$;
ALTER FUNCTION api.admin_role_grant(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_role_grant(jsonb, jsonb) TO hubd_admin;
