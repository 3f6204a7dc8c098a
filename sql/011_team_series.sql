-- SPDX-License-Identifier: GPL-3.0-or-later
-- Teams book series too, and delegates.
ALTER TABLE hubd.series
    ADD COLUMN team_id bigint REFERENCES hubd.team,
    ADD COLUMN booked_by_id bigint REFERENCES hubd.person ON DELETE SET NULL;
COMMENT ON COLUMN hubd.series.team_id IS 'The team that booked, as of a booking.';
COMMENT ON COLUMN hubd.series.booked_by_id IS 'Who booked on behalf of person_id; NULL: they did themselves.';
CREATE INDEX series_by_team ON hubd.series (team_id) WHERE team_id IS NOT NULL;
