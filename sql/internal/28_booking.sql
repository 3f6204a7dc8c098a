-- SPDX-License-Identifier: GPL-3.0-or-later
-- How a booking looks, to whom, and what a refusal may say about others' bookings.

-- May this person see whose a booking is and what it is called? The booker, who acts for them, their team, managers; everybody when it
-- is a public event.
CREATE OR REPLACE FUNCTION hubd.may_see(person bigint, is_manager boolean, b hubd.booking) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF is_manager OR b.person_id = person OR hubd.is_party(person, b) THEN
        RETURN true;
    END IF;
    RETURN b.kind = 'event' AND EXISTS (
        SELECT FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
            CROSS JOIN LATERAL hubd.event_on(e, o) AS seen
        WHERE o.hub_id = b.hub_id AND o.booking_id = b.id AND seen.audience = 'public' AND seen.state <> 'draft');
END $$;

-- One item. Units and the answer to a wish are not told while they may change.
CREATE OR REPLACE FUNCTION hubd.item_document(i hubd.booking_item, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    r record;
    wanted jsonb := i.wanted - 'site_id';
    units jsonb;
BEGIN
    SELECT o.slug, hubd.say(language, o.name_de, o.name_en) AS name INTO r FROM hubd.resource AS o WHERE o.hub_id = i.hub_id AND o.id = i.resource_id;
    IF i.wanted -> 'site_id' IS NOT NULL THEN
        wanted := wanted || jsonb_build_object('site', (SELECT s.slug FROM hubd.site AS s
            WHERE s.hub_id = i.hub_id AND s.id = (i.wanted ->> 'site_id')::bigint));
    END IF;
    IF NOT i.is_provisional THEN
        units := (SELECT jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) ORDER BY u.id)
            FROM hubd.claim AS c JOIN hubd.unit AS u ON u.hub_id = c.hub_id AND u.id = c.unit_id
            WHERE c.booking_hub_id = i.hub_id AND c.booking_id = i.booking_id AND c.item = i.position AND c.lane = '[9,10)');
    ELSIF i.wanted IS NOT NULL THEN
        r.slug := NULL;
        r.name := NULL;
    END IF;
    RETURN jsonb_build_object('resource', r.slug, 'name', r.name, 'count', i.count, 'provisional', i.is_provisional, 'wanted', wanted, 'units', units);
END $$;

CREATE OR REPLACE FUNCTION hubd.items_document(hub bigint, booking bigint, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    item hubd.booking_item;
    result jsonb := '[]';
BEGIN
    FOR item IN SELECT * FROM hubd.booking_item AS i WHERE i.hub_id = hub AND i.booking_id = booking ORDER BY i.position LOOP
        result := result || hubd.item_document(item, language);
    END LOOP;
    RETURN result;
END $$;

-- The booking as JSON. Who may not see it whole gets the busy time and nothing about who or why.
CREATE OR REPLACE FUNCTION hubd.booking_document(b hubd.booking, person bigint, is_manager boolean, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- A hold whose time has passed holds nothing any more, whether or not somebody has cleared it away.
    shown text := CASE WHEN b.state = 'held' AND b.expires_at <= hubd.present() THEN 'expired' ELSE b.state END;
    result jsonb := jsonb_build_object('id', b.id, 'hub', (SELECT h.slug FROM hubd.hub AS h WHERE h.id = b.hub_id), 'kind', b.kind, 'state', shown,
        'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)),
        'local_start', hubd.wall(b.local_start), 'local_end', hubd.wall(b.local_end), 'zone', b.zone,
        'items', hubd.items_document(b.hub_id, b.id, language), 'links', jsonb_build_object('self', '/api/v1/bookings/' || b.id));
    is_own boolean := coalesce(is_manager OR b.person_id = person, false) OR hubd.is_party(person, b);
BEGIN
    IF NOT hubd.may_see(person, is_manager, b) THEN
        RETURN result || '{"redacted": true}';
    END IF;
    RETURN result || jsonb_build_object('title', b.title, 'note', CASE WHEN is_own THEN b.note ELSE '' END,
        'person', CASE WHEN is_own THEN (SELECT jsonb_build_object('name', p.name) FROM hubd.person AS p WHERE p.id = b.person_id) END,
        'organisation', CASE WHEN is_own THEN (SELECT o.slug FROM hubd.organisation AS o WHERE o.id = b.organisation_id) END,
        'team', CASE WHEN is_own THEN (SELECT t.slug FROM hubd.team AS t WHERE t.id = b.team_id) END,
        'booked_by', CASE WHEN is_own THEN (SELECT jsonb_build_object('name', p.name) FROM hubd.person AS p WHERE p.id = b.booked_by_id) END,
        'expires', CASE WHEN shown = 'held' THEN hubd.instant(b.expires_at) END,
        'series', b.series_id, 'date', hubd.wall(b.recurrence_id), 'uid', b.uid, 'sequence', b.sequence, 'revision', b.revision::text);
END $$;

-- What is in the way, as far as the caller may know it: a title only of their own, of anything at their hub as a manager, of public events.
CREATE OR REPLACE FUNCTION hubd.conflicts_for(caller jsonb, hub bigint, conflicts jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(c - 'booking_id' || CASE WHEN hubd.may_see(who.person, who.is_manager, b::hubd.booking)
            THEN jsonb_build_object('title', b.title, 'booking', b.id) ELSE '{}' END ORDER BY c ->> 'start', c ->> 'resource'), '[]')
        FROM jsonb_array_elements(conflicts) AS c
        CROSS JOIN LATERAL (SELECT * FROM hubd.booking AS o WHERE o.hub_id = hub AND o.id = (c ->> 'booking_id')::bigint OFFSET 0) AS b,
        (SELECT p AS person, p IS NOT NULL AND hubd.has_role(p, hub, 'manager') AS is_manager FROM hubd.caller_person(caller) AS p) AS who);
END $$;
