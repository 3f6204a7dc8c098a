-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who changed what, from what to what. Triggers note it, so that no function can forget it; hubd.caller_person(caller, 'write') has left in
-- hubd.actor who writes. A booking that is refused is inserted and deleted again, so the making of one is noted by name, when it stands.

-- What changed nothing for anybody, and what must not be kept: secrets, and addresses and names of people, whom a number names.
CREATE OR REPLACE FUNCTION hubd.unaudited() RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN '{hub_id,id,revision,sequence,revised_at,created_at,uid,is_example,person_id,booked_by_id,decided_by_id,invited_by_id,granted_by_id,created_by_id,
        sha256,secret,bytes,mail,sentence,answer,language,expires_at,materialised_until,extended_to,used_at,source_hash,kept,local_start,local_end,made_at,
        follows_id,series_id,recurrence_id,unsubscribe,digested_on,mail_waiting,reminders}'::text[];

-- Owned by the tables' owner, who alone may insert: whoever may call it can add a row and do nothing else to it.
CREATE OR REPLACE FUNCTION hubd.note(hub bigint, thing text, id bigint, act text, person bigint, before jsonb, after jsonb, other bigint DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    actor text := nullif(current_setting('hubd.actor', true), '');
    who bigint := split_part(actor, ' ', 1);
BEGIN
    INSERT INTO hubd.audit (hub_id, actor_id, by, person_id, other_id, thing, thing_id, act, before, after, request)
    VALUES (coalesce(hub, (SELECT h.id FROM hubd.hub AS h WHERE h.is_network)), who,
        CASE session_user WHEN 'hubd_admin' THEN 'operator' WHEN 'hubd_serve' THEN 'person' ELSE 'service' END,
        nullif(person, who), other, thing, id, act, before, after, nullif(split_part(actor, ' ', 2), ''));
END $$;
ALTER FUNCTION hubd.note(bigint, text, bigint, text, bigint, jsonb, jsonb, bigint) OWNER TO hubd_owner;

-- The members of one document that the other has not, or has otherwise.
CREATE OR REPLACE FUNCTION hubd.differing(document jsonb, other jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(document) WHERE other -> key IS DISTINCT FROM value);

-- A row as the audit keeps it: without what is empty.
CREATE OR REPLACE FUNCTION hubd.audited(row_of jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(row_of - hubd.unaudited()) WHERE value NOT IN ('null', '""', '[]', '{}', 'false'));

-- hubd.unaudited is set while a person is erased, and while what is too old is ended: nothing of it may come in here.
-- TG_ARGV: what it is, the column that has its number, and what else is left out.
CREATE OR REPLACE FUNCTION hubd.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    one jsonb := coalesce(new_row, old_row);
    was jsonb := hubd.audited(old_row - coalesce(TG_ARGV[2], '{}')::text[]);
    becomes jsonb := hubd.audited(new_row - coalesce(TG_ARGV[2], '{}')::text[]);
    owner bigint := one ->> 'person_id';
    before_owner bigint := nullif((old_row ->> 'person_id')::bigint, owner);
    of_hub bigint := CASE WHEN TG_ARGV[0] = 'hub' THEN one ->> 'id' ELSE one ->> 'hub_id' END;
BEGIN
    -- With a hub its audit goes; that it went stands with what is of no hub.
    IF TG_OP = 'DELETE' AND of_hub IS NOT NULL AND NOT EXISTS (SELECT FROM hubd.hub AS h WHERE h.id = of_hub) THEN
        IF TG_ARGV[0] <> 'hub' THEN
            RETURN NULL;
        END IF;
        of_hub := NULL;
    END IF;
    IF current_setting('hubd.unaudited', true) = 'yes' OR (TG_OP <> 'UPDATE' AND (one ->> 'is_example')::boolean) OR (TG_OP = 'UPDATE' AND was IS NOT DISTINCT FROM becomes AND before_owner IS NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM hubd.note(of_hub, TG_ARGV[0], (one ->> TG_ARGV[1])::bigint,
        CASE TG_OP WHEN 'INSERT' THEN 'made' WHEN 'DELETE' THEN 'removed' ELSE 'changed' END, owner,
        CASE WHEN TG_OP = 'UPDATE' THEN hubd.differing(was, coalesce(becomes, '{}')) ELSE was END,
        CASE WHEN TG_OP = 'UPDATE' THEN hubd.differing(becomes, coalesce(was, '{}')) ELSE becomes END,
        coalesce(before_owner, (one ->> 'delegate_id')::bigint));
    RETURN NULL;
END $$;

-- The booking stands now, with what it is for.
CREATE OR REPLACE FUNCTION hubd.note_booking(b hubd.booking) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.note(b.hub_id, b.kind, b.id, 'made', b.person_id, NULL, jsonb_strip_nulls(jsonb_build_object('state', b.state, 'title', nullif(b.title, ''),
        'note', nullif(b.note, ''), 'during', b.during, 'organisation_id', b.organisation_id, 'team_id', b.team_id,
        'resources', (SELECT jsonb_agg(i.resource_id ORDER BY i.position) FROM hubd.booking_item AS i WHERE i.hub_id = b.hub_id AND i.booking_id = b.id))));
END $$;

-- What a booking that was there before is for now, or no longer.
CREATE OR REPLACE FUNCTION hubd.note_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    item hubd.booking_item := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    b hubd.booking;
BEGIN
    SELECT * INTO b FROM hubd.booking AS o WHERE o.hub_id = item.hub_id AND o.id = item.booking_id AND o.revision > 1;
    IF FOUND AND b.kind IN ('booking', 'closure') THEN
        PERFORM hubd.note(b.hub_id, b.kind, b.id, 'changed', b.person_id, CASE WHEN TG_OP = 'DELETE' THEN jsonb_build_object('resource_id', item.resource_id) END,
            CASE WHEN TG_OP <> 'DELETE' THEN jsonb_build_object('resource_id', item.resource_id) END);
    END IF;
    RETURN NULL;
END $$;

-- A trigger takes a lock that waits for writers, so it is made only where it is not yet.
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT * FROM (VALUES
        ('booking', 'UPDATE', 'OLD.kind IN (''booking'', ''closure'')', 'note_change(''booking'', ''id'')'),
        ('booking_item', 'INSERT OR DELETE', NULL, 'note_item()'),
        ('series', 'INSERT OR UPDATE', NULL, 'note_change(''series'', ''id'')'),
        ('event', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''event'', ''id'')'),
        ('occurrence', 'UPDATE', NULL, 'note_change(''event'', ''event_id'')'),
        ('event_resource', 'INSERT OR DELETE', NULL, 'note_change(''event'', ''event_id'')'),
        ('resource', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''resource'', ''id'')'),
        ('resource_photo', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''resource'', ''resource_id'')'),
        ('site', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''site'', ''id'')'),
        ('hub', 'UPDATE', NULL, 'note_change(''hub'', ''id'')'),
        ('membership', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''membership'', ''person_id'')'),
        ('day_pass', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''day-pass'', ''id'')'),
        ('join_request', 'INSERT OR UPDATE', NULL, 'note_change(''join-request'', ''id'', ''{name,note}'')'),
        ('invitation', 'INSERT OR UPDATE', NULL, 'note_change(''invitation'', ''id'', ''{name,note}'')'),
        ('person', 'UPDATE', '(OLD.is_operator, OLD.is_agency) IS DISTINCT FROM (NEW.is_operator, NEW.is_agency)', 'note_change(''person'', ''id'', ''{name,note}'')'),
        ('token', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''token'', ''id'')'),
        ('organisation', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''organisation'', ''id'')'),
        ('organisation_member', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''organisation'', ''organisation_id'')'),
        ('organisation_domain', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''organisation'', ''organisation_id'')'),
        ('mirror', 'INSERT OR DELETE', NULL, 'note_change(''mirror'', ''id'', ''{url,etag,last_modified,report,error,asked_at,fetched_at,changed_at}'')'),
        ('webhook', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''webhook'', ''id'')'),
        ('team', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''team'', ''id'')'),
        ('team_member', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''team'', ''team_id'')'),
        ('delegate', 'INSERT OR UPDATE OR DELETE', NULL, 'note_change(''delegate'', ''person_id'')')) AS wanted (of, events, condition, does)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = format('hubd.%I', t.of)::regclass AND g.tgname = 'audited') THEN
            EXECUTE format('CREATE TRIGGER audited AFTER %s ON hubd.%I FOR EACH ROW %s EXECUTE FUNCTION hubd.%s', t.events, t.of,
                'WHEN (' || t.condition || ')', t.does);
        END IF;
    END LOOP;
END $$;
