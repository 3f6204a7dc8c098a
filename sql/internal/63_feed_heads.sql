-- SPDX-License-Identifier: GPL-3.0-or-later
-- What each kind of feed is: where its entries are, its names, and the scopes whose changes concern it. No row: there is none.
-- A resource's feed is concerned by all resources that share a unit with it. Of a team only who holds a secret address sees anything; of an
-- organisation everybody sees the public events that name it as organiser, and its members with a secret address its bookings too.
CREATE OR REPLACE FUNCTION hubd.feed_head(caller jsonb, input jsonb)
    RETURNS TABLE (hub_id bigint, target_id bigint, topic text, name text, description text, color text, zone text, scopes text[],
        created_at timestamptz, subject text)
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    language text := coalesce(input ->> 'language', 'de');
    kind text := input ->> 'kind';
    own record;
BEGIN
    SELECT * INTO own FROM hubd.feed_subscription(input ->> 'secret');
    IF kind = 'all' THEN
        RETURN QUERY SELECT NULL::bigint, NULL::bigint, NULL::text,
            hubd.say(language, 'Digital Hubs: alle Veranstaltungen', 'Digital Hubs: all events'),
            hubd.say(language, 'Veranstaltungen aller Hubs', 'Events of all hubs'), '#0b6e99', 'Europe/Berlin', ARRAY['all'],
            (SELECT min(h.created_at) FROM hubd.hub AS h), NULL::text;
    ELSIF kind = 'hub' THEN
        RETURN QUERY SELECT h.id, h.id, NULL::text, h.name, hubd.say(language, h.about_de, coalesce(nullif(h.about_en, ''), h.about_de)),
            coalesce(h.color, '#0b6e99'), h.zone, 'hub:' || h.id || CASE WHEN (input ->> 'is_busy')::boolean
                THEN ARRAY(SELECT 'resource:' || r.id FROM hubd.resource AS r WHERE r.hub_id = h.id ORDER BY r.id) ELSE '{}' END, h.created_at, NULL::text
        FROM hubd.hub AS h WHERE h.slug = input ->> 'hub' AND NOT h.is_network;
    ELSIF kind = 'topic' THEN
        RETURN QUERY SELECT NULL::bigint, NULL::bigint, t.slug, hubd.say(language, t.name_de, t.name_en),
            hubd.say(language, 'Veranstaltungen aller Hubs zum Thema ' || t.name_de, 'Events of all hubs on ' || t.name_en),
            '#0b6e99', 'Europe/Berlin', ARRAY['topic:' || t.slug], (SELECT min(h.created_at) FROM hubd.hub AS h), NULL::text
        FROM hubd.topic AS t WHERE t.slug = input ->> 'topic';
    ELSIF kind = 'resource' THEN
        RETURN QUERY SELECT h.id, r.id, NULL::text, hubd.say(language, r.name_de, r.name_en) || ' · ' || h.name,
            hubd.say(language, 'Belegung: ' || r.name_de || ', ' || s.name, 'When it is taken: ' || r.name_en || ', ' || s.name),
            coalesce(h.color, '#0b6e99'), s.zone,
            (SELECT array_agg('resource:' || kin) FROM unnest(coalesce(hubd.feed_kin(h.id, r.id), ARRAY[r.id])) AS kin), r.created_at, NULL::text
        FROM hubd.hub AS h JOIN hubd.resource AS r ON r.hub_id = h.id JOIN hubd.site AS s ON s.hub_id = h.id AND s.id = r.site_id
        WHERE h.slug = input ->> 'hub' AND NOT h.is_network AND r.slug = input ->> 'resource';
    ELSIF kind = 'private' AND own.subject = 'mine' THEN
        RETURN QUERY SELECT NULL::bigint, p.id, NULL::text, hubd.say(input ->> 'language', 'Meine Buchungen', 'My bookings'),
            hubd.say(input ->> 'language', 'Buchungen von ' || p.name, 'Bookings of ' || p.name), '#0b6e99', 'Europe/Berlin',
            hubd.subscription_scopes(input ->> 'secret', own.person_id, own.subject, own.target_id), own.created_at, own.subject
        FROM hubd.person AS p WHERE p.id = own.person_id;
    ELSIF kind = 'private' AND own.subject = 'hub' THEN
        RETURN QUERY SELECT h.id, h.id, NULL::text, hubd.say(language, 'Belegung · ' || h.name, 'Bookings · ' || h.name),
            hubd.say(language, 'Alle Buchungen, für Mitglieder', 'All bookings, for members'), coalesce(h.color, '#0b6e99'), h.zone,
            hubd.subscription_scopes(input ->> 'secret', own.person_id, own.subject, own.target_id), own.created_at, own.subject
        FROM hubd.hub AS h WHERE h.id = own.target_id;
    ELSIF kind = 'organisation' AND input ->> 'secret' IS NULL THEN
        RETURN QUERY SELECT NULL::bigint, o.id, lower(o.name), o.name, hubd.say(language, 'Veranstaltungen von ' || o.name, 'Events of ' || o.name),
            '#0b6e99', 'Europe/Berlin', ARRAY['all'], o.created_at, NULL::text
        FROM hubd.organisation AS o WHERE o.slug = input ->> 'organisation';
    ELSIF kind = 'organisation' THEN
        RETURN QUERY SELECT NULL::bigint, o.id, lower(o.name), o.name,
            hubd.say(language, 'Veranstaltungen und Buchungen von ' || o.name, 'Events and bookings of ' || o.name), '#0b6e99', 'Europe/Berlin',
            hubd.subscription_scopes(input ->> 'secret', own.person_id, own.subject, own.target_id), own.created_at, own.subject
        FROM hubd.organisation AS o WHERE o.slug = input ->> 'organisation' AND own.subject = 'organisation' AND o.id = own.target_id;
    ELSIF kind = 'team' THEN
        RETURN QUERY SELECT NULL::bigint, t.id, NULL::text, t.name, hubd.say(language, 'Buchungen des Teams ' || t.name, 'Bookings of the team ' || t.name),
            '#0b6e99', 'Europe/Berlin', hubd.subscription_scopes(input ->> 'secret', own.person_id, own.subject, own.target_id), own.created_at, own.subject
        FROM hubd.team AS t WHERE t.slug = input ->> 'team' AND own.subject = 'team' AND t.id = own.target_id;
    ELSIF kind = 'event' THEN
        RETURN QUERY SELECT e.hub_id, e.id, NULL::text, hubd.say(language, e.title, coalesce(nullif(e.title_en, ''), e.title)),
            h.name, coalesce(h.color, '#0b6e99'), e.zone, ARRAY['event:' || e.id], e.created_at, NULL::text
        FROM hubd.event AS e JOIN hubd.hub AS h ON h.id = e.hub_id
        WHERE e.id = (input ->> 'event')::bigint AND e.audience = 'public' AND e.state <> 'draft';
    END IF;
END $$;
