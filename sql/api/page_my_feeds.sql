-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/feeds: one's secret addresses, without the tokens, which nobody has any more, and what else could be subscribed to.
CREATE OR REPLACE FUNCTION api.page_my_feeds(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
    language text := hubd.language(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('feeds', hubd.subscriptions(person, language),
        'choices', (SELECT jsonb_agg(jsonb_build_object('of', concat_ws('/', o.subject, o.slug), 'subject', o.subject, 'title', o.name)
            ORDER BY array_position('{mine,hub,organisation,team}', o.subject), o.name) FROM hubd.subscribable(person, language) AS o)));
END $$;
ALTER FUNCTION api.page_my_feeds(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_my_feeds(jsonb, jsonb) TO hubd_serve;
