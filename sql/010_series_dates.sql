-- SPDX-License-Identifier: GPL-3.0-or-later
-- A date that an edit took away leaves its place in the series: a later edit may bring that date anew. What was deleted by itself
-- does not come back, for the series keeps it in exdates.
ALTER TABLE hubd.booking DROP CONSTRAINT booking_date_is_unique;
ALTER TABLE hubd.booking ADD CONSTRAINT booking_date_is_unique EXCLUDE (hub_id WITH =, series_id WITH =, recurrence_id WITH =)
    WHERE (series_id IS NOT NULL AND state <> 'cancelled') DEFERRABLE INITIALLY IMMEDIATE;

-- One date of a series on its way through a decision: first as it is wanted, then what became of it. was: its original start before an edit.
CREATE TYPE hubd.series_date AS (n integer, date timestamp, during tstzrange, local_end timestamp, fit text, booking_id bigint, state text,
    reason text, conflicts jsonb, substitute jsonb, was timestamp);
