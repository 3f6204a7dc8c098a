-- SPDX-License-Identifier: GPL-3.0-or-later
-- What people see and should know of a room or machine before they stand before it: a photo, instructions, materials and safety.
ALTER TABLE hubd.resource
    ADD COLUMN instructions_de text NOT NULL DEFAULT '' CONSTRAINT resource_instructions_are_bounded CHECK (greatest(length(instructions_de), length(instructions_en)) <= 20000),
    ADD COLUMN instructions_en text NOT NULL DEFAULT '',
    ADD COLUMN safety_de text NOT NULL DEFAULT '' CONSTRAINT resource_safety_is_bounded CHECK (greatest(length(safety_de), length(safety_en)) <= 20000),
    ADD COLUMN safety_en text NOT NULL DEFAULT '';
COMMENT ON COLUMN hubd.resource.instructions_de IS 'How it is used, as plain text with lines.';
COMMENT ON COLUMN hubd.resource.safety_de IS 'Which materials it takes and which not, and what to look out for.';

CREATE TABLE hubd.resource_photo (
    hub_id bigint NOT NULL,
    resource_id bigint NOT NULL,
    type text NOT NULL CONSTRAINT resource_photo_type_is_known CHECK (type IN ('image/png', 'image/jpeg', 'image/webp')),
    width integer NOT NULL, height integer NOT NULL,
    bytes bytea NOT NULL CONSTRAINT resource_photo_is_light CHECK (length(bytes) BETWEEN 1 AND 65536),
    sha256 text NOT NULL,
    alt_de text NOT NULL CONSTRAINT resource_photo_is_described CHECK (btrim(alt_de) <> '' AND length(alt_de) <= 500),
    alt_en text NOT NULL DEFAULT '' CONSTRAINT resource_photo_alt_is_bounded CHECK (length(alt_en) <= 500),
    made_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, resource_id),
    FOREIGN KEY (hub_id, resource_id) REFERENCES hubd.resource (hub_id, id) ON DELETE CASCADE,
    CONSTRAINT resource_photo_size_is_sane CHECK (width BETWEEN 16 AND 4096 AND height BETWEEN 16 AND 4096)
);
COMMENT ON TABLE hubd.resource_photo IS 'A photo of a room or machine, so light that a page with it stays light. What has none is shown as a drawing of its kind.';
COMMENT ON COLUMN hubd.resource_photo.sha256 IS 'Of its bytes, in hex: part of its address, so that it may be kept for ever.';
COMMENT ON COLUMN hubd.resource_photo.alt_de IS 'What it shows, for who cannot see it. An empty alt_en: the German one.';
ALTER TABLE hubd.resource_photo OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.resource_photo TO hubd_api, hubd_network;
ALTER TABLE hubd.resource_photo ENABLE ROW LEVEL SECURITY;
ALTER TABLE hubd.resource_photo FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_hub ON hubd.resource_photo TO hubd_api USING (hub_id = hubd.current_hub());
CREATE POLICY of_all_hubs ON hubd.resource_photo TO hubd_network, hubd_owner USING (true);
