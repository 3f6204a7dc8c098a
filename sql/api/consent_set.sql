-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/consents {purpose, given}: one gives or withdraws a consent of one's own.
CREATE OR REPLACE FUNCTION api.consent_set(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    ELSIF NOT coalesce((input ->> 'dry_run')::boolean, false) THEN
        RETURN hubd.set_consent(caller, person, input);
    END IF;
    BEGIN
        reply := hubd.set_consent(caller, person, input);
        PERFORM hubd.undo();
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN hubd.as_dry_run(reply);
    END;
END $$;
ALTER FUNCTION api.consent_set(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.consent_set(jsonb, jsonb) TO hubd_serve;
