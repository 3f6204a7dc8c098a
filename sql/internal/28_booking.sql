-- SPDX-License-Identifier: GPL-3.0-or-later
-- How a booking looks, to whom, and what a refusal may say about others' bookings.

-- May this person see whose a booking is and what it is called? The booker, managers; everybody when it is a public event.
CREATE OR REPLACE FUNCTION hubd.may_see(person bigint, is_manager boolean, b hubd.booking) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN is_manager OR ((b).person_id = person AND person IS NOT NULL) OR ((b).kind = 'event' AND EXISTS (
        SELECT FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
        WHERE o.hub_id = (b).hub_id AND o.booking_id = (b).id AND e.audience = 'public' AND e.state <> 'draft'));
END $$;

CREATE OR REPLACE FUNCTION hubd.items_document(hub bigint, booking bigint, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('resource', r.slug, 'name', hubd.say(language, r.name_de, r.name_en), 'count', i.count,
            'provisional', i.is_provisional, 'wanted', i.wanted - 'site_id' || CASE WHEN s.slug IS NULL THEN '{}' ELSE jsonb_build_object('site', s.slug) END,
            'units', CASE WHEN NOT i.is_provisional THEN
                (SELECT jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) ORDER BY u.id)
                 FROM hubd.claim AS c JOIN hubd.unit AS u ON u.hub_id = c.hub_id AND u.id = c.unit_id
                 WHERE c.booking_hub_id = hub AND c.booking_id = booking AND c.item = i.position AND c.lane = '[9,10)') END)
            || CASE WHEN i.is_provisional AND i.wanted IS NOT NULL THEN '{"resource": null, "name": null}'::jsonb ELSE '{}' END ORDER BY i.position), '[]')
        FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = i.resource_id
        LEFT JOIN hubd.site AS s ON s.hub_id = hub AND s.id = (i.wanted ->> 'site_id')::bigint
        WHERE i.hub_id = hub AND i.booking_id = booking);
END $$;

-- The booking as JSON. Who may not see it whole gets the busy time and nothing about who or why.
CREATE OR REPLACE FUNCTION hubd.booking_document(b hubd.booking, person bigint, is_manager boolean, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_strip_nulls(jsonb_build_object('id', (b).id, 'hub', h.slug, 'kind', (b).kind, 'state', (b).state,
            'start', hubd.instant(lower((b).during)), 'end', hubd.instant(upper((b).during)),
            'local_start', hubd.wall((b).local_start), 'local_end', hubd.wall((b).local_end), 'zone', (b).zone))
        || jsonb_build_object('items', hubd.items_document((b).hub_id, (b).id, language))
        || CASE WHEN NOT seen.yes THEN jsonb_build_object('redacted', true) ELSE jsonb_build_object('title', (b).title, 'note', CASE WHEN is_manager OR (b).person_id = person THEN (b).note ELSE '' END,
            'person', CASE WHEN is_manager OR (b).person_id = person THEN (SELECT jsonb_build_object('name', p.name) FROM hubd.person AS p WHERE p.id = (b).person_id) END,
            'expires', CASE WHEN (b).state = 'held' THEN hubd.instant((b).expires_at) END, 'uid', (b).uid, 'sequence', (b).sequence, 'revision', (b).revision::text) END
        || jsonb_build_object('links', jsonb_build_object('self', '/api/v1/bookings/' || (b).id))
        FROM hubd.hub AS h, LATERAL (SELECT hubd.may_see(person, is_manager, b) AS yes) AS seen WHERE h.id = (b).hub_id);
END $$;

-- What is in the way, as far as the caller may know it: a title only of their own, of anything at their hub as a manager, of public events.
CREATE OR REPLACE FUNCTION hubd.conflicts_for(caller jsonb, hub bigint, conflicts jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(c - 'booking_id' || CASE WHEN hubd.may_see(who.person, who.is_manager, b)
            THEN jsonb_build_object('title', b.title, 'booking', b.id) ELSE '{}' END ORDER BY c ->> 'start', c ->> 'resource'), '[]')
        FROM jsonb_array_elements(conflicts) AS c
        JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = (c ->> 'booking_id')::bigint,
        (SELECT p AS person, p IS NOT NULL AND hubd.has_role(p, hub, 'manager') AS is_manager FROM hubd.caller_person(caller) AS p) AS who);
END $$;
