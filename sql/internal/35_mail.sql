-- SPDX-License-Identifier: GPL-3.0-or-later
-- Writing mail: the row in the outbox and the job that sends it, in the transaction that causes it. How a kind looks is its template's business.

-- What of a kind of mail its reader decides: necessary ones come always; waiting ones at once, once a day or never; reminders as asked for.
-- What somebody else ("by") did to one's booking is necessary.
CREATE OR REPLACE FUNCTION hubd.mail_class(kind text, data jsonb) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE
        WHEN kind LIKE ANY ('{booking-%,series-%}') AND data ->> 'by' IS NOT NULL THEN 'necessary'
        WHEN kind IN ('booking-confirmed', 'booking-moved', 'booking-cancelled', 'booking-told', 'series-confirmed', 'series-changed', 'series-cancelled',
            'series-incomplete', 'series-date-booked', 'hold-expired', 'event-changed', 'event-cancelled', 'join-request') THEN 'waiting'
        WHEN kind IN ('reminder', 'digest') THEN kind
        ELSE 'necessary' END;

-- Does this concern the next 48 hours? "start" in data says when it is, "before" when it was to be.
CREATE OR REPLACE FUNCTION hubd.is_soon(data jsonb) RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce((data ->> 'start')::timestamptz BETWEEN hubd.present() AND hubd.present() + interval '48 hours', false)
        OR coalesce((data ->> 'before')::timestamptz BETWEEN hubd.present() AND hubd.present() + interval '48 hours', false);

-- A waiting mail's state by its reader's setting; NULL: it is not written.
CREATE OR REPLACE FUNCTION hubd.mail_state(class text, setting text, is_soon boolean) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN class <> 'waiting' OR is_soon OR setting = 'now' THEN 'queued' WHEN setting = 'daily' THEN 'kept' END;

-- Queues what sends it, once written. Without waking the workers where it can wait for their next look: a NOTIFY in every booking would make
-- all commits wait for each other.
CREATE OR REPLACE FUNCTION hubd.queue_mail(message bigint, class text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.queue('mail', message::text, '{}', CASE WHEN class <> 'necessary' THEN hubd.present() + interval '1 second' END);
END $$;

-- Writes a mail to a person; its number, or NULL where the person does not want it, or got it under this key before. data is what the
-- template of the kind shows, with "secret" {...} for what must not stay, "start" for when it is and "expires" for until when it makes sense (instants).
-- hub: whose matter it is, the one that was entered.
CREATE OR REPLACE FUNCTION hubd.mail(person bigint, kind text, data jsonb, hub bigint DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    message bigint := nextval('hubd.id');
    class text := hubd.mail_class(kind, data);
    state text := hubd.mail_state(class, (SELECT p.mail_waiting FROM hubd.person AS p WHERE p.id = person), hubd.is_soon(data));
BEGIN
    IF state IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO hubd.message (id, kind, class, hub_id, person_id, language, data, key, state)
    SELECT message, mail.kind, class, mail.hub, p.id, p.language, mail.data, mail.key, state FROM hubd.person AS p WHERE p.id = mail.person
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF state = 'queued' THEN
        PERFORM hubd.queue_mail(message, class);
    END IF;
    RETURN message;
END $$;

-- Writes a mail to an address that is nobody's account, or not yet. Always necessary, so rarely right.
CREATE OR REPLACE FUNCTION hubd.mail_to(address text, language text, kind text, data jsonb, hub bigint DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    message bigint := nextval('hubd.id');
BEGIN
    INSERT INTO hubd.message (id, kind, class, hub_id, address, language, data, key, state)
    VALUES (message, mail_to.kind, 'necessary', mail_to.hub, mail_to.address, mail_to.language, mail_to.data, mail_to.key, 'queued')
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM hubd.queue_mail(message, 'necessary');
    RETURN message;
END $$;
