-- SPDX-License-Identifier: GPL-3.0-or-later
-- How long things are kept, and what people have consented to.

CREATE OR REPLACE FUNCTION hubd.kept_for(wanted text) RETURNS interval LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT r.period FROM hubd.retention AS r WHERE r.class = wanted);
END $$;

-- In days where it is no whole number of years or months: what a notice says.
CREATE OR REPLACE FUNCTION hubd.retention_document() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_agg(jsonb_build_object('class', r.class, 'unit', CASE WHEN r.period >= interval '1 year' AND date_part('days', r.period) = 0 AND date_part('month', r.period) = 0 THEN 'years' ELSE 'days' END,
        'count', CASE WHEN r.period >= interval '1 year' AND date_part('days', r.period) = 0 AND date_part('month', r.period) = 0 THEN date_part('year', r.period) ELSE round(extract(epoch FROM r.period) / 86400) END) ORDER BY r.class) FROM hubd.retention AS r);
END $$;

-- The rows of the audit that are too old; at most so many at once. The tables' owner may; nobody else.
CREATE OR REPLACE FUNCTION hubd.end_audit(before_at timestamptz, most integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    DELETE FROM hubd.audit AS a WHERE (a.hub_id, a.id) IN (SELECT o.hub_id, o.id FROM hubd.audit AS o WHERE o.at < before_at LIMIT most);
END $$;
ALTER FUNCTION hubd.end_audit(timestamptz, integer) OWNER TO hubd_owner;

-- Ten thousand rows of a class at once; what is left goes in the next hour.
CREATE OR REPLACE FUNCTION hubd.job_retention() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    present timestamptz := hubd.present();
    most CONSTANT integer := 10000;
BEGIN
    PERFORM hubd.end_audit(present - hubd.kept_for('audit'), most);
    PERFORM set_config('hubd.unaudited', 'yes', true);
    DELETE FROM hubd.refusal AS f WHERE (f.hub_id, f.id) IN (SELECT o.hub_id, o.id FROM hubd.refusal AS o WHERE o.at < present - hubd.kept_for('refusals') LIMIT most);
    UPDATE hubd.refusal AS f SET person_id = NULL, wish = f.wish - '{title,note,on_behalf_of}'::text[]
        WHERE (f.hub_id, f.id) IN (SELECT o.hub_id, o.id FROM hubd.refusal AS o WHERE o.at < present - hubd.kept_for('refusals-person')
            AND (o.person_id IS NOT NULL OR o.wish ?| '{title,note,on_behalf_of}') LIMIT most);
    UPDATE hubd.booking AS b SET person_id = NULL, booked_by_id = NULL, title = '', note = '', revision = b.revision + 1
        WHERE b.kind = 'booking' AND (b.hub_id, b.id) IN (SELECT o.hub_id, o.id FROM hubd.booking AS o WHERE o.kind = 'booking' AND o.person_id IS NOT NULL
            AND upper(o.during) < present - hubd.kept_for('bookings-person') LIMIT most);
    DELETE FROM hubd.join_request AS j WHERE coalesce(j.decided_at, j.expires_at, j.created_at) < present - hubd.kept_for('join-requests') AND j.state <> 'waiting';
    DELETE FROM hubd.invitation AS i WHERE coalesce(i.answered_at, i.expires_at) < present - hubd.kept_for('invitations');
    DELETE FROM hubd.day_pass AS d WHERE d.day < (present - hubd.kept_for('day-passes'))::date;
    PERFORM set_config('hubd.unaudited', '', true);
END $$;

-- ---- consents ----

-- Only what is there or decided: the wording says exactly what is consented to, and a new one asks anew.
CREATE OR REPLACE FUNCTION hubd.purposes() RETURNS TABLE (purpose text, wording text, de text, en text) LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
        SELECT * FROM (VALUES
            ('contacts', '2026-11', 'Andere Teilnehmende dürfen beim Vermitteln von Kontakten sehen, was ich anbiete und suche, mit meinem Namen und meiner Organisation.',
                'Where contacts are arranged, other participants may see what I offer and seek, with my name and organisation.'),
            ('meetings', '2026-11', 'hubd darf mir zwischen den Veranstaltungen kurze Treffen vorschlagen, wenn ich ohnehin am selben Hub bin. Mein Name wird erst genannt, wenn beide zusagen.',
                'Between events hubd may propose short meetings to me when I am at the same hub anyway. My name is told only when both agree.'))
            AS p (purpose, wording, de, en);
    END;

CREATE OR REPLACE FUNCTION hubd.has_consented(person bigint, wanted text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM hubd.consent AS c JOIN hubd.purposes() AS p ON p.purpose = c.purpose AND p.wording = c.wording
        WHERE c.person_id = person AND c.purpose = wanted AND c.withdrawn_at IS NULL);
END $$;

CREATE OR REPLACE FUNCTION hubd.consents_of(language text, person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_agg(jsonb_build_object('purpose', p.purpose, 'wording', p.wording, 'text', hubd.say(consents_of.language, p.de, p.en),
            'given', hubd.has_consented(person, p.purpose), 'given_at', hubd.instant(c.given_at), 'withdrawn_at', hubd.instant(c.withdrawn_at)) ORDER BY p.purpose)
        FROM hubd.purposes() AS p LEFT JOIN LATERAL (SELECT * FROM hubd.consent AS o WHERE o.person_id = person AND o.purpose = p.purpose ORDER BY o.id DESC LIMIT 1) AS c ON true);
END $$;

-- {purpose, given}: gives or withdraws; saying the same twice changes nothing.
CREATE OR REPLACE FUNCTION hubd.set_consent(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    wanted record;
BEGIN
    SELECT * INTO wanted FROM hubd.purposes() AS p WHERE p.purpose = input ->> 'purpose';
    IF wanted.purpose IS NULL THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/purpose',
            format('Diesen Zweck gibt es nicht. Es gibt: %s.', (SELECT string_agg(p.purpose, ', ') FROM hubd.purposes() AS p)),
            format('There is no such purpose. There are: %s.', (SELECT string_agg(p.purpose, ', ') FROM hubd.purposes() AS p)));
    END IF;
    PERFORM FROM hubd.person AS p WHERE p.id = person FOR UPDATE;
    IF (input ->> 'given')::boolean <> hubd.has_consented(person, wanted.purpose) THEN
        UPDATE hubd.consent AS c SET withdrawn_at = hubd.present() WHERE c.person_id = person AND c.purpose = wanted.purpose AND c.withdrawn_at IS NULL;
        INSERT INTO hubd.consent (person_id, purpose, wording) SELECT person, wanted.purpose, wanted.wording WHERE (input ->> 'given')::boolean;
    END IF;
    RETURN ROW(200, jsonb_build_object('items', hubd.consents_of(hubd.language(caller), person), 'next', NULL)::text, NULL, NULL)::api.reply;
END $$;
