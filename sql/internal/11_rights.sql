-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who may book at a hub, when, and for whom: members, guests with a day pass, delegates, teams.

-- Holds a pass for this day of the hub.
CREATE OR REPLACE FUNCTION hubd.has_pass(person bigint, hub bigint, wanted date) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM hubd.day_pass AS d WHERE d.hub_id = hub AND d.person_id = person AND d.day = wanted AND d.revoked_at IS NULL);
END $$;

-- The date on the hub's clock.
CREATE OR REPLACE FUNCTION hubd.today_at(hub bigint) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT (hubd.present() AT TIME ZONE h.zone)::date FROM hubd.hub AS h WHERE h.id = hub);
END $$;

-- Belongs to the hub by a role; a day pass is none.
CREATE OR REPLACE FUNCTION hubd.is_of_hub(person bigint, hub bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM hubd.membership AS m WHERE m.hub_id = hub AND m.person_id = person)
        OR EXISTS (SELECT FROM hubd.person AS p WHERE p.id = person AND p.is_operator);
END $$;

-- May this person book at the hub for that time? With a day pass only what lies in its day, on the hub's clock.
CREATE OR REPLACE FUNCTION hubd.may_book(person bigint, hub bigint, starts timestamptz, ends timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.is_of_hub(person, hub) OR EXISTS (SELECT FROM hubd.day_pass AS d JOIN hubd.hub AS h ON h.id = d.hub_id
        WHERE d.hub_id = hub AND d.person_id = person AND d.revoked_at IS NULL
          AND starts AT TIME ZONE h.zone >= d.day AND ends AT TIME ZONE h.zone <= d.day + 1);
END $$;

-- May they book anything at all here: what a page asks before a time is known.
CREATE OR REPLACE FUNCTION hubd.may_book_here(person bigint, hub bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.is_of_hub(person, hub) OR EXISTS (SELECT FROM hubd.day_pass AS d
        WHERE d.hub_id = hub AND d.person_id = person AND d.revoked_at IS NULL AND d.day >= hubd.today_at(hub));
END $$;

CREATE OR REPLACE FUNCTION hubd.is_delegate(delegate bigint, person bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM hubd.delegate AS d WHERE d.person_id = person AND d.delegate_id = delegate);
END $$;

-- The organisation or team of this name that the person is in; NULL, whether there is another of the name or not.
CREATE OR REPLACE FUNCTION hubd.organisation_of(person bigint, named text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT o.id FROM hubd.organisation AS o JOIN hubd.organisation_member AS m ON m.organisation_id = o.id
        WHERE o.slug = named AND m.person_id = person);
END $$;

CREATE OR REPLACE FUNCTION hubd.team_of(person bigint, named text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT t.id FROM hubd.team AS t JOIN hubd.team_member AS m ON m.team_id = t.id WHERE t.slug = named AND m.person_id = person);
END $$;

-- May do with a booking what its booker may: a delegate, an admin of the team that booked, the booker.
CREATE OR REPLACE FUNCTION hubd.acts_for(person bigint, b hubd.booking) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(b.person_id = person, false) OR hubd.is_delegate(person, b.person_id)
        OR EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = b.team_id AND m.person_id = person AND m.is_admin);
END $$;

-- The same of a series.
CREATE OR REPLACE FUNCTION hubd.acts_for_series(person bigint, s hubd.series) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(s.person_id = person, false) OR hubd.is_delegate(person, s.person_id)
        OR EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = s.team_id AND m.person_id = person AND m.is_admin);
END $$;

-- Whose booking it is, in the widest sense: those who act for the booker, and everybody in the team.
CREATE OR REPLACE FUNCTION hubd.is_party(person bigint, b hubd.booking) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.acts_for(person, b) OR EXISTS (SELECT FROM hubd.team_member AS m WHERE m.team_id = b.team_id AND m.person_id = person);
END $$;

-- For whom a form of booking offers to book, beside oneself: {value, label}. Empty where there is nothing to choose.
CREATE OR REPLACE FUNCTION hubd.parties_of(person bigint, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('value', of.value, 'label', of.label) ORDER BY of.place, of.label, of.value), '[]') FROM (
        SELECT 1 AS place, 'team:' || t.slug AS value, t.name AS label FROM hubd.team_member AS m JOIN hubd.team AS t ON t.id = m.team_id WHERE m.person_id = parties_of.person
        UNION ALL SELECT 2, 'organisation:' || o.slug, o.name FROM hubd.organisation_member AS m JOIN hubd.organisation AS o ON o.id = m.organisation_id
            WHERE m.person_id = parties_of.person AND (SELECT count(*) FROM hubd.organisation_member AS a WHERE a.person_id = parties_of.person) > 1
        UNION ALL SELECT 3, 'person:' || p.mail, p.name FROM hubd.delegate AS d JOIN hubd.person AS p ON p.id = d.person_id
            WHERE d.delegate_id = parties_of.person AND hubd.may_book_here(p.id, hub)) AS of);
END $$;
