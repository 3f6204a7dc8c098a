-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ends a token of one's own: {id}.
CREATE OR REPLACE FUNCTION api.token_revoke(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    PERFORM FROM hubd.token AS t WHERE t.id = (input ->> 'id')::bigint AND t.person_id = person AND t.scopes <> '{feed}' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Dieses Token gibt es nicht, oder es ist nicht Ihres.', 'There is no such token, or it is not yours.');
    END IF;
    IF (input ->> 'dry_run')::boolean THEN
        RETURN ROW(200, '{"dry_run": true}', NULL, NULL)::api.reply;
    END IF;
    UPDATE hubd.token AS t SET revoked_at = coalesce(t.revoked_at, hubd.present()) WHERE t.id = (input ->> 'id')::bigint;
    PERFORM hubd.changed(ARRAY['person:' || person]);
    RETURN ROW(200, '{}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.token_revoke(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.token_revoke(jsonb, jsonb) TO hubd_serve;
