-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/feeds: one's private addresses, without the tokens, which nobody has any more.
CREATE OR REPLACE FUNCTION api.page_my_feeds(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('feeds', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name,
            'created', hubd.instant(t.created_at), 'used', hubd.instant(t.used_at)) ORDER BY t.id), '[]')
        FROM hubd.token AS t WHERE t.person_id = person AND t.scopes = '{feed}' AND t.revoked_at IS NULL)));
END $$;
ALTER FUNCTION api.page_my_feeds(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_my_feeds(jsonb, jsonb) TO hubd_serve;
