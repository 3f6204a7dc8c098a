-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mail by the clock: reminders, the daily digest, and the end of what is old.

-- Reminds everybody of what they asked for, once: a booking at another time is another reminder. What was booked, moved or told later than
-- the reminder would have come gets none: its reader has just had a mail.
CREATE OR REPLACE FUNCTION hubd.job_remind() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    present timestamptz := hubd.present();
    due record;
BEGIN
    FOR due IN
        SELECT b.hub_id, b.id, b.person_id, lower(b.during) AS starts, minutes
        FROM hubd.person AS p CROSS JOIN unnest(p.reminders) AS minutes
        JOIN hubd.booking AS b ON b.person_id = p.id AND lower(b.during) > present AND lower(b.during) <= present + minutes * interval '1 minute'
        WHERE p.reminders <> '{}' AND b.kind = 'booking' AND b.state = 'confirmed' AND b.revised_at <= lower(b.during) - minutes * interval '1 minute'
        ORDER BY b.id, minutes
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM hubd.message AS m WHERE m.kind = 'reminder' AND coalesce(m.person_id::text, lower(m.address)) = due.person_id::text
            AND m.key = format('%s:%s:%s', due.id, due.minutes, hubd.instant(due.starts)));
        PERFORM hubd.mail(due.person_id, 'reminder', jsonb_build_object('booking', due.id, 'start', hubd.instant(due.starts), 'expires', hubd.instant(due.starts)), due.hub_id,
            format('%s:%s:%s', due.id, due.minutes, hubd.instant(due.starts)));
    END LOOP;
END $$;

-- What was kept for a person goes out in one mail, from seven in the morning on of their (newest) hub's clock, once a day; at most a hundred at a time.
CREATE OR REPLACE FUNCTION hubd.job_digest() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    present timestamptz := hubd.present();
    reader record;
    kept bigint[];
BEGIN
    FOR reader IN
        SELECT p.id, clock.today FROM (SELECT m.person_id, max(m.hub_id) AS hub FROM hubd.message AS m WHERE m.state = 'kept' GROUP BY m.person_id) AS k
        JOIN hubd.person AS p ON p.id = k.person_id LEFT JOIN hubd.hub AS h ON h.id = k.hub
        CROSS JOIN LATERAL (SELECT (present AT TIME ZONE coalesce(h.zone, 'Europe/Berlin')) AS now, (present AT TIME ZONE coalesce(h.zone, 'Europe/Berlin'))::date AS today) AS clock
        WHERE clock.now::time >= '07:00' AND p.digested_on IS DISTINCT FROM clock.today ORDER BY p.id FOR UPDATE OF p
    LOOP
        kept := ARRAY (SELECT m.id FROM hubd.message AS m WHERE m.person_id = reader.id AND m.state = 'kept' ORDER BY m.id LIMIT 100);
        PERFORM hubd.mail(reader.id, 'digest', jsonb_build_object('messages', kept, 'count', cardinality(kept), 'url', '/me'), NULL, reader.today::text);
        UPDATE hubd.message AS m SET state = 'digested', ended_at = present WHERE m.id = ANY (kept);
        UPDATE hubd.person AS p SET digested_on = reader.today WHERE p.id = reader.id;
    END LOOP;
END $$;

-- The mails of a digest as its template lists them: without those that were overtaken.
CREATE OR REPLACE FUNCTION hubd.digest_items(messages jsonb, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_agg(jsonb_build_object('kind', m.kind, 'data', d.data) ORDER BY m.id) FROM jsonb_array_elements_text(messages) AS k (id)
        JOIN hubd.message AS m ON m.id = k.id::bigint CROSS JOIN LATERAL (SELECT hubd.mail_data(m.kind, m.data, digest_items.language) - 'calendar' AS data OFFSET 0) AS d WHERE d.data IS NOT NULL);
END $$;

-- What went out is forgotten after its period, what was set aside after another.
CREATE OR REPLACE FUNCTION hubd.compact_mail() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.message AS m WHERE m.ended_at < hubd.present() - hubd.kept_for(CASE WHEN m.state IN ('refused', 'unknown') THEN 'mail-failed' ELSE 'mail' END);
END $$;
