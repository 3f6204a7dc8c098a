-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ends a secret address: {id, dry_run}. Its feed is gone at once in every process, for the change is told in the same transaction.
CREATE OR REPLACE FUNCTION api.feed_revoke(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    is_dry boolean := coalesce((input ->> 'dry_run')::boolean, false);
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    BEGIN
        reply := hubd.unsubscribe(caller, person, (input ->> 'id')::bigint);
        IF is_dry THEN
            PERFORM hubd.undo();
        END IF;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN hubd.as_dry_run(reply);
    END;
    RETURN reply;
END $$;
ALTER FUNCTION api.feed_revoke(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_revoke(jsonb, jsonb) TO hubd_serve;
