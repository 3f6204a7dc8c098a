-- SPDX-License-Identifier: GPL-3.0-or-later
-- Resources are retired, not deleted: what was booked stays history.
ALTER TABLE hubd.resource ADD COLUMN retired_at timestamptz;
COMMENT ON COLUMN hubd.resource.retired_at IS 'No longer offered since then: in no list, nothing new claims it. Its own address still tells what it was.';
