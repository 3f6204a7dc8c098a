-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the pages of a hub's managers share: who may, what of the hub they show, how an act's outcome becomes a page.

-- Enters the hub; NULL: this person manages it. Others learn whom to ask.
CREATE OR REPLACE FUNCTION hubd.manager_refusal(caller jsonb, person bigint, slug text) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := hubd.hub_of(slug);
    names text;
BEGIN
    IF hub IS NULL THEN
        RETURN hubd.problem_no_hub(caller, slug);
    END IF;
    PERFORM hubd.enter_hub(hub);
    IF hubd.has_role(person, hub, 'manager') THEN
        RETURN NULL;
    END IF;
    names := (SELECT string_agg(p.name, ', ' ORDER BY p.name) FROM hubd.membership AS m JOIN hubd.person AS p ON p.id = m.person_id
        WHERE m.hub_id = hub AND m.role = 'manager');
    RETURN hubd.problem_not_allowed(caller,
        format('Das dürfen nur die Managerinnen und Manager dieses Hubs. Bitte fragen Sie dort nach: %s.', coalesce(names, 'beim Betreiber, denn dieser Hub hat noch niemanden')),
        format('Only this hub''s managers may do that. Please ask them: %s.', coalesce(names, 'or the operator, for this hub has none yet')));
END $$;

-- The same for a page: visitors are asked to sign in first.
CREATE OR REPLACE FUNCTION hubd.manage_refusal(caller jsonb, input jsonb, scope text DEFAULT 'read') RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    person bigint := hubd.caller_person(caller, scope);
BEGIN
    RETURN CASE WHEN person IS NULL THEN hubd.problem_no_writer(caller) ELSE hubd.manager_refusal(caller, person, input ->> 'hub') END;
END $$;

-- Bookings, events' rooms, closures as a manager sees them, the next first.
CREATE OR REPLACE FUNCTION hubd.managed_bookings(language text, hub bigint, ids bigint[], most integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(found.document ORDER BY found.starts, found.id), '[]') FROM (
        SELECT lower(b.during) AS starts, b.id, jsonb_build_object('id', b.id, 'kind', b.kind, 'state', b.state, 'title', b.title,
            'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)), 'local_start', hubd.wall(b.local_start),
            'local_end', hubd.wall(b.local_end), 'zone', b.zone, 'person', p.name, 'mail', p.mail, 'organisation', g.name,
            'event', (SELECT o.event_id FROM hubd.occurrence AS o WHERE o.hub_id = hub AND o.booking_id = b.id LIMIT 1),
            'resources', (SELECT coalesce(jsonb_agg(hubd.say(language, r.name_de, r.name_en) ORDER BY i.position), '[]')
                FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = hub AND r.id = i.resource_id
                WHERE i.hub_id = hub AND i.booking_id = b.id)) AS document
        FROM hubd.booking AS b LEFT JOIN hubd.person AS p ON p.id = b.person_id LEFT JOIN hubd.organisation AS g ON g.id = b.organisation_id
        WHERE b.hub_id = hub AND b.id = ANY (ids) ORDER BY lower(b.during), b.id LIMIT most) AS found);
END $$;

-- The hub with its sites and its resources, the retired ones at the end: what lists and forms need.
CREATE OR REPLACE FUNCTION hubd.manage_places(language text, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_build_object('hub', hubd.hub_document(language, h),
        'sites', (SELECT coalesce(jsonb_agg(hubd.site_document(s, h.slug) ORDER BY s.id), '[]') FROM hubd.site AS s WHERE s.hub_id = h.id),
        'resources', (SELECT coalesce(jsonb_agg(d.body ORDER BY d.place, d.body ->> 'slug'), '[]') FROM hubd.resource_documents(language, hub, NULL) AS d),
        'retired', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', r.slug, 'kind', r.kind, 'name', hubd.say(language, r.name_de, r.name_en)) ORDER BY r.position, r.slug), '[]')
            FROM hubd.resource AS r WHERE r.hub_id = hub AND r.retired_at IS NOT NULL),
        'features', (SELECT coalesce(jsonb_agg(DISTINCT f), '[]') FROM hubd.resource AS r, unnest(r.features) AS f WHERE r.hub_id = hub))
        FROM hubd.hub AS h WHERE h.id = hub);
END $$;

-- The outcome of a form: what was done, or what is wrong, beside what the form needs to be shown again.
CREATE OR REPLACE FUNCTION hubd.manage_outcome(caller jsonb, reply api.reply, document jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.page_reply(caller, CASE WHEN reply.status < 400 THEN jsonb_build_object('done', reply.body::jsonb)
        ELSE document || jsonb_build_object('problem', reply.body::jsonb) END);
END $$;

-- ---- the overview ----

-- Who holds something today, on the hub's clock.
CREATE OR REPLACE FUNCTION hubd.manage_today(hub bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    zone text := (SELECT h.zone FROM hubd.hub AS h WHERE h.id = hub);
    midnight timestamp := date_trunc('day', hubd.present() AT TIME ZONE zone);
    today tstzrange := tstzrange(midnight AT TIME ZONE zone, (midnight + interval '1 day') AT TIME ZONE zone);
BEGIN
    RETURN ARRAY(SELECT DISTINCT b.id FROM hubd.claim AS c JOIN hubd.booking AS b ON b.hub_id = hub AND b.id = c.booking_id
        WHERE c.hub_id = hub AND c.during && today AND c.lane = '[9,10)' AND c.booking_hub_id = hub AND b.kind <> 'closure'
          AND (c.expires_at IS NULL OR c.expires_at > hubd.present()));
END $$;

-- What a manager should look at, as numbers.
CREATE OR REPLACE FUNCTION hubd.manage_counts(hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN jsonb_build_object(
        'unplaced', (SELECT count(*) FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = hub AND e.id = o.event_id
            WHERE o.hub_id = hub AND o.is_unplaced AND e.state <> 'cancelled' AND upper(o.during) >= hubd.present()),
        'drafts', (SELECT count(DISTINCT e.id) FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = hub AND e.id = o.event_id
            WHERE o.hub_id = hub AND e.state = 'draft' AND upper(o.during) >= hubd.present()),
        'untranslated', (SELECT count(DISTINCT e.id) FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = hub AND e.id = o.event_id
            WHERE o.hub_id = hub AND e.state IN ('tentative', 'confirmed') AND e.title_en = '' AND upper(o.during) >= hubd.present()),
        'coming', (SELECT count(*) FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = hub AND e.id = o.event_id
            WHERE o.hub_id = hub AND e.state IN ('tentative', 'confirmed') AND upper(o.during) >= hubd.present()),
        'closures', (SELECT count(*) FROM hubd.booking AS b WHERE b.hub_id = hub AND b.kind = 'closure' AND b.state = 'confirmed' AND upper(b.during) > hubd.present()),
        'resources', (SELECT count(*) FROM hubd.resource AS r WHERE r.hub_id = hub AND r.retired_at IS NULL),
        'without_hours', (SELECT coalesce(jsonb_agg(s.name ORDER BY s.id), '[]') FROM hubd.site AS s WHERE s.hub_id = hub AND s.opening_hours = '[]'),
        'refused', (SELECT count(*) FROM hubd.refusal AS f WHERE f.hub_id = hub AND f.at > hubd.present() - interval '7 days'));
END $$;

-- ---- events ----

-- A page of a hub's events, each date of a series: coming, past, draft, unplaced or cancelled ones.
CREATE OR REPLACE FUNCTION hubd.manage_events(hub bigint, shown text, page integer, most integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.event_document(found.e, found.o) ORDER BY found.n), '[]') FROM (
        SELECT e, o, row_number() OVER (ORDER BY CASE WHEN shown IN ('past', 'cancelled') THEN -extract(epoch FROM lower(o.during)) ELSE extract(epoch FROM lower(o.during)) END, o.id) AS n
        FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = hub AND e.id = o.event_id
        WHERE o.hub_id = hub AND CASE shown
            WHEN 'past' THEN e.state IN ('tentative', 'confirmed') AND upper(o.during) < hubd.present()
            WHEN 'draft' THEN e.state = 'draft' AND (o.recurrence_id IS NULL OR o.id = (hubd.shown_occurrence(hub, e.id)).id)
            WHEN 'unplaced' THEN e.state <> 'cancelled' AND o.is_unplaced AND upper(o.during) >= hubd.present()
            WHEN 'cancelled' THEN e.state = 'cancelled' AND (o.recurrence_id IS NULL OR o.id = (hubd.shown_occurrence(hub, e.id)).id)
                OR o.state = 'cancelled' AND e.state <> 'cancelled'
            ELSE e.state IN ('tentative', 'confirmed') AND o.state <> 'cancelled' AND upper(o.during) >= hubd.present() END
        ORDER BY n LIMIT most OFFSET page * most) AS found);
END $$;

-- What the form of an event needs: places, topics, and the event that is changed or copied (NULL: a new one), of a series on the date
-- that is named, or the next.
CREATE OR REPLACE FUNCTION hubd.manage_event_on(language text, hub bigint, event bigint, date timestamp) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN hubd.manage_places(language, hub) || jsonb_build_object(
        'topics', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', hubd.say(language, t.name_de, t.name_en)) ORDER BY hubd.say(language, t.name_de, t.name_en)), '[]')
            FROM hubd.topic AS t),
        'event', (SELECT hubd.event_document(e, hubd.named_occurrence(hub, e.id, date)) FROM hubd.event AS e
            WHERE e.hub_id = hub AND e.id = event));
END $$;
