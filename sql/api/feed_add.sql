-- SPDX-License-Identifier: GPL-3.0-or-later
-- A new secret address: {name, of: mine|hub|organisation|team, hub | organisation | team: slug, sha256, dry_run}. The token is made and shown by who
-- asks, once; only its SHA-256 comes here. An Idempotency-Key is not kept: what was shown once cannot be shown again.
CREATE OR REPLACE FUNCTION api.feed_add(caller jsonb, input jsonb) RETURNS api.reply
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
        reply := hubd.subscribe(caller, person, input);
        IF is_dry THEN
            reply.status := CASE WHEN reply.status = 201 THEN 200 ELSE reply.status END;
            PERFORM hubd.undo();
        END IF;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN hubd.as_dry_run(reply);
    END;
    RETURN reply;
END $$;
ALTER FUNCTION api.feed_add(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_add(jsonb, jsonb) TO hubd_serve;
