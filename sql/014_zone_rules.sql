-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which state of the time zone data the stored instants were last compared with. When a zone's rules change, what was meant by the clock on
-- the wall (local_start, local_end, zone) stays, and the instants follow.
CREATE TABLE hubd.zone_rules (
    zone text PRIMARY KEY,
    fingerprint text NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT hubd.present()
);
COMMENT ON TABLE hubd.zone_rules IS 'By zone: the SHA-256 of the compiled rules (TZif) that future instants were worked out by.';
CREATE TABLE hubd.zone_report (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    zones text[] NOT NULL,
    moved integer NOT NULL,
    collisions jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT hubd.present()
);
COMMENT ON TABLE hubd.zone_report IS 'What a change of zone rules moved at a hub, and what collided on its new instants and lost its rooms.';
ALTER TABLE hubd.zone_rules OWNER TO hubd_owner;
ALTER TABLE hubd.zone_report OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.zone_rules, hubd.zone_report TO hubd_network;
ALTER TABLE hubd.zone_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE hubd.zone_report FORCE ROW LEVEL SECURITY;
CREATE POLICY of_all_hubs ON hubd.zone_report TO hubd_network, hubd_owner USING (true);
