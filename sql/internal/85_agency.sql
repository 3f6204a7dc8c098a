-- SPDX-License-Identifier: GPL-3.0-or-later
-- Numbers over all hubs for the agency. No number that is told counts fewer than three people, and none can be had by taking told ones
-- from each other: what is too small is put together with the next smallest until it is not, so that every sum is a sum of told groups.
-- Only whole quarters and the first of the month are told: windows that can be moved could be taken from each other too.

-- [{"key", "count", "hours", "who": [persons]}] -> [{"keys": […], "count", "hours"}]; count null: fewer than three in all.
CREATE OR REPLACE FUNCTION hubd.no_small_groups(cells jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    keys text[];
    who jsonb;
    next text;
BEGIN
    SELECT coalesce(array_agg(c ->> 'key'), '{}') INTO keys FROM jsonb_array_elements(cells) AS c WHERE jsonb_array_length(c -> 'who') IN (1, 2);
    LOOP
        who := (SELECT coalesce(jsonb_agg(DISTINCT w), '[]') FROM jsonb_array_elements(cells) AS c, jsonb_array_elements(c -> 'who') AS w WHERE c ->> 'key' = ANY (keys));
        EXIT WHEN jsonb_array_length(who) = 0 OR (jsonb_array_length(who) > 2 AND cardinality(keys) > 1);
        next := (SELECT c ->> 'key' FROM jsonb_array_elements(cells) AS c WHERE c ->> 'key' <> ALL (keys) AND jsonb_array_length(c -> 'who') > 0
            ORDER BY jsonb_array_length(c -> 'who'), c ->> 'key' LIMIT 1);
        EXIT WHEN next IS NULL;
        keys := keys || next;
    END LOOP;
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('keys', jsonb_build_array(c ->> 'key'), 'count', c -> 'count', 'hours', c -> 'hours') ORDER BY c ->> 'key'), '[]')
            FROM jsonb_array_elements(cells) AS c WHERE c ->> 'key' <> ALL (keys))
        || CASE WHEN keys = '{}' THEN '[]' ELSE (SELECT jsonb_build_array(jsonb_build_object('keys', to_jsonb(ARRAY(SELECT k FROM unnest(keys) AS k ORDER BY k)),
                'count', CASE WHEN jsonb_array_length(who) > 2 THEN sum((c ->> 'count')::numeric) END, 'hours', CASE WHEN jsonb_array_length(who) > 2 THEN sum((c ->> 'hours')::numeric) END))
            FROM jsonb_array_elements(cells) AS c WHERE c ->> 'key' = ANY (keys)) END;
END $$;

-- Who was of a hub on that day, by hub and kind of the organisation that they book for.
CREATE OR REPLACE FUNCTION hubd.members_counted(by_kind_of bigint, until timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('key', c.key, 'count', cardinality(c.who), 'hours', NULL, 'who', to_jsonb(c.who))), '[]') FROM (
        SELECT CASE WHEN by_kind_of IS NULL THEN h.slug ELSE coalesce(o.kind, 'none') END AS key, array_remove(array_agg(DISTINCT p.id), NULL) AS who
        FROM hubd.hub AS h LEFT JOIN hubd.membership AS m ON m.hub_id = h.id AND m.created_at < until
        LEFT JOIN hubd.person AS p ON p.id = m.person_id LEFT JOIN hubd.organisation AS o ON o.id = p.organisation_id
        WHERE NOT h.is_network AND (by_kind_of IS NULL OR (h.id = by_kind_of AND p.id IS NOT NULL)) GROUP BY 1) AS c);
END $$;

CREATE OR REPLACE FUNCTION hubd.bookings_counted(span tstzrange) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('key', c.slug, 'count', c.n, 'hours', c.hours, 'who', to_jsonb(c.who))), '[]') FROM (
        SELECT h.slug, count(b.id) AS n, coalesce(round(sum(extract(epoch FROM upper(b.during) - lower(b.during))) / 3600), 0) AS hours,
            array_remove(array_agg(DISTINCT b.person_id), NULL) AS who
        FROM hubd.hub AS h LEFT JOIN hubd.booking AS b ON b.hub_id = h.id AND b.kind = 'booking' AND b.state = 'confirmed' AND b.person_id IS NOT NULL
            AND lower(b.during) >= lower(span) AND lower(b.during) < upper(span)
        WHERE NOT h.is_network GROUP BY h.slug) AS c);
END $$;

-- Events are public: they are counted as they are.
CREATE OR REPLACE FUNCTION hubd.events_counted(span tstzrange) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('keys', jsonb_build_array(c.slug), 'count', c.n) ORDER BY c.slug), '[]') FROM (
        SELECT h.slug, count(o.id) FILTER (WHERE e.id IS NOT NULL) AS n
        FROM hubd.hub AS h LEFT JOIN hubd.occurrence AS o ON o.hub_id = h.id AND o.state = 'confirmed' AND lower(o.during) >= lower(span) AND lower(o.during) < upper(span)
        LEFT JOIN hubd.event AS e ON e.hub_id = h.id AND e.id = o.event_id AND e.audience = 'public' AND e.state IN ('tentative', 'confirmed')
        WHERE NOT h.is_network GROUP BY h.slug) AS c);
END $$;

CREATE OR REPLACE FUNCTION hubd.total_of(groups jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN (SELECT to_jsonb(coalesce(sum((g ->> 'count')::numeric), 0)) FROM jsonb_array_elements(groups) AS g);

-- What is told of one measure, as items.
CREATE OR REPLACE FUNCTION hubd.told(measure text, groups jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('of', measure, 'hubs', g -> 'keys', 'count', g -> 'count', 'hours', g -> 'hours', 'kinds', coalesce(g -> 'kinds', '[]'))
        ORDER BY g -> 'keys'), '[]') FROM jsonb_array_elements(groups) AS g);

-- The kinds only of a hub that stands alone, and adding up to what is told of it.
CREATE OR REPLACE FUNCTION hubd.with_kinds(groups jsonb, until timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_agg(g || jsonb_build_object('kinds', CASE WHEN jsonb_array_length(g -> 'keys') = 1 AND (g ->> 'count')::bigint > 2 THEN
            (SELECT jsonb_agg(jsonb_build_object('kinds', k -> 'keys', 'count', k -> 'count'))
            FROM jsonb_array_elements(hubd.no_small_groups(hubd.members_counted(hubd.hub_of(g -> 'keys' ->> 0), until))) AS k) ELSE '[]' END))
        FROM jsonb_array_elements(groups) AS g);
END $$;

CREATE OR REPLACE FUNCTION hubd.hub_statistics() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    today date := (hubd.present() AT TIME ZONE 'Europe/Berlin')::date;
    ends date := date_trunc('quarter', today);
    starts date := ends - interval '3 months';
    month date := date_trunc('month', today);
    span tstzrange := tstzrange(starts::timestamp AT TIME ZONE 'Europe/Berlin', ends::timestamp AT TIME ZONE 'Europe/Berlin');
    until timestamptz := month::timestamp AT TIME ZONE 'Europe/Berlin';
    members jsonb := hubd.no_small_groups(hubd.members_counted(NULL, until));
    bookings jsonb := hubd.no_small_groups(hubd.bookings_counted(span));
    events jsonb := hubd.events_counted(span);
BEGIN
    RETURN jsonb_build_object('quarter', to_char(starts, 'YYYY"-Q"Q'), 'members_on', month,
        'totals', jsonb_build_object('members', hubd.total_of(members), 'bookings', hubd.total_of(bookings), 'events', hubd.total_of(events)),
        'items', hubd.told('members', hubd.with_kinds(members, until)) || hubd.told('bookings', bookings) || hubd.told('events', events), 'next', NULL);
END $$;

CREATE OR REPLACE FUNCTION hubd.agency_refusal(caller jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    RETURN CASE WHEN person IS NULL THEN hubd.problem_sign_in(caller)
        WHEN NOT EXISTS (SELECT FROM hubd.person AS p WHERE p.id = person AND (p.is_agency OR p.is_operator))
        THEN hubd.problem_not_allowed(caller, 'Zahlen über alle Hubs sieht die Agentur.', 'Numbers over all hubs are for the agency.') END;
END $$;
