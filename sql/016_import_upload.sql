-- SPDX-License-Identifier: GPL-3.0-or-later
-- Programmes that managers upload on a page: the worker reads them, tries, and after a look takes them over.
CREATE TABLE hubd.import_upload (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    person_id bigint REFERENCES hubd.person ON DELETE SET NULL,
    name text NOT NULL CONSTRAINT import_upload_name_is_bounded CHECK (length(name) BETWEEN 1 AND 200),
    creates_rooms boolean NOT NULL,
    bytes bytea CONSTRAINT import_upload_is_bounded CHECK (length(bytes) BETWEEN 1 AND 16777216),
    state text NOT NULL DEFAULT 'reading' CONSTRAINT import_upload_state_is_known CHECK (state IN ('reading', 'looked', 'applying', 'done', 'failed')),
    report jsonb,
    error text,
    made_at timestamptz NOT NULL DEFAULT hubd.present(),
    ended_at timestamptz,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT import_upload_waits_with_its_bytes CHECK (state IN ('done', 'failed') OR bytes IS NOT NULL)
);
COMMENT ON TABLE hubd.import_upload IS 'A file on its way in: reading (to be tried), looked (the report of the trial is there), applying, done, failed. The last twenty of a hub are kept.';
COMMENT ON COLUMN hubd.import_upload.bytes IS 'The file as it came; gone once it is taken over or could not be read.';
COMMENT ON COLUMN hubd.import_upload.error IS 'Why it could not be read: "too-much", or the reader''s sentence.';
ALTER TABLE hubd.import_upload OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.import_upload TO hubd_api, hubd_network;
ALTER TABLE hubd.import_upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE hubd.import_upload FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_hub ON hubd.import_upload TO hubd_api USING (hub_id = hubd.current_hub());
CREATE POLICY of_all_hubs ON hubd.import_upload TO hubd_network, hubd_owner USING (true);
