-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/invitations/answer: {sha256 of its token, or id; accept, name}. Whoever has the token reads that mailbox; who names the number
-- has signed in with that address.
CREATE OR REPLACE FUNCTION api.invitation_answer(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    reply api.reply;
BEGIN
    IF input ->> 'sha256' IS NULL THEN
        RETURN deed(caller, input, 'answer_invitation');
    ELSIF caller_person(caller) IS NOT NULL AND caller_person(caller, 'write') IS NULL THEN
        RETURN problem_no_writer(caller);
    END IF;
    BEGIN
        reply := answer_invitation(caller, caller_person(caller, 'write'), input);
        IF reply.status >= 400 OR (input ->> 'dry_run')::boolean THEN
            PERFORM undo();
        END IF;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN CASE WHEN (input ->> 'dry_run')::boolean THEN as_dry_run(reply) ELSE reply END;
    END;
    RETURN reply;
END $$;
ALTER FUNCTION api.invitation_answer(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.invitation_answer(jsonb, jsonb) TO hubd_serve;
