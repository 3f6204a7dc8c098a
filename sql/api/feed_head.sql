-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a feed is, before its entries: names, the scopes whose changes concern it, when it was last revised. No row: there is none.
-- input: {"kind": all|hub|topic|resource|event|organisation|team|private, "hub", "resource", "topic", "organisation", "team": slugs, "event": id,
-- "secret": SHA-256 of a secret address's token or null, "is_busy", "language"}. subject: of what a secret address is; NULL: what is public.
-- Owned by hubd_network: the feeds of all and of a topic cross hubs, and a hub is found by its slug. Only public things are named, and to the
-- holder of a secret what it is of.
--
-- revised, xid: the newest change of the scopes (compaction keeps it), and the transaction that wrote it.
CREATE OR REPLACE FUNCTION api.feed_head(caller jsonb, input jsonb)
    RETURNS TABLE (hub_id bigint, target_id bigint, topic text, name text, description text, color text, zone text, scopes text,
        revised bigint, xid bigint, today date, subject text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT head.hub_id, head.target_id, head.topic, head.name, head.description, head.color, head.zone,
            array_to_string(head.scopes, ' '), hubd.feed_epoch(coalesce(newest.at, head.created_at, 'epoch')),
            coalesce(newest.xid::text::bigint, 0), (hubd.present() AT TIME ZONE 'UTC')::date, head.subject
        FROM hubd.feed_head(caller, input) AS head
        LEFT JOIN LATERAL (
            SELECT c.at, c.xid FROM unnest(head.scopes) AS wanted (scope)
            CROSS JOIN LATERAL (SELECT own.at, own.xid FROM hubd.change AS own WHERE own.scope = wanted.scope ORDER BY own.at DESC LIMIT 1) AS c
            ORDER BY c.at DESC LIMIT 1) AS newest ON true;
END $$;
ALTER FUNCTION api.feed_head(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_head(jsonb, jsonb) TO hubd_serve;
