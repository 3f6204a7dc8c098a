-- SPDX-License-Identifier: GPL-3.0-or-later
ALTER TABLE hubd.mirror ADD COLUMN read_at timestamptz;
COMMENT ON COLUMN hubd.mirror.read_at IS 'When its entries were last read; a fetch that says "not modified" reads none.';
