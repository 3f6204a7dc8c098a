-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /unsubscribe/{token}/{class} (RFC 8058: mail programs post it by themselves, without a session): mails of this class end for their reader.
CREATE OR REPLACE FUNCTION api.unsubscribe(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    UPDATE person AS p SET mail_waiting = CASE WHEN unsubscribe.input ->> 'class' IN ('waiting', 'digest') THEN 'none' ELSE p.mail_waiting END,
        reminders = CASE unsubscribe.input ->> 'class' WHEN 'reminder' THEN '{}' ELSE p.reminders END
        WHERE p.unsubscribe = unsubscribe.input ->> 'token' AND unsubscribe.input ->> 'class' IN ('waiting', 'reminder', 'digest');
    IF NOT FOUND THEN
        RETURN problem_not_found(caller, 'Diese Adresse gilt nicht: bitte die aus der Mail nehmen.', 'This address does not count: please take the one of the mail.');
    END IF;
    RETURN page_reply(caller, '{}');
END $$;
ALTER FUNCTION api.unsubscribe(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.unsubscribe(jsonb, jsonb) TO hubd_serve;
