-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the GDPR asks for: how long each class of data is kept, and to what somebody has consented.

CREATE TABLE hubd.retention (
    class text PRIMARY KEY,
    period interval NOT NULL CONSTRAINT retention_period_is_bounded CHECK (period BETWEEN interval '1 day' AND interval '10 years')
);
COMMENT ON TABLE hubd.retention IS 'How long what is over is kept: the privacy notice shows it, the job "retention" does it. hubd admin retention set changes it.';
INSERT INTO hubd.retention (class, period) VALUES
    ('audit', '2 years'), ('bookings-person', '3 years'), ('day-passes', '1 year'), ('invitations', '90 days'), ('join-requests', '180 days'),
    ('mail', '30 days'), ('mail-failed', '90 days'), ('refusals', '1 year'), ('refusals-person', '90 days'), ('webhook-deliveries', '30 days');

CREATE TABLE hubd.consent (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    purpose text NOT NULL,
    wording text NOT NULL,
    given_at timestamptz NOT NULL DEFAULT hubd.present(),
    withdrawn_at timestamptz CONSTRAINT consent_is_withdrawn_after_it_was_given CHECK (withdrawn_at >= given_at)
);
COMMENT ON TABLE hubd.consent IS 'To which purpose somebody consented, in which wording, from when to when. A row is kept when it is withdrawn.';
CREATE UNIQUE INDEX consent_is_given_once ON hubd.consent (person_id, purpose) WHERE withdrawn_at IS NULL;

ALTER TABLE hubd.retention OWNER TO hubd_owner;
ALTER TABLE hubd.consent OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.retention, hubd.consent TO hubd_api, hubd_network;

-- For erasing and ending: events mention speakers by name, and age is looked for in the order that rows were written.
CREATE INDEX audit_of_events ON hubd.audit (hub_id, thing_id) WHERE thing = 'event';
CREATE INDEX audit_by_age ON hubd.audit USING brin (at);
CREATE INDEX refusal_by_person ON hubd.refusal (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX event_by_person ON hubd.event (person_id) WHERE person_id IS NOT NULL;
