-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /sign-in/code: {attempt, code_sha256, session, device}. The code of the attempt that this browser asked for; five tries. An address that nobody
-- has looks like a wrong code.
CREATE OR REPLACE FUNCTION api.sign_in_code(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    most CONSTANT integer := 5;
    attempt hubd.sign_in_attempt;
    who bigint;
BEGIN
    SELECT * INTO attempt FROM hubd.sign_in_attempt AS a WHERE a.sha256 = input ->> 'attempt' AND a.expires_at > hubd.present() FOR UPDATE;
    IF attempt.sha256 IS NULL OR attempt.tries >= most THEN
        RETURN hubd.problem(403, 'sign-in-code-spent', hubd.say(hubd.language(caller), 'Der Code gilt nicht mehr', 'The code does not work any more'),
            hubd.say(hubd.language(caller), 'Ein Code gilt 15 Minuten, einmal, für fünf Versuche und nur in dem Browser, der ihn angefordert hat. Bitte einen neuen anfordern.',
                'A code works for 15 minutes, once, for five tries and only in the browser that asked for it. Please ask for a new one.'));
    END IF;
    IF attempt.code_sha256 <> input ->> 'code_sha256' OR attempt.link_sha256 IS NULL THEN
        UPDATE hubd.sign_in_attempt AS a SET tries = a.tries + 1 WHERE a.sha256 = attempt.sha256;
        RETURN hubd.problem(403, 'sign-in-code-wrong', hubd.say(hubd.language(caller), 'Das ist nicht der Code', 'This is not the code'),
            hubd.say(hubd.language(caller), format('Das ist nicht der Code aus der Mail. Versuche, die bleiben: %s.', most - attempt.tries - 1),
                format('This is not the code of the mail. Tries that are left: %s.', most - attempt.tries - 1)), jsonb_build_object('left', most - attempt.tries - 1));
    END IF;
    who := hubd.use_sign_in_link(attempt.link_sha256);
    DELETE FROM hubd.sign_in_attempt AS a WHERE a.sha256 = attempt.sha256;
    RETURN CASE WHEN who IS NULL THEN hubd.problem_link_spent(caller) ELSE hubd.begin_session(who, input) END;
END $$;
ALTER FUNCTION api.sign_in_code(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.sign_in_code(jsonb, jsonb) TO hubd_serve;
