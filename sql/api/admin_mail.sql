-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin mail [ID]: what is known of one mail; of the newest one without ID.
CREATE OR REPLACE FUNCTION api.admin_mail(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    wanted text := admin_mail.input ->> 'id';
    m hubd.message;
BEGIN
    SELECT * INTO m FROM message AS o WHERE wanted IS NULL OR o.id = CASE WHEN wanted ~ '^[0-9]{1,18}$' THEN wanted::bigint END ORDER BY o.id DESC LIMIT 1;
    IF m.id IS NULL THEN
        RETURN refused(404, 'not-found', CASE WHEN wanted IS NULL THEN 'There is no mail yet.' ELSE format('There is no mail %s: hubd admin mail list shows them.', wanted) END);
    END IF;
    RETURN done(mail_document(m));
END $$;
ALTER FUNCTION api.admin_mail(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_mail(jsonb, jsonb) TO hubd_admin;
