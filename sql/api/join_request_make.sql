-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/join-requests: {hub, note}, and of who has not signed in {mail, name}: their address is asked first, and the answer is the
-- same for every address.
CREATE OR REPLACE FUNCTION api.join_request_make(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    IF hub_of(input ->> 'hub') IS NULL THEN
        RETURN problem_no_hub(caller, input ->> 'hub');
    ELSIF caller_person(caller) IS NULL THEN
        RETURN ask_by_mail(caller, hub_of(input ->> 'hub'), input);
    END IF;
    RETURN deed(caller, input, 'ask_to_join');
END $$;
ALTER FUNCTION api.join_request_make(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.join_request_make(jsonb, jsonb) TO hubd_serve;
