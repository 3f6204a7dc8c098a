-- SPDX-License-Identifier: GPL-3.0-or-later
-- The next entries of a feed behind an id, in the order of ids: at most input.limit; fewer tell the end.
-- input: {"kind", "hub_id", "target_id", "topic" (of api.feed_head), "secret": as there, "behind", "limit", "from", "to": UTC dates, both shown,
-- "today", "slides": false for a window that the reader named, "language", "is_busy": free and busy times}.
-- known_ids, known_versions: what the reader has rendered.
-- Owned by hubd_network: pages of the feeds of all and of a topic cross hubs. It shows public
-- events, bare busy times, and to the holder of a private address that person's own bookings (the head found whose it is).
CREATE OR REPLACE FUNCTION api.feed_page(caller jsonb, input jsonb, known_ids bigint[], known_versions bigint[])
    RETURNS SETOF hubd.feed_entry LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    kind text := input ->> 'kind';
    language text := coalesce(input ->> 'language', 'de');
    behind bigint := coalesce((input ->> 'behind')::bigint, 0);
    page integer := (input ->> 'limit')::integer;
    slides boolean := coalesce((input ->> 'slides')::boolean, true);
    shown tstzrange := tstzrange((input ->> 'from')::timestamp AT TIME ZONE 'UTC', ((input ->> 'to')::date + 1)::timestamp AT TIME ZONE 'UTC');
    -- Whose bookings, with titles: asked anew at every page, for who holds a secret address.
    secret CONSTANT text := input ->> 'secret';
    own record;
    ids bigint[];
    kept_since timestamptz := ((input ->> 'today')::date - 60)::timestamp AT TIME ZONE 'UTC';
BEGIN
    IF secret IS NOT NULL THEN
        SELECT * INTO own FROM hubd.feed_subscription(secret);
        IF own.subject IS NULL THEN
            RETURN;
        END IF;
    END IF;
    IF (input ->> 'is_busy')::boolean THEN
        RETURN QUERY SELECT * FROM hubd.feed_freebusy((input ->> 'hub_id')::bigint,
            hubd.feed_resource_ids((input ->> 'hub_id')::bigint, CASE WHEN kind = 'resource' THEN (input ->> 'target_id')::bigint END, behind, page),
            shown, CASE WHEN slides THEN (input ->> 'today')::timestamp AT TIME ZONE 'UTC' END, language, known_ids, known_versions);
    ELSIF kind = 'resource' THEN
        RETURN QUERY SELECT * FROM hubd.feed_busy(
            hubd.feed_booking_ids((input ->> 'hub_id')::bigint, (input ->> 'target_id')::bigint, behind, page, shown, kept_since, slides),
            hubd.feed_kin((input ->> 'hub_id')::bigint, (input ->> 'target_id')::bigint), language, known_ids, known_versions);
    ELSIF kind = 'organisation' AND secret IS NOT NULL THEN
        ids := hubd.feed_page_of(hubd.feed_event_ids(kind, NULL, input ->> 'topic', NULL, behind, page, shown, kept_since, slides)
            || hubd.feed_titled_ids(own.subject, own.target_id, behind, page, shown, kept_since, slides), page);
        RETURN QUERY SELECT * FROM hubd.feed_events(ids, language, known_ids, known_versions)
            UNION ALL SELECT * FROM hubd.feed_titled(own.subject, ids, language, known_ids, known_versions) ORDER BY 1;
    ELSIF secret IS NOT NULL THEN
        RETURN QUERY SELECT * FROM hubd.feed_titled(own.subject,
            hubd.feed_titled_ids(own.subject, own.target_id, behind, page, shown, kept_since, slides), language, known_ids, known_versions);
    ELSE
        RETURN QUERY SELECT * FROM hubd.feed_events(
            hubd.feed_event_ids(kind, (input ->> 'hub_id')::bigint, input ->> 'topic', (input ->> 'target_id')::bigint, behind, page,
                shown, kept_since, slides),
            language, known_ids, known_versions);
    END IF;
END $$;
ALTER FUNCTION api.feed_page(jsonb, jsonb, bigint[], bigint[]) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_page(jsonb, jsonb, bigint[], bigint[]) TO hubd_serve;
