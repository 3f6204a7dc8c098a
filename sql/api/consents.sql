-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/consents: the purposes, and which of them one has consented to.
CREATE OR REPLACE FUNCTION api.consents(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN hubd.items_reply(hubd.consents_of(hubd.language(caller), person));
END $$;
ALTER FUNCTION api.consents(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.consents(jsonb, jsonb) TO hubd_serve;
