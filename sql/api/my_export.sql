-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/export, /me/export ?part=&until=: everything about who asks. Crosses hubs, as people do.
CREATE OR REPLACE FUNCTION api.my_export(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN ROW(200, hubd.export_person(person, input)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.my_export(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.my_export(jsonb, jsonb) TO hubd_serve;
