-- SPDX-License-Identifier: GPL-3.0-or-later
-- Closing resources: one closure for several of them, with a look beforehand at who is in the way.

-- The resources as items of one booking. A hall beside its own halves would claim the same unit twice: the smaller ones go first,
-- and what they hold already is left out.
CREATE OR REPLACE FUNCTION hubd.closure_items(hub bigint, slugs text[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    item record;
    held bigint[] := '{}';
    items jsonb := '[]';
BEGIN
    FOR item IN SELECT r.slug, hubd.units_of(hub, r.id) AS units FROM hubd.resource AS r WHERE r.hub_id = hub AND r.slug = ANY (slugs) AND r.retired_at IS NULL
        ORDER BY cardinality(hubd.units_of(hub, r.id)), r.position, r.id LOOP
        CONTINUE WHEN held @> item.units;
        held := held || item.units;
        items := items || jsonb_build_array(jsonb_build_object('resource', item.slug));
    END LOOP;
    RETURN items;
END $$;

-- Whose claims lie in the way, but what this refusal of the engine names as well (buffers reach further than the time itself).
CREATE OR REPLACE FUNCTION hubd.closure_affects(hub bigint, slugs text[], span tstzrange, conflicts jsonb) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY(SELECT DISTINCT c.booking_id FROM hubd.resource AS r JOIN hubd.resource_unit AS ru ON ru.hub_id = hub AND ru.resource_id = r.id
            JOIN hubd.claim AS c ON c.hub_id = hub AND c.unit_id = ru.unit_id AND c.lane = '[9,10)' AND c.during && span
            WHERE r.hub_id = hub AND r.slug = ANY (slugs) AND c.booking_hub_id = hub AND (c.expires_at IS NULL OR c.expires_at > hubd.present())
        UNION SELECT (x ->> 'booking')::bigint FROM jsonb_array_elements(coalesce(conflicts, '[]')) AS x WHERE x ? 'booking');
END $$;

-- What the page shows: the form's places, and the closures to come.
CREATE OR REPLACE FUNCTION hubd.manage_closures(language text, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN hubd.manage_places(language, hub) || jsonb_build_object('closures', hubd.managed_bookings(language, hub,
        ARRAY(SELECT b.id FROM hubd.booking AS b WHERE b.hub_id = hub AND b.kind = 'closure' AND b.state = 'confirmed' AND upper(b.during) > hubd.present()
            ORDER BY lower(b.during) LIMIT 200), 200));
END $$;

-- Tries to close {resources} and all of {site}, at {start} to {end}: what the engine says, and who is in the way. With is_dry nothing of it stays.
CREATE OR REPLACE FUNCTION hubd.close(caller jsonb, person bigint, hub bigint, input jsonb, is_dry boolean, OUT reply api.reply, OUT affected bigint[]) LANGUAGE plpgsql AS $$
DECLARE
    slugs text[] := hubd.texts(input -> 'resources') || ARRAY(SELECT r.slug FROM hubd.resource AS r JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
        WHERE r.hub_id = close.hub AND r.retired_at IS NULL AND s.slug = ANY (hubd.texts(input -> 'site')));
    span tstzrange := tstzrange((input ->> 'start')::timestamptz, (input ->> 'end')::timestamptz);
BEGIN
    reply := hubd.book(caller, person, input - 'resources' - 'site' || jsonb_build_object('kind', 'closure', 'items', hubd.closure_items(hub, slugs), 'dry_run', is_dry));
    affected := hubd.closure_affects(hub, slugs, span, CASE WHEN reply.status >= 400 THEN reply.body::jsonb -> 'conflicts' END);
END $$;
