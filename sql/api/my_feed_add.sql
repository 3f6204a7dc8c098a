-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /me/feeds: {name, of, sha256}; of: "mine", "hub/SLUG", "organisation/SLUG" or "team/SLUG", as the form has it. The token is made
-- and shown by the page, once; only its SHA-256 comes here.
CREATE OR REPLACE FUNCTION api.my_feed_add(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    wanted text := split_part(coalesce(input ->> 'of', 'mine'), '/', 1);
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    reply := hubd.subscribe(caller, person, input || jsonb_build_object('of', wanted, wanted, nullif(split_part(coalesce(input ->> 'of', ''), '/', 2), '')));
    IF reply.status <> 201 THEN
        RETURN reply;
    END IF;
    RETURN hubd.page_reply(caller, reply.body::jsonb);
END $$;
ALTER FUNCTION api.my_feed_add(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.my_feed_add(jsonb, jsonb) TO hubd_serve;
