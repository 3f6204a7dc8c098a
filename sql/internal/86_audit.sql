-- SPDX-License-Identifier: GPL-3.0-or-later
-- Reading the audit. People, resources and organisations are looked up by number when it is read, so that nothing of them stays in it.

CREATE OR REPLACE FUNCTION hubd.audit_person(person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('id', p.id, 'name', p.name) FROM hubd.person AS p WHERE p.id = person);
END $$;

CREATE OR REPLACE FUNCTION hubd.audit_resource(language text, hub bigint, resource text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT hubd.say(language, r.name_de, r.name_en) FROM hubd.resource AS r WHERE r.hub_id = hub AND r.id = resource::bigint), resource);
END $$;

-- One member as its reader sees it: what a number stands for, when a range begins and ends.
CREATE OR REPLACE FUNCTION hubd.audit_member(language text, hub bigint, name text, value jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE name
        WHEN 'resource_id' THEN jsonb_build_object('resources', jsonb_build_array(hubd.audit_resource(language, hub, value #>> '{}')))
        WHEN 'resources' THEN jsonb_build_object('resources', (SELECT jsonb_agg(hubd.audit_resource(language, hub, r)) FROM jsonb_array_elements_text(value) AS r))
        WHEN 'organisation_id' THEN jsonb_build_object('organisation', (SELECT o.name FROM hubd.organisation AS o WHERE o.id = (value #>> '{}')::bigint))
        WHEN 'team_id' THEN jsonb_build_object('team', (SELECT t.name FROM hubd.team AS t WHERE t.id = (value #>> '{}')::bigint))
        WHEN 'site_id' THEN jsonb_build_object('site', (SELECT s.name FROM hubd.site AS s WHERE s.hub_id = hub AND s.id = (value #>> '{}')::bigint))
        WHEN 'during' THEN jsonb_build_object('start', hubd.instant(lower((value #>> '{}')::tstzrange)), 'end', hubd.instant(upper((value #>> '{}')::tstzrange)))
        ELSE jsonb_build_object(name, value) END;
END $$;

CREATE OR REPLACE FUNCTION hubd.audit_members(language text, hub bigint, members jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(members) AS e, jsonb_each(hubd.audit_member(language, hub, e.key, e.value)) AS m);
END $$;

-- What the thing is called today, as far as it is there.
CREATE OR REPLACE FUNCTION hubd.audit_name(language text, a hubd.audit) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN a.thing IN ('booking', 'closure') THEN (SELECT b.title FROM hubd.booking AS b WHERE b.hub_id = a.hub_id AND b.id = a.thing_id)
        WHEN a.thing = 'series' THEN (SELECT s.title FROM hubd.series AS s WHERE s.hub_id = a.hub_id AND s.id = a.thing_id)
        WHEN a.thing = 'event' THEN (SELECT e.title FROM hubd.event AS e WHERE e.hub_id = a.hub_id AND e.id = a.thing_id)
        WHEN a.thing = 'resource' THEN (SELECT hubd.say(language, r.name_de, r.name_en) FROM hubd.resource AS r WHERE r.hub_id = a.hub_id AND r.id = a.thing_id)
        WHEN a.thing = 'site' THEN (SELECT s.name FROM hubd.site AS s WHERE s.hub_id = a.hub_id AND s.id = a.thing_id)
        WHEN a.thing = 'hub' THEN (SELECT h.name FROM hubd.hub AS h WHERE h.id = a.thing_id)
        WHEN a.thing = 'membership' THEN (SELECT p.name FROM hubd.person AS p WHERE p.id = a.thing_id)
        WHEN a.thing = 'organisation' THEN (SELECT o.name FROM hubd.organisation AS o WHERE o.id = a.thing_id)
        WHEN a.thing = 'team' THEN (SELECT t.name FROM hubd.team AS t WHERE t.id = a.thing_id)
        ELSE hubd.audit_person(a.person_id) ->> 'name' END;
END $$;

CREATE OR REPLACE FUNCTION hubd.audit_document(language text, a hubd.audit) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', (a).id, 'at', hubd.instant((a).at), 'by', (a).by, 'person', hubd.audit_person((a).actor_id),
        'on_behalf_of', hubd.audit_person((a).person_id), 'concerns', hubd.audit_person((a).other_id),
        'of', jsonb_build_object('kind', (a).thing, 'id', (a).thing_id, 'name', nullif(hubd.audit_name(language, a), '')), 'act', (a).act,
        'before', hubd.audit_members(language, (a).hub_id, (a).before), 'after', hubd.audit_members(language, (a).hub_id, (a).after), 'request', (a).request);

-- A page of it, the newest first: {of: KIND or KIND:NUMBER, from, to, after, limit}; days are on the hub's clock.
CREATE OR REPLACE FUNCTION hubd.audit_page(language text, hub bigint, input jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    zone text := coalesce((SELECT h.zone FROM hubd.hub AS h WHERE h.id = hub), 'UTC');
    most integer := coalesce((input ->> 'limit')::integer, 50);
    wanted text := split_part(input ->> 'of', ':', 1);
    number bigint := nullif(split_part(input ->> 'of', ':', 2), '');
    begins timestamptz := coalesce((input ->> 'from')::timestamptz, (input ->> 'from_day')::timestamp AT TIME ZONE zone, '-infinity');
    ends timestamptz := coalesce((input ->> 'to')::timestamptz, (input ->> 'to_day')::timestamp AT TIME ZONE zone, 'infinity');
    items jsonb;
BEGIN
    items := (SELECT jsonb_agg(hubd.audit_document(audit_page.language, a) ORDER BY a.id DESC) FROM (
        SELECT * FROM hubd.audit AS o WHERE (hub IS NULL OR o.hub_id = hub) AND (wanted IS NULL OR o.thing = wanted) AND (number IS NULL OR o.thing_id = number)
            AND o.at >= begins AND o.at < ends AND o.id < coalesce((input ->> 'after')::bigint, 9223372036854775807)
        ORDER BY o.id DESC LIMIT most) AS a);
    RETURN jsonb_build_object('items', coalesce(items, '[]'), 'next', CASE WHEN jsonb_array_length(items) = most THEN items -> -1 ->> 'id' END);
END $$;
