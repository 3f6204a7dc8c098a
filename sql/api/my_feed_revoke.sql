-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /me/feeds/{id}/revoke: ends a secret address, as DELETE /api/v1/feeds/{id} does.
CREATE OR REPLACE FUNCTION api.my_feed_revoke(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    reply := hubd.unsubscribe(caller, person, (input ->> 'id')::bigint);
    IF reply.status <> 200 THEN
        RETURN reply;
    END IF;
    RETURN ROW(200, '{}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.my_feed_revoke(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.my_feed_revoke(jsonb, jsonb) TO hubd_serve;
