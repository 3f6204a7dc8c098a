-- SPDX-License-Identifier: GPL-3.0-or-later
-- Series of events: what repeats stands at the event as RFC 5545 writes it; each of its dates is an occurrence with its own rooms.
-- Expanding is ical/'s in C; SQL compares dates that came resolved.

ALTER TABLE hubd.event
    ADD COLUMN rrule text,
    ADD COLUMN rdates text[] NOT NULL DEFAULT '{}',
    ADD COLUMN exdates timestamp[] NOT NULL DEFAULT '{}',
    ADD COLUMN local_start timestamp,
    ADD COLUMN local_end timestamp,
    ADD COLUMN duration interval,
    ADD COLUMN extended_to timestamptz,
    ADD CONSTRAINT event_series_has_a_first_date CHECK ((rrule IS NULL AND rdates = '{}' AND exdates = '{}' AND extended_to IS NULL)
        OR (local_start IS NOT NULL AND local_end >= local_start AND duration IS NOT NULL));
COMMENT ON COLUMN hubd.event.rrule IS 'The value of RRULE; UNTIL of a time in UTC. NULL with rdates: dates without a rule. local_start IS NOT NULL: a series.';
COMMENT ON COLUMN hubd.event.rdates IS 'Further dates on the clock of zone: "2026-12-01T09:00:00", of a PERIOD "2026-12-01T09:00:00/2026-12-01T10:00:00".';
COMMENT ON COLUMN hubd.event.exdates IS 'Dates that the rule does not have, on the clock of zone. A date that was cancelled later is an occurrence in state cancelled.';
COMMENT ON COLUMN hubd.event.local_start IS 'DTSTART of a series on the clock of zone, for all its life; a single event has its times in its one occurrence only.';
COMMENT ON COLUMN hubd.event.duration IS 'How long each date of a series is: days are the calendar''s, hours elapsed time (RFC 5545 3.3.6).';
COMMENT ON COLUMN hubd.event.extended_to IS 'Occurrences are stored of dates that start before this; more may follow. NULL: all of them are stored.';
CREATE INDEX event_that_goes_on ON hubd.event (hub_id, extended_to) WHERE extended_to IS NOT NULL;

ALTER TABLE hubd.occurrence ADD COLUMN changes jsonb;
COMMENT ON COLUMN hubd.occurrence.recurrence_id IS 'When the rule has this date, on the clock of the event''s zone, for life: a moved date keeps it. NULL: of a single event.';
COMMENT ON COLUMN hubd.occurrence.changes IS 'NULL: as the rule says. Else an override: the members of its event that this date has otherwise ({}: only other times).';
COMMENT ON COLUMN hubd.occurrence.state IS 'cancelled: this date alone; it is kept, and what extends the series does not make it again.';
CREATE INDEX occurrence_that_differs ON hubd.occurrence (hub_id, event_id, recurrence_id)
    WHERE recurrence_id IS NOT NULL AND (changes IS NOT NULL OR state = 'cancelled');
CREATE INDEX occurrence_by_id ON hubd.occurrence (id);
