-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ends a session of one's own: {id}, or {id: "others"} for all but the one that asks.
CREATE OR REPLACE FUNCTION api.session_revoke(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    are_others boolean := input ->> 'id' = 'others';
    ended bigint[];
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    ended := ARRAY(SELECT s.id FROM hubd.session AS s WHERE s.person_id = person AND s.revoked_at IS NULL
        AND CASE WHEN are_others THEN hubd.is_session(s, caller ->> 'session') IS NOT TRUE ELSE s.id = (input ->> 'id')::bigint END);
    IF ended = '{}' AND NOT are_others THEN
        RETURN hubd.problem_not_found(caller, 'Diese Sitzung gibt es nicht, oder sie ist nicht Ihre.', 'There is no such session, or it is not yours.');
    END IF;
    IF (input ->> 'dry_run')::boolean THEN
        RETURN ROW(200, '{"dry_run": true}', NULL, NULL)::api.reply;
    END IF;
    UPDATE hubd.session AS s SET revoked_at = hubd.present() WHERE s.id = ANY (ended);
    RETURN ROW(200, '{}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.session_revoke(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.session_revoke(jsonb, jsonb) TO hubd_serve;
