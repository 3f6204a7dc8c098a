-- SPDX-License-Identifier: GPL-3.0-or-later
-- Signing in by mail: a link and a six-digit code that are one grant. Sessions are renewed, listed and ended one by one.

ALTER TABLE hubd.session
    ADD COLUMN id bigint NOT NULL DEFAULT nextval('hubd.id'),
    ADD COLUMN previous text CONSTRAINT session_previous_is_a_hash CHECK (previous ~ '^[0-9a-f]{64}$'),
    ADD COLUMN renewed_at timestamptz NOT NULL DEFAULT hubd.present(),
    ADD COLUMN used_at timestamptz;
COMMENT ON COLUMN hubd.session.previous IS 'The SHA-256 before the last renewal: counts for a minute more, for requests that were under way.';
CREATE UNIQUE INDEX session_by_id ON hubd.session (id);
CREATE INDEX session_by_previous ON hubd.session (previous) WHERE previous IS NOT NULL;

CREATE TABLE hubd.sign_in_attempt (
    sha256 text PRIMARY KEY CONSTRAINT sign_in_attempt_is_a_hash CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    code_sha256 text NOT NULL CONSTRAINT sign_in_attempt_code_is_a_hash CHECK (code_sha256 ~ '^[0-9a-f]{64}$'),
    link_sha256 text CONSTRAINT sign_in_attempt_has_a_link REFERENCES hubd.sign_in_link ON DELETE CASCADE,
    tries integer NOT NULL DEFAULT 0 CONSTRAINT sign_in_attempt_tries_are_few CHECK (tries BETWEEN 0 AND 5),
    asked jsonb,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE hubd.sign_in_attempt IS 'Somebody asked for a link at a browser. sha256 is of a secret that only this browser has, and the code''s hash is salted with it: a code works only there.';
COMMENT ON COLUMN hubd.sign_in_attempt.asked IS '{"mail", "code", "link_sha256", "url"} until the worker has written the mail, which takes a moment; then NULL.';
COMMENT ON COLUMN hubd.sign_in_attempt.link_sha256 IS 'The grant that the code is the other half of; NULL: nobody has this address, or the worker has not looked yet.';
CREATE INDEX sign_in_attempt_by_link ON hubd.sign_in_attempt (link_sha256) WHERE link_sha256 IS NOT NULL;
CREATE INDEX sign_in_attempt_by_expiry ON hubd.sign_in_attempt (expires_at);

CREATE TABLE hubd.attempt (
    bucket text NOT NULL,
    at timestamptz NOT NULL DEFAULT hubd.present()
);
COMMENT ON TABLE hubd.attempt IS 'What is counted against a limit, for an hour. bucket: what was tried, and the SHA-256 of the address or mail address that did.';
CREATE INDEX attempt_by_bucket ON hubd.attempt (bucket, at);

ALTER TABLE hubd.sign_in_attempt OWNER TO hubd_owner;
ALTER TABLE hubd.attempt OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.sign_in_attempt, hubd.attempt TO hubd_api, hubd_network;
