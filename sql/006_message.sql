-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mail: the outbox, and what people want to be told by mail.

ALTER TABLE hubd.person
    ADD COLUMN mail_waiting text NOT NULL DEFAULT 'now' CONSTRAINT person_mail_waiting_is_known CHECK (mail_waiting IN ('now', 'daily', 'none')),
    ADD COLUMN reminders integer[] NOT NULL DEFAULT '{}' CONSTRAINT person_reminders_are_few CHECK (cardinality(reminders) <= 4
        AND 5 <= ALL (reminders) AND 20160 >= ALL (reminders)),
    ADD COLUMN unsubscribe text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    ADD COLUMN digested_on date;
COMMENT ON COLUMN hubd.person.mail_waiting IS 'When mail that can wait is sent: at once, once a day, never. A change within 48 hours does not wait.';
COMMENT ON COLUMN hubd.person.reminders IS 'Minutes before a booking begins.';
COMMENT ON COLUMN hubd.person.unsubscribe IS 'Stands in the mails'' unsubscribe address, so as it is: all that it can is to end mails that are not necessary.';
CREATE UNIQUE INDEX person_unsubscribe_is_unique ON hubd.person (unsubscribe);

CREATE TABLE hubd.message (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    kind text NOT NULL CONSTRAINT message_kind_is_plain CHECK (kind ~ '^[a-z]+(-[a-z]+)*$'),
    class text NOT NULL CONSTRAINT message_class_is_known CHECK (class IN ('necessary', 'waiting', 'reminder', 'digest')),
    hub_id bigint REFERENCES hubd.hub ON DELETE CASCADE,
    person_id bigint REFERENCES hubd.person ON DELETE CASCADE,
    address text,
    language text NOT NULL CONSTRAINT message_language_is_known CHECK (language IN ('de', 'en')),
    data jsonb NOT NULL DEFAULT '{}',
    key text,
    identity uuid NOT NULL DEFAULT gen_random_uuid(),
    state text NOT NULL CONSTRAINT message_state_is_known
        CHECK (state IN ('kept', 'queued', 'sending', 'sent', 'digested', 'refused', 'expired', 'unknown')),
    attempts integer NOT NULL DEFAULT 0,
    unknowns integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    ended_at timestamptz,
    answer text,
    CONSTRAINT message_has_one_recipient CHECK (num_nonnulls(person_id, address) = 1)
);
COMMENT ON TABLE hubd.message IS 'The outbox: written in the transaction that causes the mail, sent by the worker after its commit.';
COMMENT ON COLUMN hubd.message.data IS 'What the template of its kind shows. "secret" in it is wiped once the mail is sent or will not be; from "expires" on it is not sent any more.';
COMMENT ON COLUMN hubd.message.key IS 'The same kind, recipient and key is written once.';
COMMENT ON COLUMN hubd.message.identity IS 'Its Message-ID, the same in every attempt.';
COMMENT ON COLUMN hubd.message.state IS 'sending: a server may have it. unknown: given up after that happened too often. kept: for the next digest.';
COMMENT ON COLUMN hubd.message.unknowns IS 'How often a connection or a worker was lost after the text began and before the server''s answer: so often it may have been accepted besides.';
COMMENT ON COLUMN hubd.message.answer IS 'The server''s last answer: its numbers only, since its words repeat addresses.';
CREATE UNIQUE INDEX message_is_written_once ON hubd.message (kind, coalesce(person_id::text, lower(address)), key) WHERE key IS NOT NULL;
CREATE INDEX message_by_person ON hubd.message (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX message_that_is_kept ON hubd.message (person_id, id) WHERE state = 'kept';
CREATE INDEX message_by_end ON hubd.message (ended_at) WHERE ended_at IS NOT NULL;

ALTER TABLE hubd.message OWNER TO hubd_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.message TO hubd_network;
GRANT INSERT ON hubd.message TO hubd_api;
-- Whoever acts for a hub may write mail, and reads none: not its hub's, nobody's.
ALTER TABLE hubd.message ENABLE ROW LEVEL SECURITY;
ALTER TABLE hubd.message FORCE ROW LEVEL SECURITY;
CREATE POLICY written_by_its_hub ON hubd.message FOR INSERT TO hubd_api WITH CHECK (hub_id IS NULL OR hub_id = hubd.current_hub());
CREATE POLICY of_all_hubs ON hubd.message TO hubd_network, hubd_owner USING (true);
