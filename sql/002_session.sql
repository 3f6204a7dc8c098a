-- SPDX-License-Identifier: GPL-3.0-or-later
-- Signing in to the pages: links that work once, and the sessions that come of them.

CREATE TABLE hubd.sign_in_link (
    sha256 text PRIMARY KEY CONSTRAINT sign_in_link_is_a_hash CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
COMMENT ON TABLE hubd.sign_in_link IS 'Only the SHA-256 of the code is stored. A code works once, and only until it expires.';
CREATE INDEX sign_in_link_by_expiry ON hubd.sign_in_link (expires_at);

CREATE TABLE hubd.session (
    sha256 text PRIMARY KEY CONSTRAINT session_is_a_hash CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    device text NOT NULL DEFAULT '' CONSTRAINT session_device_is_a_class CHECK (device IN ('', 'phone', 'desk')),
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
COMMENT ON TABLE hubd.session IS 'Only the SHA-256 of the cookie is stored, and of the browser no more than whether it is on a phone.';
CREATE INDEX session_by_person ON hubd.session (person_id);
CREATE INDEX session_by_expiry ON hubd.session (expires_at);

ALTER TABLE hubd.sign_in_link OWNER TO hubd_owner;
ALTER TABLE hubd.session OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.sign_in_link, hubd.session TO hubd_api, hubd_network;
