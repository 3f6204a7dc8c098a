-- SPDX-License-Identifier: GPL-3.0-or-later
-- What happens to series by the clock or when claims go: open ones get their next dates, queued dates the place that has become free.

-- Claims of these bookings are about to go: the dates that wait for that time are tried after the end of this transaction. One
-- job a transaction, for one that runs already may have looked before.
CREATE OR REPLACE FUNCTION hubd.wake_queued(hub bigint, bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    freed tstzrange;
BEGIN
    SELECT tstzrange(min(lower(c.during)), max(upper(c.during))) INTO freed FROM unnest(bookings) AS k (id) CROSS JOIN LATERAL (
        SELECT o.during FROM hubd.claim AS o WHERE o.booking_hub_id = hub AND o.booking_id = k.id OFFSET 0) AS c;
    IF EXISTS (SELECT FROM hubd.series_miss AS m WHERE m.hub_id = hub AND m.is_queued AND m.during && tstzrange(lower(freed) - interval '1 day', upper(freed) + interval '1 day')
            AND lower(freed) IS NOT NULL) THEN
        PERFORM hubd.queue('book-queued', hub || '.' || pg_current_xact_id(), jsonb_build_object('hub', hub, 'from', lower(freed), 'to', upper(freed)));
    END IF;
END $$;

-- Books one queued date, if it fits and its booker may still book here; false: it waits on.
CREATE OR REPLACE FUNCTION hubd.book_queued(m hubd.series_miss) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    s hubd.series;
    dates hubd.series_date[];
BEGIN
    SELECT * INTO s FROM hubd.series AS o WHERE o.hub_id = m.hub_id AND o.id = m.series_id FOR UPDATE;
    IF s.state = 'cancelled' OR NOT hubd.is_of_hub(s.person_id, s.hub_id) THEN
        UPDATE hubd.series_miss AS o SET is_queued = false WHERE o.hub_id = m.hub_id AND o.id = m.id;
        RETURN false;
    END IF;
    s.sequence := s.sequence + 1;
    dates := hubd.place_dates('{}', s.hub_id, hubd.insert_dates(s, ARRAY[ROW(1, m.recurrence_id, m.during, m.local_end, NULL, NULL, 'free', NULL, '[]', NULL, NULL)::hubd.series_date]));
    IF dates[1].state <> 'free' THEN
        DELETE FROM hubd.booking AS b WHERE b.hub_id = s.hub_id AND b.id = dates[1].booking_id;
        RETURN false;
    END IF;
    DELETE FROM hubd.series_miss AS o WHERE o.hub_id = m.hub_id AND o.id = m.id;
    UPDATE hubd.series AS o SET sequence = s.sequence, revision = o.revision + 1, revised_at = hubd.present() WHERE o.hub_id = s.hub_id AND o.id = s.id;
    PERFORM hubd.changed(hubd.booking_scopes(s.hub_id, ARRAY[dates[1].booking_id]));
    PERFORM hubd.mail(s.person_id, 'series-date-booked', hubd.date_mail(s, dates[1]), s.hub_id, 'series-date-' || dates[1].booking_id);
    RETURN true;
END $$;

-- What a mail says of one date.
CREATE OR REPLACE FUNCTION hubd.date_mail(s hubd.series, d hubd.series_date) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('title', (s).title, 'start', hubd.instant(lower((d).during)), 'local_start', hubd.wall((d).date), 'local_end', hubd.wall((d).local_end),
        'zone', (s).zone, 'url', '/me/series/' || (s).id);

-- First come, first served: in the order in which they were queued, under the hub's lock.
CREATE OR REPLACE FUNCTION hubd.job_book_queued(input jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    hub bigint := (input ->> 'hub')::bigint;
    m hubd.series_miss;
BEGIN
    PERFORM hubd.enter_hub(hub);
    PERFORM hubd.lock_all(hub);
    FOR m IN SELECT * FROM hubd.series_miss AS o WHERE o.hub_id = hub AND o.is_queued AND lower(o.during) > hubd.present()
            AND o.during && tstzrange((input ->> 'from')::timestamptz - interval '1 day', (input ->> 'to')::timestamptz + interval '1 day') ORDER BY o.id LIMIT 500 LOOP
        PERFORM hubd.book_queued(m);
    END LOOP;
END $$;

-- ---- the horizon ----

-- Queues an extension for each series (of bookings, of events) whose horizon has come nearer by a day; what waited for a time that is past waits no more.
CREATE OR REPLACE FUNCTION hubd.job_series_horizon() RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM hubd.queue('extend-series', s.id::text) FROM (
        SELECT o.id FROM hubd.series AS o WHERE o.state = 'confirmed' AND o.materialised_until < hubd.present() + interval '399 days'
        ORDER BY o.materialised_until, o.id LIMIT 1000) AS s;
    PERFORM hubd.queue('extend-event', e.id::text) FROM (
        SELECT o.id FROM hubd.event AS o WHERE o.state <> 'cancelled' AND o.extended_to < hubd.present() + interval '399 days'
        ORDER BY o.extended_to, o.id LIMIT 1000) AS e;
    UPDATE hubd.series_miss AS m SET is_queued = false WHERE m.is_queued AND lower(m.during) <= hubd.present();
END $$;

-- The caller holds the hub. The dates that have come within the horizon, dealt with as was chosen when the series was made; what cannot be had now refuses nothing.
CREATE OR REPLACE FUNCTION hubd.extend_series(s hubd.series, dates jsonb, until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known timestamp[] := hubd.series_left_out(s) || ARRAY (SELECT b.recurrence_id FROM hubd.booking AS b WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.state <> 'cancelled');
    new_dates hubd.series_date[] := hubd.read_dates('{}', dates, known, false);
    missing integer;
BEGIN
    -- Nobody books for whoever is not of the hub any more, however they went.
    IF s.kind = 'booking' AND NOT hubd.is_of_hub(s.person_id, s.hub_id) THEN
        PERFORM hubd.end_open_series(s);
        PERFORM hubd.changed(hubd.booking_scopes(s.hub_id, hubd.dates_of_series(s.hub_id, s.id)) || ('person:' || s.person_id));
        RETURN;
    END IF;
    new_dates := hubd.place_dates('{}', s.hub_id, hubd.insert_dates(s, new_dates));
    IF s.choice = 'substitute' THEN
        new_dates := hubd.substitute_dates('{}', s.hub_id, new_dates, false, true);
    END IF;
    new_dates := hubd.settle_dates(s, s.choice, new_dates);
    missing := (SELECT count(*) FROM unnest(new_dates) AS d WHERE d.state IN ('skipped', 'queued'));
    UPDATE hubd.series AS o SET materialised_until = until, revision = o.revision + 1, sequence = o.sequence + (missing > 0)::integer, revised_at = hubd.present()
        WHERE o.hub_id = s.hub_id AND o.id = s.id;
    PERFORM hubd.changed(hubd.booking_scopes(s.hub_id, hubd.bookings_that_are(new_dates, 'booked', 'substituted')) || ('person:' || s.person_id));
    IF missing > 0 THEN
        PERFORM hubd.mail(s.person_id, 'series-incomplete', jsonb_build_object('title', s.title, 'count', missing, 'url', '/me/series/' || s.id), s.hub_id,
            format('series-%s-%s', s.id, s.revision));
    END IF;
END $$;
