-- SPDX-License-Identifier: GPL-3.0-or-later
-- Joining: organisations with their members and mail domains, teams, delegates; requests, invitations and day passes of a hub.
-- Organisations, teams and delegates are of no hub; what a hub decides about leads with hub_id and stands behind the fence.

ALTER TABLE hubd.organisation
    ADD COLUMN size_class text CONSTRAINT organisation_size_class_is_known CHECK (size_class IN ('1-9', '10-49', '50-499', '500+')),
    ADD COLUMN topics text[] NOT NULL DEFAULT '{}',
    ADD COLUMN url text NOT NULL DEFAULT '',
    ADD COLUMN revision bigint NOT NULL DEFAULT 1,
    ADD COLUMN is_example boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT organisation_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$') NOT VALID;
COMMENT ON COLUMN hubd.organisation.size_class IS 'Employees. 50-499 is the class that the initiative is about.';
COMMENT ON COLUMN hubd.person.organisation_id IS 'For which of their organisations somebody books where a booking does not say.';

CREATE TABLE hubd.organisation_member (
    organisation_id bigint NOT NULL REFERENCES hubd.organisation ON DELETE CASCADE,
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    is_admin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (organisation_id, person_id)
);
COMMENT ON TABLE hubd.organisation_member IS 'A person may be in several organisations. Admins invite, and change what is said about it.';
CREATE INDEX organisation_member_by_person ON hubd.organisation_member (person_id);
INSERT INTO hubd.organisation_member (organisation_id, person_id)
SELECT organisation_id, id FROM hubd.person WHERE organisation_id IS NOT NULL;

CREATE TABLE hubd.organisation_domain (
    domain text PRIMARY KEY CONSTRAINT organisation_domain_is_one CHECK (domain = lower(domain) AND domain ~ '^[^@[:space:]]+\.[^@[:space:].]+$'),
    organisation_id bigint NOT NULL REFERENCES hubd.organisation ON DELETE CASCADE,
    person_id bigint REFERENCES hubd.person ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT hubd.present()
);
COMMENT ON TABLE hubd.organisation_domain IS 'Who has an address of this domain may join the organisation without being asked in. Claimed by somebody with such an address.';
CREATE INDEX organisation_domain_by_organisation ON hubd.organisation_domain (organisation_id);

CREATE TABLE hubd.team (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    slug text NOT NULL CONSTRAINT team_slug_is_unique UNIQUE CONSTRAINT team_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text NOT NULL,
    about text NOT NULL DEFAULT '',
    revision bigint NOT NULL DEFAULT 1,
    is_example boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    dissolved_at timestamptz
);
COMMENT ON TABLE hubd.team IS 'People, perhaps of several organisations, who book together. A dissolved one keeps its past bookings, and has no members.';

CREATE TABLE hubd.team_member (
    team_id bigint NOT NULL REFERENCES hubd.team ON DELETE CASCADE,
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    is_admin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (team_id, person_id)
);
CREATE INDEX team_member_by_person ON hubd.team_member (person_id);

CREATE TABLE hubd.delegate (
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    delegate_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (person_id, delegate_id),
    CONSTRAINT delegate_is_somebody_else CHECK (delegate_id <> person_id)
);
COMMENT ON TABLE hubd.delegate IS 'delegate_id may book on behalf of person_id, wherever that person may book.';
CREATE INDEX delegate_by_delegate ON hubd.delegate (delegate_id);

ALTER TABLE hubd.booking
    ADD COLUMN team_id bigint REFERENCES hubd.team,
    ADD COLUMN booked_by_id bigint REFERENCES hubd.person ON DELETE SET NULL;
COMMENT ON COLUMN hubd.booking.team_id IS 'The team that booked: its members see the booking, and it counts for the team''s quotas.';
COMMENT ON COLUMN hubd.booking.booked_by_id IS 'Who booked on behalf of person_id: a delegate or a manager; NULL: they did themselves.';
CREATE INDEX booking_by_team ON hubd.booking (team_id, lower(during)) WHERE team_id IS NOT NULL;
CREATE INDEX booking_by_organisation ON hubd.booking (organisation_id, lower(during)) WHERE organisation_id IS NOT NULL;

CREATE TABLE hubd.join_request (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    state text NOT NULL CONSTRAINT join_request_state_is_known CHECK (state IN ('unconfirmed', 'waiting', 'accepted', 'declined', 'withdrawn')),
    person_id bigint REFERENCES hubd.person ON DELETE CASCADE,
    mail text CONSTRAINT join_request_mail_has_an_at CHECK (mail LIKE '%_@_%'),
    name text,
    language text NOT NULL DEFAULT 'de' CONSTRAINT join_request_language_is_known CHECK (language IN ('de', 'en')),
    sha256 text CONSTRAINT join_request_token_is_a_hash CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    expires_at timestamptz,
    note text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    decided_by_id bigint REFERENCES hubd.person ON DELETE SET NULL,
    decided_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, id),
    CONSTRAINT join_request_token_is_unique UNIQUE (hub_id, sha256),
    CONSTRAINT join_request_is_of_somebody CHECK (CASE WHEN state = 'unconfirmed'
        THEN mail IS NOT NULL AND name IS NOT NULL AND sha256 IS NOT NULL AND expires_at IS NOT NULL
        ELSE person_id IS NOT NULL AND mail IS NULL AND sha256 IS NULL END)
);
COMMENT ON TABLE hubd.join_request IS 'A visitor asks to become a member. Unconfirmed: asked by mail address, whose owner has not answered yet; nobody at the hub sees it.';
COMMENT ON COLUMN hubd.join_request.answer IS 'The manager''s sentence.';
CREATE UNIQUE INDEX join_request_waits_once ON hubd.join_request (hub_id, person_id) WHERE state = 'waiting';
CREATE INDEX join_request_by_token ON hubd.join_request (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX join_request_by_person ON hubd.join_request (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX join_request_by_mail ON hubd.join_request (lower(mail), created_at) WHERE mail IS NOT NULL;

CREATE TABLE hubd.invitation (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    kind text NOT NULL CONSTRAINT invitation_kind_is_known CHECK (kind IN ('hub', 'day-pass', 'organisation', 'team', 'delegate')),
    role text CONSTRAINT invitation_role_is_known CHECK (role IN ('member', 'trainer', 'manager', 'admin')),
    day date,
    organisation_id bigint REFERENCES hubd.organisation ON DELETE CASCADE,
    team_id bigint REFERENCES hubd.team ON DELETE CASCADE,
    mail text NOT NULL CONSTRAINT invitation_mail_has_an_at CHECK (mail LIKE '%_@_%'),
    name text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT 'de' CONSTRAINT invitation_language_is_known CHECK (language IN ('de', 'en')),
    sentence text NOT NULL DEFAULT '',
    sha256 text NOT NULL CONSTRAINT invitation_token_is_a_hash CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT invitation_state_is_known CHECK (state IN ('waiting', 'accepted', 'declined', 'revoked')),
    invited_by_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    expires_at timestamptz NOT NULL,
    answered_at timestamptz,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT invitation_token_is_unique UNIQUE (hub_id, sha256),
    CONSTRAINT invitation_says_to_what CHECK (CASE kind
        WHEN 'hub' THEN role IN ('member', 'trainer', 'manager') AND organisation_id IS NULL AND team_id IS NULL
        WHEN 'day-pass' THEN day IS NOT NULL AND organisation_id IS NULL AND team_id IS NULL
        WHEN 'organisation' THEN role IN ('member', 'admin') AND organisation_id IS NOT NULL AND team_id IS NULL
        WHEN 'team' THEN role IN ('member', 'admin') AND team_id IS NOT NULL AND organisation_id IS NULL
        ELSE organisation_id IS NULL AND team_id IS NULL END)
);
COMMENT ON TABLE hubd.invitation IS 'To an address, whether it has an account or not: nobody learns that before its owner has accepted. Works once, until it expires.';
COMMENT ON COLUMN hubd.invitation.hub_id IS 'The hub that invites; the reserved hub "network" for organisations, teams and delegates.';
CREATE INDEX invitation_by_token ON hubd.invitation (sha256);
CREATE INDEX invitation_by_mail ON hubd.invitation (lower(mail), created_at);
CREATE INDEX invitation_by_inviter ON hubd.invitation (invited_by_id, created_at);
CREATE UNIQUE INDEX invitation_waits_once ON hubd.invitation (hub_id, kind, lower(mail), coalesce(organisation_id, team_id, 0),
    coalesce(day, '-infinity'), (CASE WHEN kind = 'delegate' THEN invited_by_id ELSE 0 END)) WHERE state = 'waiting';

CREATE TABLE hubd.day_pass (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    day date NOT NULL,
    granted_by_id bigint REFERENCES hubd.person ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    revoked_at timestamptz,
    PRIMARY KEY (hub_id, id)
);
COMMENT ON TABLE hubd.day_pass IS 'A member''s rights for one day, on the hub''s clock, and for what is booked on that day.';
CREATE UNIQUE INDEX day_pass_is_given_once ON hubd.day_pass (hub_id, person_id, day) WHERE revoked_at IS NULL;
CREATE INDEX day_pass_by_person ON hubd.day_pass (person_id, day);

DO $$
DECLARE
    made text;
BEGIN
    FOREACH made IN ARRAY ARRAY['organisation_member', 'organisation_domain', 'team', 'team_member', 'delegate', 'join_request', 'invitation', 'day_pass'] LOOP
        EXECUTE format('ALTER TABLE hubd.%I OWNER TO hubd_owner', made);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.%I TO hubd_api, hubd_network', made);
    END LOOP;
    FOREACH made IN ARRAY ARRAY['join_request', 'invitation', 'day_pass'] LOOP
        EXECUTE format('ALTER TABLE hubd.%I ENABLE ROW LEVEL SECURITY', made);
        EXECUTE format('ALTER TABLE hubd.%I FORCE ROW LEVEL SECURITY', made);
        EXECUTE format('CREATE POLICY of_its_hub ON hubd.%I TO hubd_api USING (hub_id = hubd.current_hub())', made);
        EXECUTE format('CREATE POLICY of_all_hubs ON hubd.%I TO hubd_network, hubd_owner USING (true)', made);
    END LOOP;
END $$;
