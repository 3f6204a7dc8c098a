-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /me/erase {confirm, bookings: hand-over | release}: whoever signed in within the last hour erases themselves. Not by a token: a program
-- that was lent the right to book cannot do this.
CREATE OR REPLACE FUNCTION api.my_erase(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    problem api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    ELSIF NOT hubd.is_recent_sign_in(caller) THEN
        RETURN hubd.problem_not_allowed(caller, 'Dafür bitte neu anmelden: die Anmeldung darf höchstens eine Stunde her sein.', 'Please sign in anew for this: the sign-in must be no more than an hour ago.');
    ELSIF NOT coalesce((input ->> 'confirm')::boolean, false) THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/confirm', 'Bitte bestätigen, dass alles gelöscht werden soll.', 'Please confirm that everything is to be erased.');
    END IF;
    problem := hubd.erase_person(caller, person, input);
    IF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    RETURN ROW(200, '{"erased": true}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.my_erase(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.my_erase(jsonb, jsonb) TO hubd_serve;
