-- SPDX-License-Identifier: GPL-3.0-or-later
-- Taking the examples away. What somebody really uses stays, and is named: a resource with a real booking or event,
-- its site, its hub, a person who booked.

CREATE OR REPLACE FUNCTION hubd.remove_example_times(hub bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    events bigint[] := ARRAY(SELECT e.id FROM hubd.event AS e WHERE e.hub_id = hub AND e.is_example);
    bookings bigint[] := ARRAY(SELECT b.id FROM hubd.booking AS b WHERE b.hub_id = hub AND b.is_example);
    asked bigint := (SELECT count(*) FROM hubd.booking AS b WHERE b.hub_id = hub AND b.is_example AND b.kind <> 'event');
BEGIN
    PERFORM hubd.lock_all(hub);
    IF cardinality(events) + cardinality(bookings) > 0 THEN
        PERFORM hubd.changed(hubd.event_scopes(hub, events) || ARRAY(SELECT 'resource:' || i.resource_id FROM hubd.booking_item AS i
            WHERE i.hub_id = hub AND i.booking_id = ANY (bookings)));
        PERFORM hubd.release(hub, bookings);
        DELETE FROM hubd.event AS e WHERE e.hub_id = hub AND e.id = ANY (events);
        DELETE FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = ANY (bookings);
    END IF;
    RETURN jsonb_build_object('events', cardinality(events), 'bookings', asked);
END $$;

-- Example resources that nothing real refers to; a unit goes when no resource has it and no claim.
CREATE OR REPLACE FUNCTION hubd.remove_example_places(hub bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    gone bigint[];
    kept text[];
    touched jsonb;
BEGIN
    gone := ARRAY(SELECT r.id FROM hubd.resource AS r WHERE r.hub_id = hub AND r.is_example
        AND NOT EXISTS (SELECT FROM hubd.booking_item AS i WHERE i.hub_id = hub AND i.resource_id = r.id)
        AND NOT EXISTS (SELECT FROM hubd.series_item AS si WHERE si.hub_id = hub AND si.resource_id = r.id)
        AND NOT EXISTS (SELECT FROM hubd.event_resource AS er WHERE er.hub_id = hub AND er.resource_id = r.id)
        AND NOT EXISTS (SELECT FROM hubd.resource_unit AS ru JOIN hubd.claim AS c ON c.hub_id = hub AND c.unit_id = ru.unit_id
            WHERE ru.hub_id = hub AND ru.resource_id = r.id));
    kept := ARRAY(SELECT r.slug FROM hubd.resource AS r WHERE r.hub_id = hub AND r.is_example AND r.id <> ALL (gone) ORDER BY r.slug);
    DELETE FROM hubd.resource_unit AS ru WHERE ru.hub_id = hub AND ru.resource_id = ANY (gone);
    DELETE FROM hubd.unit AS u WHERE u.hub_id = hub AND NOT EXISTS (SELECT FROM hubd.resource_unit AS ru WHERE ru.hub_id = hub AND ru.unit_id = u.id);
    DELETE FROM hubd.resource AS r WHERE r.hub_id = hub AND r.id = ANY (gone);
    DELETE FROM hubd.site AS s WHERE s.hub_id = hub AND s.is_example
        AND NOT EXISTS (SELECT FROM hubd.resource AS r WHERE r.hub_id = hub AND r.site_id = s.id)
        AND NOT EXISTS (SELECT FROM hubd.event AS e WHERE e.hub_id = hub AND e.site_id = s.id);
    touched := jsonb_build_object('resources', cardinality(gone), 'kept', to_jsonb(kept));
    RETURN touched;
END $$;

-- A hub goes when nothing is left in it but memberships of example people.
CREATE OR REPLACE FUNCTION hubd.remove_example_hub(hub bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM hubd.hub AS h WHERE h.id = hub AND h.is_example
        AND NOT EXISTS (SELECT FROM hubd.site AS s WHERE s.hub_id = hub)
        AND NOT EXISTS (SELECT FROM hubd.booking AS b WHERE b.hub_id = hub)
        AND NOT EXISTS (SELECT FROM hubd.event AS e WHERE e.hub_id = hub)
        AND NOT EXISTS (SELECT FROM hubd.membership AS m JOIN hubd.person AS p ON p.id = m.person_id WHERE m.hub_id = hub AND NOT p.is_example);
    GET DIAGNOSTICS removed = ROW_COUNT;
    PERFORM hubd.changed(ARRAY['all', 'hub:' || hub]);
    RETURN removed > 0;
END $$;

CREATE OR REPLACE FUNCTION hubd.remove_example_people() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    gone bigint[] := ARRAY(SELECT p.id FROM hubd.person AS p WHERE p.is_example
        AND NOT EXISTS (SELECT FROM hubd.booking AS b WHERE b.person_id = p.id)
        AND NOT EXISTS (SELECT FROM hubd.series AS s WHERE s.person_id = p.id)
        AND NOT EXISTS (SELECT FROM hubd.event AS e WHERE e.person_id = p.id));
    firms bigint[];
    removed bigint;
BEGIN
    firms := ARRAY(SELECT DISTINCT p.organisation_id FROM hubd.person AS p WHERE p.id = ANY (gone) AND p.organisation_id IS NOT NULL);
    DELETE FROM hubd.person AS p WHERE p.id = ANY (gone);
    GET DIAGNOSTICS removed = ROW_COUNT;
    DELETE FROM hubd.team AS t WHERE t.is_example AND NOT EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = t.id)
        AND NOT EXISTS (SELECT FROM hubd.booking AS b WHERE b.team_id = t.id);
    DELETE FROM hubd.organisation AS o WHERE o.id = ANY (firms)
        AND NOT EXISTS (SELECT FROM hubd.organisation_member AS m WHERE m.organisation_id = o.id)
        AND NOT EXISTS (SELECT FROM hubd.person AS p WHERE p.organisation_id = o.id)
        AND NOT EXISTS (SELECT FROM hubd.booking AS b WHERE b.organisation_id = o.id);
    RETURN removed;
END $$;
