-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ends a private address: {id}. Its feed is gone at once in every process, for the change is told in the same transaction.
CREATE OR REPLACE FUNCTION api.my_feed_revoke(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    UPDATE hubd.token AS t SET revoked_at = coalesce(t.revoked_at, hubd.present()) WHERE t.id = (input ->> 'id')::bigint AND t.person_id = person AND t.scopes = '{feed}';
    IF NOT FOUND THEN
        RETURN hubd.problem_not_found(caller, 'Diese Adresse gibt es nicht, oder sie ist nicht Ihre.', 'There is no such address, or it is not yours.');
    END IF;
    PERFORM hubd.changed(ARRAY['person:' || person]);
    RETURN ROW(200, '{}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.my_feed_revoke(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.my_feed_revoke(jsonb, jsonb) TO hubd_serve;
