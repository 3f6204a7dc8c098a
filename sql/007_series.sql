-- SPDX-License-Identifier: GPL-3.0-or-later
-- Series of bookings: what recurs, whose it is, and which of its dates could not be had. Its dates are bookings of their own.

CREATE TABLE hubd.series (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    kind text NOT NULL DEFAULT 'booking' CONSTRAINT series_kind_is_known CHECK (kind IN ('booking', 'closure')),
    state text NOT NULL DEFAULT 'confirmed' CONSTRAINT series_state_is_known CHECK (state IN ('confirmed', 'cancelled')),
    title text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    person_id bigint REFERENCES hubd.person,
    organisation_id bigint REFERENCES hubd.organisation,
    zone text NOT NULL,
    local_start timestamp NOT NULL,
    local_end timestamp,
    duration interval CONSTRAINT series_duration_is_bounded CHECK (duration > '0' AND duration <= '400 days'),
    rrule text NOT NULL DEFAULT '',
    rdates timestamp[] NOT NULL DEFAULT '{}',
    exdates timestamp[] NOT NULL DEFAULT '{}',
    choice text NOT NULL CONSTRAINT series_choice_is_known CHECK (choice IN ('all', 'skip', 'skip-if', 'substitute', 'queue')),
    at_most integer CONSTRAINT series_at_most_is_a_count CHECK (at_most >= 0),
    at_most_percent integer CONSTRAINT series_at_most_percent_is_a_share CHECK (at_most_percent BETWEEN 0 AND 100),
    materialised_until timestamptz,
    follows_id bigint,
    uid text NOT NULL,
    sequence integer NOT NULL DEFAULT 0,
    revision bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    revised_at timestamptz NOT NULL DEFAULT hubd.present(),
    cancelled_at timestamptz,
    is_example boolean NOT NULL DEFAULT false,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT series_uid_is_unique UNIQUE (hub_id, uid),
    CONSTRAINT series_follows_a_series FOREIGN KEY (hub_id, follows_id) REFERENCES hubd.series,
    CONSTRAINT series_has_one_end CHECK (num_nonnulls(local_end, duration) = 1),
    CONSTRAINT series_ends_after_its_start CHECK (local_end > local_start),
    CONSTRAINT series_recurs CHECK (rrule <> '' OR rdates <> '{}'),
    CONSTRAINT series_dates_are_bounded CHECK (cardinality(rdates) <= 500 AND cardinality(exdates) <= 5000),
    CONSTRAINT series_cancelled_says_when CHECK ((state = 'cancelled') <= (cancelled_at IS NOT NULL))
);
COMMENT ON TABLE hubd.series IS 'A booking that recurs. Every date of it that is booked is a booking with series_id and recurrence_id.';
COMMENT ON COLUMN hubd.series.local_start IS 'DTSTART on the wall clock of zone.';
COMMENT ON COLUMN hubd.series.local_end IS '"Until 18:00": each date ends at this distance on the wall clock. NULL: duration counts.';
COMMENT ON COLUMN hubd.series.duration IS '"2 h": each date lasts as long by elapsed time.';
COMMENT ON COLUMN hubd.series.rrule IS 'The value of RRULE (RFC 5545 3.3.10) as hubd writes it, UNTIL in UTC; empty: only rdates.';
COMMENT ON COLUMN hubd.series.exdates IS 'Original starts that never come (back): left out when it was made, or deleted since. What could not be had is series_miss.';
COMMENT ON COLUMN hubd.series.choice IS 'What is done about dates that cannot be had, when it is made and whenever it is extended.';
COMMENT ON COLUMN hubd.series.materialised_until IS 'Dates that start before are there; later ones are added by a job. NULL: all of them are there.';
COMMENT ON COLUMN hubd.series.follows_id IS 'The series of which this was the rest, before "this and following" made it one of its own (RELATED-TO).';
CREATE INDEX series_by_id ON hubd.series (id);
CREATE INDEX series_by_person ON hubd.series (person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX series_to_extend ON hubd.series (materialised_until) WHERE materialised_until IS NOT NULL AND state = 'confirmed';

CREATE TABLE hubd.series_item (
    hub_id bigint NOT NULL,
    series_id bigint NOT NULL,
    position integer NOT NULL,
    resource_id bigint NOT NULL,
    wanted jsonb,
    count integer NOT NULL DEFAULT 1 CONSTRAINT series_item_count_is_bounded CHECK (count BETWEEN 1 AND 1000),
    pinned_unit_ids bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (hub_id, series_id, position),
    CONSTRAINT series_item_has_a_series FOREIGN KEY (hub_id, series_id) REFERENCES hubd.series ON DELETE CASCADE,
    CONSTRAINT series_item_has_a_resource FOREIGN KEY (hub_id, resource_id) REFERENCES hubd.resource
);
COMMENT ON TABLE hubd.series_item IS 'What each date wants, as booking_item says it of one booking; a date whose items differ was changed by itself.';
CREATE INDEX series_item_by_resource ON hubd.series_item (resource_id);

CREATE TABLE hubd.series_miss (
    hub_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    series_id bigint NOT NULL,
    recurrence_id timestamp NOT NULL,
    during tstzrange NOT NULL,
    local_end timestamp NOT NULL,
    reason text NOT NULL,
    is_queued boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, id),
    CONSTRAINT series_miss_is_unique UNIQUE (hub_id, series_id, recurrence_id),
    CONSTRAINT series_miss_has_a_series FOREIGN KEY (hub_id, series_id) REFERENCES hubd.series ON DELETE CASCADE,
    CONSTRAINT series_miss_during_is_a_span CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inf(during)
        AND isfinite(lower(during)) AND isfinite(upper(during)))
);
COMMENT ON TABLE hubd.series_miss IS 'A date that the rule gives and that could not be had. In a calendar it is an EXDATE.';
COMMENT ON COLUMN hubd.series_miss.reason IS 'slot-taken, none-free, or the rule that forbids it.';
COMMENT ON COLUMN hubd.series_miss.is_queued IS 'It is booked by itself when what blocks it goes, in the order of id.';
CREATE INDEX series_miss_that_waits ON hubd.series_miss (hub_id, id) WHERE is_queued;

ALTER TABLE hubd.booking ADD COLUMN series_id bigint, ADD COLUMN recurrence_id timestamp,
    ADD CONSTRAINT booking_has_its_series FOREIGN KEY (hub_id, series_id) REFERENCES hubd.series ON DELETE CASCADE,
    ADD CONSTRAINT booking_of_a_series_says_which_date CHECK ((series_id IS NULL) = (recurrence_id IS NULL));
COMMENT ON COLUMN hubd.booking.series_id IS 'The series of which this is a date; its uid is then the series''.';
COMMENT ON COLUMN hubd.booking.recurrence_id IS 'The date''s original start on the wall clock of the series; local_start differs when the date was moved.';

-- A uid names one booking, or one series whose dates differ in recurrence_id. Deferrable, so that one statement may shift them all.
ALTER TABLE hubd.booking DROP CONSTRAINT booking_uid_is_unique;
CREATE UNIQUE INDEX booking_uid_is_unique ON hubd.booking (hub_id, uid) WHERE series_id IS NULL;
ALTER TABLE hubd.booking ADD CONSTRAINT booking_date_is_unique EXCLUDE (hub_id WITH =, series_id WITH =, recurrence_id WITH =)
    WHERE (series_id IS NOT NULL) DEFERRABLE INITIALLY IMMEDIATE;
CREATE INDEX booking_by_series ON hubd.booking (series_id) WHERE series_id IS NOT NULL;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['series', 'series_item', 'series_miss'] LOOP
        EXECUTE format('ALTER TABLE hubd.%I OWNER TO hubd_owner', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.%I TO hubd_api, hubd_network', name);
        EXECUTE format('ALTER TABLE hubd.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE hubd.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_its_hub ON hubd.%I TO hubd_api USING (hub_id = hubd.current_hub())', name);
        EXECUTE format('CREATE POLICY of_all_hubs ON hubd.%I TO hubd_network, hubd_owner USING (true)', name);
    END LOOP;
END $$;
