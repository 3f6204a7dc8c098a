-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /sign-in: uses a link up and begins a session of 30 days; the cookie never comes here, only its SHA-256. Before anybody is
-- anybody there is no hub to enter.
CREATE OR REPLACE FUNCTION api.sign_in(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    who bigint;
BEGIN
    -- Whoever comes second waits for the first here, and then finds the link used.
    UPDATE sign_in_link SET used_at = present() WHERE sha256 = input ->> 'sha256' AND used_at IS NULL AND expires_at > present()
        RETURNING person_id INTO who;
    IF who IS NULL THEN
        RETURN problem(403, 'sign-in-link-spent', say(language(caller), 'Der Link gilt nicht mehr', 'The link does not work any more'),
            say(language(caller), 'Ein Anmeldelink gilt einmal und 15 Minuten lang. Bitte einen neuen anfordern.',
                'A sign-in link works once and for 15 minutes. Please ask for a new one.'));
    END IF;
    DELETE FROM sign_in_link WHERE expires_at < present() - interval '7 days';
    DELETE FROM session WHERE person_id = who AND expires_at < present();
    INSERT INTO session (sha256, person_id, device, expires_at)
    VALUES (input ->> 'session', who, coalesce(input ->> 'device', ''), present() + interval '30 days');
    RETURN ROW(200, (SELECT jsonb_build_object('name', name, 'language', language) FROM person WHERE id = who)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.sign_in(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.sign_in(jsonb, jsonb) TO hubd_serve;
