-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /unsubscribe/{token}/{class}: the question; nothing changes. Whose address it is, is not said.
CREATE OR REPLACE FUNCTION api.page_unsubscribe(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM person AS p WHERE p.unsubscribe = page_unsubscribe.input ->> 'token') OR input ->> 'class' NOT IN ('waiting', 'reminder', 'digest') THEN
        RETURN problem_not_found(caller, 'Diese Adresse gilt nicht: bitte die aus der Mail nehmen.', 'This address does not count: please take the one of the mail.');
    END IF;
    RETURN page_reply(caller, '{}');
END $$;
ALTER FUNCTION api.page_unsubscribe(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_unsubscribe(jsonb, jsonb) TO hubd_serve;
