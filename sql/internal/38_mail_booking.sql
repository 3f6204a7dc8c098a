-- SPDX-License-Identifier: GPL-3.0-or-later
-- What people are told about their bookings, series and events, and the calendar part of it (iTIP). The outbox keeps only what it is about and what
-- is not there any more (the time before, who did it, why): the rest is looked up when the mail is sent, so that it says what counts then.

-- ---- writing, in the deciding transaction ----

-- by: whoever did it, where that was not the person themselves.
CREATE OR REPLACE FUNCTION hubd.name_of_other(person bigint, actor bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN actor <> person THEN (SELECT p.name FROM hubd.person AS p WHERE p.id = actor) END;
END $$;

-- Tells a booking's person that it is confirmed | moved | cancelled | told (its room). was: the booking before a move. What is over already, and what
-- is no person's, is told to nobody.
CREATE OR REPLACE FUNCTION hubd.tell_booking(b hubd.booking, what text, actor bigint, was hubd.booking DEFAULT NULL, reason text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF hubd.has_webhook(b.hub_id, 'booking.' || what) THEN
        PERFORM hubd.call_webhooks(b.hub_id, 'booking.' || what, hubd.webhook_booking(b));
    END IF;
    IF b.kind <> 'booking' OR b.person_id IS NULL OR upper(b.during) <= hubd.present() THEN
        RETURN;
    END IF;
    PERFORM hubd.mail(b.person_id, 'booking-' || what, jsonb_strip_nulls(jsonb_build_object('booking', b.id, 'start', hubd.instant(lower(b.during)),
            'by', hubd.name_of_other(b.person_id, actor), 'reason', reason)
        || CASE WHEN was.during <> b.during THEN jsonb_build_object('before', hubd.instant(lower(was.during)), 'before_local_start', hubd.wall(was.local_start),
            'before_local_end', hubd.wall(was.local_end)) ELSE '{}' END), b.hub_id);
END $$;

-- A hold has run out. Of a form's ten minutes the form itself tells; whoever was promised more hears of it.
CREATE OR REPLACE FUNCTION hubd.tell_expired(b hubd.booking) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF b.kind = 'booking' AND b.person_id IS NOT NULL AND b.expires_at - b.created_at > interval '15 minutes' THEN
        PERFORM hubd.mail(b.person_id, 'hold-expired', jsonb_build_object('booking', b.id, 'start', hubd.instant(lower(b.during))), b.hub_id);
    END IF;
END $$;

-- A booking is somebody else's now: whoever had it is told that it is gone, and their calendar drops it.
CREATE OR REPLACE FUNCTION hubd.tell_handed_over(b hubd.booking, former bigint, actor bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.tell_booking(b, 'confirmed', actor);
    PERFORM hubd.mail(former, 'booking-cancelled', jsonb_strip_nulls(jsonb_build_object('booking', b.id, 'start', hubd.instant(lower(b.during)), 'is_gone', true,
        'by', hubd.name_of_other(former, actor))), b.hub_id);
END $$;

-- Tells a series' person that it is confirmed | changed | cancelled, as a whole.
CREATE OR REPLACE FUNCTION hubd.tell_series(s hubd.series, what text, actor bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF s.kind = 'booking' AND s.person_id IS NOT NULL THEN
        PERFORM hubd.mail(s.person_id, 'series-' || what, jsonb_strip_nulls(jsonb_build_object('series', s.id, 'by', hubd.name_of_other(s.person_id, actor))), s.hub_id);
    END IF;
END $$;

-- Whom an event's change concerns: whoever made it. (Those who registered come here too, once people can.)
CREATE OR REPLACE FUNCTION hubd.concerned_by_event(e hubd.event) RETURNS SETOF bigint LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT (e).person_id WHERE (e).person_id IS NOT NULL;
    END;

-- The date that a mail about an event names: its one, or of a series the next one, else the last.
CREATE OR REPLACE FUNCTION hubd.date_told(event bigint) RETURNS hubd.occurrence LANGUAGE plpgsql STABLE AS $$
DECLARE
    o hubd.occurrence;
BEGIN
    SELECT x.* INTO o FROM hubd.event AS e JOIN hubd.occurrence AS x ON x.hub_id = e.hub_id AND x.event_id = e.id WHERE e.id = event
        ORDER BY upper(x.during) <= hubd.present(), x.state = 'cancelled', CASE WHEN upper(x.during) > hubd.present() THEN lower(x.during) END, lower(x.during) DESC LIMIT 1;
    RETURN o;
END $$;

-- Tells those concerned, but the one who did it, that an event has another time, place or state. was: its date before (NULL: the same).
CREATE OR REPLACE FUNCTION hubd.tell_event(e hubd.event, was hubd.occurrence, actor bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    o hubd.occurrence := hubd.date_told(e.id);
BEGIN
    IF e.state <> 'draft' THEN
        PERFORM hubd.call_webhooks(e.hub_id, CASE e.state WHEN 'cancelled' THEN 'event.cancelled' ELSE 'event.changed' END, hubd.webhook_event(e));
    END IF;
    IF upper(o.during) <= hubd.present() OR e.state = 'draft' THEN
        RETURN;
    END IF;
    PERFORM hubd.mail(c.person, CASE e.state WHEN 'cancelled' THEN 'event-cancelled' ELSE 'event-changed' END, jsonb_strip_nulls(jsonb_build_object('event', e.id,
            'start', hubd.instant(lower(o.during)), 'by', hubd.name_of_other(c.person, actor))
        || CASE WHEN was.during <> o.during THEN jsonb_build_object('before', hubd.instant(lower(was.during)), 'before_local_start', hubd.wall(was.local_start),
            'before_local_end', hubd.wall(was.local_end)) ELSE '{}' END), e.hub_id, format('event:%s:%s', e.id, e.sequence))
    FROM hubd.concerned_by_event(e) AS c (person) WHERE c.person IS DISTINCT FROM actor;
END $$;

-- ---- reading, when it is sent (as hubd_network) ----

-- Where a booking is, in words. What may still change is not named.
CREATE OR REPLACE FUNCTION hubd.booking_where(b hubd.booking, language text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    place record;
BEGIN
    IF EXISTS (SELECT FROM hubd.booking_item AS i WHERE i.hub_id = b.hub_id AND i.booking_id = b.id AND i.is_provisional AND i.wanted IS NOT NULL) THEN
        RETURN hubd.say(language, 'Der Raum wird 24 Stunden vorher mitgeteilt', 'The room is told 24 hours before');
    END IF;
    SELECT names, s.name, s.street, s.postcode, s.city INTO place FROM hubd.feed_own_place(b, language) AS p LEFT JOIN hubd.site AS s ON s.hub_id = b.hub_id AND s.id = p.site_id;
    RETURN concat_ws(', ', place.names, nullif(place.name, ''), nullif(place.street, ''), nullif(concat_ws(' ', nullif(place.postcode, ''), nullif(place.city, '')), ''));
END $$;

-- One VEVENT of a calendar part (daemon/work/invitation.h). Of a date the zone is its series': RECURRENCE-ID is on that clock.
CREATE OR REPLACE FUNCTION hubd.booking_entry(b hubd.booking, title text, place text) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_strip_nulls(jsonb_build_object('uid', (b).uid, 'sequence', (b).sequence, 'revised', hubd.instant((b).revised_at), 'start', hubd.instant(lower((b).during)),
        'end', hubd.instant(upper((b).during)),
        'zone', coalesce((SELECT s.zone FROM hubd.series AS s WHERE s.hub_id = (b).hub_id AND s.id = (b).series_id), (b).zone), 'title', title, 'text', nullif((b).note, ''), 'location', place, 'state', (b).state,
        'recurrence_id', hubd.wall((b).recurrence_id)));

-- A booking in a mail: what, when, where, its page, and its calendar part: CANCEL where it is gone.
CREATE OR REPLACE FUNCTION hubd.booking_mail(booking bigint, language text, is_gone boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    b hubd.booking;
    place text;
    title text;
    is_cancel boolean;
BEGIN
    SELECT * INTO b FROM hubd.booking AS o WHERE o.id = booking;
    IF b.id IS NULL THEN
        RETURN NULL;
    END IF;
    is_cancel := is_gone OR b.state NOT IN ('confirmed', 'held');
    place := hubd.booking_where(b, language);
    title := coalesce(nullif(b.title, ''), (SELECT p.names FROM hubd.feed_own_place(b, language) AS p));
    RETURN jsonb_build_object('title', title, 'where', place, 'local_start', hubd.wall(b.local_start), 'local_end', hubd.wall(b.local_end), 'zone', b.zone,
        'url', '/me/bookings/' || b.id, 'state', b.state, 'calendar', jsonb_build_object('method', CASE WHEN is_cancel THEN 'CANCEL' ELSE 'REQUEST' END,
            'entries', jsonb_build_array(hubd.booking_entry(b, title, place))));
END $$;

-- A series in a mail: its rule with what it leaves out, and each date that differs as an override, at most two hundred.
CREATE OR REPLACE FUNCTION hubd.series_mail(series bigint, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    s hubd.series;
    first hubd.booking;
    overrides jsonb;
    place text;
    title text;
BEGIN
    SELECT * INTO s FROM hubd.series AS o WHERE o.id = series;
    SELECT * INTO first FROM hubd.booking AS b WHERE b.series_id = s.id ORDER BY b.state = 'cancelled', b.local_start = b.recurrence_id DESC, b.recurrence_id LIMIT 1;
    IF first.id IS NULL THEN
        RETURN NULL;
    END IF;
    place := hubd.booking_where(first, language);
    title := coalesce(nullif(s.title, ''), (SELECT p.names FROM hubd.feed_own_place(first, language) AS p));
    overrides := (SELECT coalesce(jsonb_agg(hubd.booking_entry(d, coalesce(nullif((d).title, ''), title), hubd.booking_where(d, language)) ORDER BY (d).recurrence_id), '[]') FROM (
        SELECT b AS d FROM hubd.booking AS b WHERE b.series_id = s.id AND b.state = 'confirmed' AND s.state = 'confirmed'
            AND (hubd.has_own_time(s, b) OR b.title <> s.title OR hubd.has_own_items(s, b)) ORDER BY b.recurrence_id LIMIT 200) AS differing);
    RETURN jsonb_build_object('title', title, 'where', place, 'zone', s.zone, 'local_start', hubd.wall(s.local_start),
        'local_end', hubd.wall(coalesce(s.local_end, s.local_start + s.duration)), 'url', '/me', 'repeats', s.rrule, 'calendar', jsonb_build_object(
            'method', CASE WHEN s.state = 'cancelled' THEN 'CANCEL' ELSE 'REQUEST' END,
            'entries', jsonb_build_array(hubd.series_entry(s, title, place)) || overrides));
END $$;

-- The master: DTSTART is the series' own, whether or not that date could be had.
CREATE OR REPLACE FUNCTION hubd.series_entry(s hubd.series, title text, place text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    starts timestamptz := s.local_start AT TIME ZONE s.zone;
BEGIN
    RETURN jsonb_strip_nulls(jsonb_build_object('uid', s.uid, 'sequence', s.sequence, 'revised', hubd.instant(s.revised_at), 'start', hubd.instant(starts),
        'end', hubd.instant(coalesce(s.local_end AT TIME ZONE s.zone, starts + s.duration)), 'zone', s.zone, 'title', title, 'text', nullif(s.note, ''), 'location', place,
        'state', s.state, 'rrule', nullif(s.rrule, ''), 'rdates', CASE WHEN s.rdates <> '{}' THEN hubd.walls(s.rdates) END,
        'exdates', CASE WHEN s.state = 'confirmed' THEN (SELECT jsonb_agg(hubd.wall(at) ORDER BY at) FROM unnest(hubd.series_left_out(s)) AS at) END));
END $$;

-- An event in a mail: for those who are concerned it stands in a feed already, so there is no calendar part.
CREATE OR REPLACE FUNCTION hubd.event_mail(event bigint, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('title', CASE WHEN language = 'en' AND e.title_en <> '' THEN e.title_en ELSE e.title END,
            'where', hubd.feed_location(e.place, r.names, s), 'local_start', hubd.wall(o.local_start), 'local_end', hubd.wall(o.local_end), 'zone', e.zone, 'is_all_day', e.is_all_day,
            'url', '/events/' || e.id)
        FROM hubd.event AS e CROSS JOIN LATERAL hubd.date_told(e.id) AS o
        CROSS JOIN LATERAL hubd.feed_rooms(e.hub_id, e.id, language) AS r LEFT JOIN hubd.site AS s ON s.hub_id = e.hub_id AND s.id = coalesce(e.site_id, r.site_id)
        WHERE e.id = event);
END $$;

-- All that a mail's template shows; NULL: what it is about is gone, or was overtaken by something that has a mail of its own.
CREATE OR REPLACE FUNCTION hubd.mail_data(kind text, data jsonb, language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    found jsonb;
BEGIN
    IF data ? 'booking' THEN
        found := hubd.booking_mail((data ->> 'booking')::bigint, language, coalesce((data ->> 'is_gone')::boolean, false));
        IF kind IN ('booking-confirmed', 'booking-moved', 'booking-told', 'reminder') AND found ->> 'state' <> 'confirmed' THEN
            RETURN NULL;
        ELSIF kind IN ('reminder', 'hold-expired') THEN
            found := found - 'calendar';
        END IF;
    ELSIF data ? 'series' THEN
        found := hubd.series_mail((data ->> 'series')::bigint, language);
    ELSIF data ? 'event' THEN
        found := hubd.event_mail((data ->> 'event')::bigint, language);
    ELSIF kind = 'digest' THEN
        found := jsonb_build_object('items', hubd.digest_items(data -> 'messages', language));
        IF jsonb_typeof(found -> 'items') <> 'array' THEN
            RETURN NULL;
        END IF;
    ELSE
        found := '{}';
    END IF;
    RETURN found || data;
END $$;
