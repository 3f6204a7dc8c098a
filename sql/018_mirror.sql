-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mirrors: another system's calendar of a room, followed one way: its entries claim the room here.

CREATE TABLE hubd.mirror (
    hub_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    resource_id bigint NOT NULL,
    url text NOT NULL CONSTRAINT mirror_url_is_https CHECK (url ~ '^https?://' AND length(url) <= 2000),
    etag text,
    last_modified text,
    asked_at timestamptz,
    fetched_at timestamptz,
    changed_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    error text,
    report jsonb NOT NULL DEFAULT '{}',
    person_id bigint REFERENCES hubd.person ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, id),
    CONSTRAINT mirror_has_a_resource FOREIGN KEY (hub_id, resource_id) REFERENCES hubd.resource ON DELETE CASCADE,
    CONSTRAINT mirror_is_made_once UNIQUE (hub_id, resource_id, url)
);
COMMENT ON TABLE hubd.mirror IS 'The calendar is fetched every quarter of an hour, with its ETag; what cannot be fetched leaves the claims as they were.';
COMMENT ON COLUMN hubd.mirror.url IS 'May be a secret address: shown to the hub''s managers only, and in no log.';
COMMENT ON COLUMN hubd.mirror.report IS 'Of the last fetch that changed something: {entries, added, changed, gone, unplaced, skipped: [sentences]}.';
CREATE UNIQUE INDEX mirror_by_id ON hubd.mirror (id);

ALTER TABLE hubd.booking DROP CONSTRAINT booking_kind_is_known;
ALTER TABLE hubd.booking ADD CONSTRAINT booking_kind_is_known CHECK (kind IN ('booking', 'event', 'closure', 'meeting', 'mirror'));
ALTER TABLE hubd.booking ADD COLUMN mirror_id bigint, ADD COLUMN mirror_key text,
    ADD CONSTRAINT booking_has_its_mirror FOREIGN KEY (hub_id, mirror_id) REFERENCES hubd.mirror ON DELETE CASCADE,
    ADD CONSTRAINT booking_of_a_mirror_is_one CHECK ((kind = 'mirror') = (mirror_id IS NOT NULL AND mirror_key IS NOT NULL));
COMMENT ON COLUMN hubd.booking.mirror_key IS 'Which entry of the other calendar: its UID and, of a series, the date''s original start.';
CREATE UNIQUE INDEX booking_of_a_mirror ON hubd.booking (hub_id, mirror_id, mirror_key) WHERE mirror_id IS NOT NULL;

ALTER TABLE hubd.mirror OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.mirror TO hubd_api, hubd_network;
ALTER TABLE hubd.mirror ENABLE ROW LEVEL SECURITY;
ALTER TABLE hubd.mirror FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_hub ON hubd.mirror TO hubd_api USING (hub_id = hubd.current_hub());
CREATE POLICY of_all_hubs ON hubd.mirror TO hubd_network, hubd_owner USING (true);
