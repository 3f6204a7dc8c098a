-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin sign-in-link MAIL: input has the SHA-256 of the code, which never comes here.
CREATE OR REPLACE FUNCTION api.admin_sign_in_link(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    IF person_of(input ->> 'mail') IS NULL THEN
        RETURN refused_person(input ->> 'mail');
    END IF;
    INSERT INTO sign_in_link (sha256, person_id, expires_at)
    VALUES (input ->> 'sha256', person_of(input ->> 'mail'), present() + interval '15 minutes');
    RETURN done(jsonb_build_object('message', format('Signs in %s once, within 15 minutes:', input ->> 'mail')), 201);
END $$;
ALTER FUNCTION api.admin_sign_in_link(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_sign_in_link(jsonb, jsonb) TO hubd_admin;
