-- SPDX-License-Identifier: GPL-3.0-or-later
-- Everything about a person, for that person. What others told about themselves in it stays out; secrets are only there as what they are called.
-- What grows comes in parts of 500 rows a class, up to the number that was the newest when the first part was made: one state, many answers.

CREATE OR REPLACE FUNCTION hubd.export_part() RETURNS integer LANGUAGE sql IMMUTABLE RETURN 500;

CREATE OR REPLACE FUNCTION hubd.exported_bookings(person bigint, until bigint, part integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_agg((to_jsonb(b) - '{hub_id,person_id,is_example}'::text[]) || jsonb_build_object('hub', h.slug, 'hub_name', h.name, 'start', hubd.instant(lower(b.during)), 'end', hubd.instant(upper(b.during)),
            'booked_for', CASE WHEN b.person_id = person THEN 'me' ELSE 'another' END,
            'items', (SELECT jsonb_agg(jsonb_build_object('resource', r.slug, 'name', r.name_de, 'count', i.count, 'wanted', i.wanted) ORDER BY i.position)
                FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id WHERE i.hub_id = b.hub_id AND i.booking_id = b.id)) ORDER BY b.id)
        FROM (SELECT o.* FROM hubd.booking AS o WHERE (o.person_id = person OR o.booked_by_id = person) AND o.id <= until
            ORDER BY o.id LIMIT hubd.export_part() OFFSET hubd.export_part() * (part - 1)) AS b JOIN hubd.hub AS h ON h.id = b.hub_id);
END $$;

CREATE OR REPLACE FUNCTION hubd.exported_history(person bigint, until bigint, part integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object(
        'bookings', coalesce(hubd.exported_bookings(person, until, part), '[]'),
        'messages', (SELECT coalesce(jsonb_agg(to_jsonb(m) - '{person_id}'::text[] || jsonb_build_object('data', m.data - 'secret') ORDER BY m.id), '[]') FROM (
            SELECT o.* FROM hubd.message AS o WHERE o.person_id = person AND o.id <= until ORDER BY o.id LIMIT hubd.export_part() OFFSET hubd.export_part() * (part - 1)) AS m),
        'refused_wishes', (SELECT coalesce(jsonb_agg(to_jsonb(f) - '{person_id}'::text[] ORDER BY f.id), '[]') FROM (
            SELECT o.* FROM hubd.refusal AS o WHERE o.person_id = person AND o.id <= until ORDER BY o.id LIMIT hubd.export_part() OFFSET hubd.export_part() * (part - 1)) AS f),
        'audit', (SELECT coalesce(jsonb_agg(hubd.audit_document('de', a) - '{person,on_behalf_of,concerns}'::text[] || jsonb_build_object('done_by', CASE WHEN a.actor_id = person THEN 'me' ELSE a.by END) ORDER BY a.id), '[]') FROM (
            SELECT o.* FROM hubd.audit AS o WHERE (o.actor_id = person OR o.person_id = person OR o.other_id = person) AND o.id <= until
            ORDER BY o.id LIMIT hubd.export_part() OFFSET hubd.export_part() * (part - 1)) AS a)));
END $$;

-- What does not grow: the account, and where they are and were.
CREATE OR REPLACE FUNCTION hubd.exported_account(who bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('person', to_jsonb(p) - '{unsubscribe,organisation_id,is_example}'::text[] || jsonb_build_object('organisation', (SELECT o.slug FROM hubd.organisation AS o WHERE o.id = p.organisation_id)),
        'consents', (SELECT coalesce(jsonb_agg(to_jsonb(c) - 'person_id' ORDER BY c.id), '[]') FROM hubd.consent AS c WHERE c.person_id = who),
        'memberships', (SELECT coalesce(jsonb_agg(jsonb_build_object('hub', h.slug, 'role', m.role, 'since', hubd.instant(m.created_at)) ORDER BY h.slug, m.role), '[]') FROM hubd.membership AS m JOIN hubd.hub AS h ON h.id = m.hub_id WHERE m.person_id = who),
        'day_passes', (SELECT coalesce(jsonb_agg(to_jsonb(d) - '{person_id,granted_by_id}'::text[] ORDER BY d.id), '[]') FROM hubd.day_pass AS d WHERE d.person_id = who),
        'join_requests', (SELECT coalesce(jsonb_agg(to_jsonb(j) - '{person_id,sha256,decided_by_id}'::text[] ORDER BY j.id), '[]') FROM hubd.join_request AS j WHERE j.person_id = who OR lower(j.mail) = lower(p.mail)),
        'invitations', (SELECT coalesce(jsonb_agg(to_jsonb(i) - '{sha256,invited_by_id}'::text[] ORDER BY i.id), '[]') FROM hubd.invitation AS i WHERE lower(i.mail) = lower(p.mail)),
        'invitations_sent', (SELECT coalesce(jsonb_agg(to_jsonb(i) - '{sha256,invited_by_id}'::text[] ORDER BY i.id), '[]') FROM hubd.invitation AS i WHERE i.invited_by_id = who),
        'organisations', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', o.slug, 'name', o.name, 'is_admin', m.is_admin, 'since', hubd.instant(m.created_at)) ORDER BY o.slug), '[]') FROM hubd.organisation_member AS m JOIN hubd.organisation AS o ON o.id = m.organisation_id WHERE m.person_id = who),
        'mail_domains_claimed', (SELECT coalesce(jsonb_agg(jsonb_build_object('domain', d.domain, 'at', hubd.instant(d.created_at)) ORDER BY d.domain), '[]') FROM hubd.organisation_domain AS d WHERE d.person_id = who),
        'teams', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.name, 'is_admin', m.is_admin, 'since', hubd.instant(m.created_at)) ORDER BY t.slug), '[]') FROM hubd.team_member AS m JOIN hubd.team AS t ON t.id = m.team_id WHERE m.person_id = who),
        'delegates', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', o.name, 'since', hubd.instant(d.created_at)) ORDER BY o.name), '[]') FROM hubd.delegate AS d JOIN hubd.person AS o ON o.id = d.delegate_id WHERE d.person_id = who),
        'acts_for', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', o.name, 'since', hubd.instant(d.created_at)) ORDER BY o.name), '[]') FROM hubd.delegate AS d JOIN hubd.person AS o ON o.id = d.person_id WHERE d.delegate_id = who),
        'events_made', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'title', e.title, 'at', hubd.instant(e.created_at)) ORDER BY e.id), '[]') FROM (SELECT * FROM hubd.event AS o WHERE o.person_id = who ORDER BY o.id DESC LIMIT 1000) AS e),
        'series', (SELECT coalesce(jsonb_agg(to_jsonb(s) - '{person_id,is_example}'::text[] ORDER BY s.id), '[]') FROM (SELECT * FROM hubd.series AS o WHERE o.person_id = who OR o.booked_by_id = who ORDER BY o.id DESC LIMIT 1000) AS s),
        'uploads', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', u.name, 'at', hubd.instant(u.made_at), 'state', u.state) ORDER BY u.id), '[]') FROM hubd.import_upload AS u WHERE u.person_id = who),
        'tokens', (SELECT coalesce(jsonb_agg(to_jsonb(t) - '{person_id,sha256}'::text[] || jsonb_build_object('subscription', to_jsonb(u) - 'token_id') ORDER BY t.id), '[]')
            FROM hubd.token AS t LEFT JOIN hubd.subscription AS u ON u.token_id = t.id WHERE t.person_id = who),
        'sessions', (SELECT coalesce(jsonb_agg(to_jsonb(s) - '{person_id,sha256,previous}'::text[] ORDER BY s.id), '[]') FROM hubd.session AS s WHERE s.person_id = who),
        'sign_in_links', (SELECT coalesce(jsonb_agg(to_jsonb(l) - '{person_id,sha256}'::text[] ORDER BY l.created_at), '[]') FROM hubd.sign_in_link AS l WHERE l.person_id = who),
        'answers_kept', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', i.key, 'at', hubd.instant(i.created_at), 'answer', (i.reply).body) ORDER BY i.created_at), '[]') FROM (
            SELECT * FROM hubd.idempotency AS o WHERE o.principal = 'person:' || who ORDER BY o.created_at DESC LIMIT 1000) AS i))
        FROM hubd.person AS p WHERE p.id = who);
END $$;

-- How many parts there are.
CREATE OR REPLACE FUNCTION hubd.export_parts(person bigint, until bigint) RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN greatest(1, ceil(greatest((SELECT count(*) FROM hubd.booking AS o WHERE (o.person_id = person OR o.booked_by_id = person) AND o.id <= until),
        (SELECT count(*) FROM hubd.message AS o WHERE o.person_id = person AND o.id <= until), (SELECT count(*) FROM hubd.refusal AS o WHERE o.person_id = person AND o.id <= until),
        (SELECT count(*) FROM hubd.audit AS o WHERE (o.actor_id = person OR o.person_id = person OR o.other_id = person) AND o.id <= until))::numeric / hubd.export_part()));
END $$;

-- {part, until}: the second is in "next" of the first part.
CREATE OR REPLACE FUNCTION hubd.export_person(person bigint, input jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    part integer := coalesce((input ->> 'part')::integer, 1);
    until bigint := coalesce((input ->> 'until')::bigint, pg_sequence_last_value('hubd.id'));
    parts integer := hubd.export_parts(person, until);
BEGIN
    RETURN jsonb_build_object('as_of', hubd.instant(hubd.present()), 'part', part, 'parts', parts,
            'next', CASE WHEN part < parts THEN jsonb_build_object('part', part + 1, 'until', until) END)
        || CASE WHEN part = 1 THEN hubd.exported_account(person) ELSE '{}' END || hubd.exported_history(person, until, part);
END $$;
