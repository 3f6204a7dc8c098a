-- SPDX-License-Identifier: GPL-3.0-or-later
-- Secret addresses of calendars, one for each place where somebody subscribes: of what, and what was fetched last by it.

CREATE TABLE hubd.subscription (
    token_id bigint PRIMARY KEY REFERENCES hubd.token ON DELETE CASCADE,
    subject text NOT NULL DEFAULT 'mine' CONSTRAINT subscription_subject_is_known CHECK (subject IN ('mine', 'hub', 'organisation', 'team')),
    of_hub_id bigint REFERENCES hubd.hub ON DELETE CASCADE,
    of_organisation_id bigint REFERENCES hubd.organisation ON DELETE CASCADE,
    of_team_id bigint REFERENCES hubd.team ON DELETE CASCADE,
    fetched_at timestamptz,
    fetched_etag text,
    fetched_revised timestamptz,
    fetched_snapshot pg_snapshot,
    CONSTRAINT subscription_says_of_what CHECK (CASE subject WHEN 'hub' THEN of_hub_id IS NOT NULL WHEN 'organisation' THEN of_organisation_id IS NOT NULL
        WHEN 'team' THEN of_team_id IS NOT NULL ELSE true END AND num_nonnulls(of_hub_id, of_organisation_id, of_team_id) = (subject <> 'mine')::integer)
);
COMMENT ON TABLE hubd.subscription IS 'What a token of the scope "feed" is the secret address of. Its rights are its person''s, asked at every fetch.';
COMMENT ON COLUMN hubd.subscription.of_hub_id IS 'What it is of: it belongs to its person, and to no hub.';
COMMENT ON COLUMN hubd.subscription.fetched_at IS 'The last fetch, a 304 too. Written in batches: a crash of a process may lose the last of them.';
COMMENT ON COLUMN hubd.subscription.fetched_snapshot IS 'What was committed when the bytes that were fetched last were right: what a later transaction changed, the reader has not.';
INSERT INTO hubd.subscription (token_id, fetched_at) SELECT t.id, t.used_at FROM hubd.token AS t WHERE 'feed' = ANY (t.scopes);
CREATE INDEX token_by_person ON hubd.token (person_id);

CREATE INDEX event_by_organiser ON hubd.event (lower(organiser)) WHERE organiser <> '';
CREATE INDEX booking_cancelled_lately ON hubd.booking (hub_id, cancelled_at) WHERE state = 'cancelled';

ALTER TABLE hubd.subscription OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.subscription TO hubd_api, hubd_network;

-- Their arguments are others now; the new ones are in internal/.
DROP FUNCTION IF EXISTS hubd.feed_busy(bigint[], text, bigint[], bigint[]);
DROP FUNCTION IF EXISTS hubd.feed_own(bigint[], text, bigint[], bigint[]);
DROP FUNCTION IF EXISTS hubd.feed_own_ids(bigint, bigint, integer, tstzrange, timestamptz, boolean);
DROP FUNCTION IF EXISTS api.feed_used(text);
