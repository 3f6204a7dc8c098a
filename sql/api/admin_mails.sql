-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin mail list [--failed]: the newest hundred; with --failed what was set aside, or has been tried in vain so far.
CREATE OR REPLACE FUNCTION api.admin_mails(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN items_reply((SELECT jsonb_agg(mail_document(m) ORDER BY m.id DESC) FROM (
        SELECT * FROM message AS o WHERE NOT coalesce((admin_mails.input ->> 'failed')::boolean, false)
            OR o.state IN ('refused', 'unknown', 'expired') OR (o.ended_at IS NULL AND o.answer IS NOT NULL)
        ORDER BY o.id DESC LIMIT 100) AS m));
END $$;
ALTER FUNCTION api.admin_mails(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_mails(jsonb, jsonb) TO hubd_admin;
