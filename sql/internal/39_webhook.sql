-- SPDX-License-Identifier: GPL-3.0-or-later
-- Webhooks: who may have them, what they are told, and what becomes of a delivery.

-- Writes what happened for every webhook of the hub that wants it, in the transaction that causes it, and the jobs that deliver it. subject: a document
-- without anything about people but what their hub knows anyway.
CREATE OR REPLACE FUNCTION hubd.call_webhooks(hub bigint, event text, subject jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    w record;
    delivery bigint;
BEGIN
    FOR w IN SELECT o.id FROM hubd.webhook AS o WHERE o.hub_id = hub AND o.is_active AND event = ANY (o.events) ORDER BY o.id LOOP
        delivery := nextval('hubd.id');
        INSERT INTO hubd.webhook_delivery (hub_id, id, webhook_id, event, body)
        VALUES (hub, delivery, w.id, event, jsonb_build_object('id', delivery, 'event', event, 'at', hubd.instant(hubd.present()), 'hub', (SELECT h.slug FROM hubd.hub AS h WHERE h.id = hub))
            || subject);
        PERFORM hubd.queue('webhook', delivery::text, '{}', hubd.present() + interval '1 second');
    END LOOP;
END $$;

-- Computed only where a webhook wants it: most hubs have none.
CREATE OR REPLACE FUNCTION hubd.has_webhook(hub bigint, event text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM hubd.webhook AS w WHERE w.hub_id = hub AND w.is_active AND event = ANY (w.events));
END $$;

CREATE OR REPLACE FUNCTION hubd.webhook_booking(b hubd.booking) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN jsonb_build_object('booking', jsonb_build_object('id', b.id, 'kind', b.kind, 'state', b.state, 'title', b.title, 'start', hubd.instant(lower(b.during)),
        'end', hubd.instant(upper(b.during)), 'uid', b.uid, 'sequence', b.sequence, 'revision', b.revision::text, 'resources',
        (SELECT coalesce(jsonb_agg(r.slug ORDER BY i.position), '[]') FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
            WHERE i.hub_id = b.hub_id AND i.booking_id = b.id AND NOT (i.is_provisional AND i.wanted IS NOT NULL))));
END $$;

CREATE OR REPLACE FUNCTION hubd.webhook_event(e hubd.event) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('event_id', (e).id, 'state', (e).state, 'title', (e).title, 'uid', (e).uid, 'sequence', (e).sequence, 'revision', (e).revision::text);

-- ---- its managers ----

CREATE OR REPLACE FUNCTION hubd.webhook_document(w hubd.webhook) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', (w).id, 'hub', (SELECT h.slug FROM hubd.hub AS h WHERE h.id = (w).hub_id), 'url', (w).url, 'events', to_jsonb((w).events),
        'active', (w).is_active, 'created', hubd.instant((w).created_at));

CREATE OR REPLACE FUNCTION hubd.delivery_document(d hubd.webhook_delivery) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', (d).id, 'event', (d).event, 'state', (d).state, 'attempts', (d).attempts, 'status', (d).status, 'answer', (d).answer,
        'created', hubd.instant((d).created_at), 'ended', hubd.instant((d).ended_at), 'body', (d).body::jsonb);

-- Through the fence, for the number alone.
CREATE OR REPLACE FUNCTION hubd.hub_of_webhook(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN (SELECT w.hub_id FROM hubd.webhook AS w WHERE w.id = wanted);
END $$;
ALTER FUNCTION hubd.hub_of_webhook(bigint) OWNER TO hubd_network;

-- Enters the hub for one of its managers; else why not. A webhook of a hub that one does not manage is not there.
CREATE OR REPLACE FUNCTION hubd.webhook_refusal(caller jsonb, scope text, hub bigint, is_named boolean) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    person bigint := hubd.caller_person(caller, scope);
BEGIN
    IF person IS NULL THEN
        RETURN CASE scope WHEN 'write' THEN hubd.problem_no_writer(caller) ELSE hubd.problem_sign_in(caller) END;
    ELSIF hub IS NOT NULL THEN
        PERFORM hubd.enter_hub(hub);
        IF hubd.has_role(person, hub, 'manager') THEN
            RETURN NULL;
        ELSIF NOT is_named THEN
            RETURN hubd.problem_not_allowed(caller, 'Webhooks richten die Hub-Manager ein.', 'Hub managers set up webhooks.');
        END IF;
    END IF;
    RETURN hubd.problem_not_found(caller, 'Diesen Hub oder Webhook gibt es für Sie nicht.', 'For you there is no such hub or webhook.');
END $$;

-- What is wrong with the address or the events. Whether the address is public is judged when it is called, since names change.
CREATE OR REPLACE FUNCTION hubd.problem_of_webhook(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
DECLARE
    known text[] := '{booking.confirmed,booking.moved,booking.cancelled,event.created,event.changed,event.cancelled}';
BEGIN
    IF input ? 'url' AND (input ->> 'url') !~ '^https?://[^/@[:space:]]+(/[^[:space:]]*)?$' THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/url', 'Die Adresse beginnt mit https:// und enthält keinen Namen und kein Passwort.',
            'The address begins with https:// and holds no name and no password.');
    ELSIF input ? 'events' AND NOT (hubd.texts(input -> 'events') <@ known AND hubd.texts(input -> 'events') <> '{}') THEN
        RETURN hubd.problem_unprocessable(caller, 'malformed-value', '/events', format('Es gibt: %s.', array_to_string(known, ', ')), format('There are: %s.', array_to_string(known, ', ')));
    END IF;
    RETURN NULL;
END $$;

-- {hub, url, events}. The secret that signs is in this answer and nowhere else; at most ten a hub.
CREATE OR REPLACE FUNCTION hubd.make_webhook(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    refusal api.reply := hubd.webhook_refusal(caller, 'write', hubd.hub_of(input ->> 'hub'), false);
    w hubd.webhook;
BEGIN
    IF refusal.status IS NULL THEN
        refusal := hubd.problem_of_webhook(caller, input);
    END IF;
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    ELSIF (SELECT count(*) FROM hubd.webhook AS o WHERE o.hub_id = hubd.current_hub()) >= 10 THEN
        RETURN hubd.problem_conflict(caller, 'too-many-webhooks', 'Ein Hub hat höchstens zehn Webhooks: bitte erst einen löschen.', 'A hub has ten webhooks at most: please delete one first.');
    END IF;
    INSERT INTO hubd.webhook (hub_id, url, events, secret, created_by_id)
    VALUES (hubd.current_hub(), input ->> 'url', hubd.texts(input -> 'events'), replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), person) RETURNING * INTO w;
    RETURN hubd.made(201, hubd.webhook_document(w) || jsonb_build_object('secret', w.secret));
END $$;

-- {id, url, events, active}.
CREATE OR REPLACE FUNCTION hubd.change_webhook(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    refusal api.reply := hubd.webhook_refusal(caller, 'write', hubd.hub_of_webhook((input ->> 'id')::bigint), true);
    w hubd.webhook;
BEGIN
    IF refusal.status IS NULL THEN
        refusal := hubd.problem_of_webhook(caller, input);
    END IF;
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    UPDATE hubd.webhook AS o SET url = coalesce(input ->> 'url', o.url), is_active = coalesce((input ->> 'active')::boolean, o.is_active),
        events = CASE WHEN input ? 'events' THEN hubd.texts(input -> 'events') ELSE o.events END
        WHERE o.hub_id = hubd.current_hub() AND o.id = (input ->> 'id')::bigint RETURNING * INTO w;
    RETURN hubd.made(200, hubd.webhook_document(w));
END $$;

CREATE OR REPLACE FUNCTION hubd.remove_webhook(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    refusal api.reply := hubd.webhook_refusal(caller, 'write', hubd.hub_of_webhook((input ->> 'id')::bigint), true);
    w hubd.webhook;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    DELETE FROM hubd.webhook AS o WHERE o.hub_id = hubd.current_hub() AND o.id = (input ->> 'id')::bigint RETURNING * INTO w;
    RETURN hubd.made(200, hubd.webhook_document(w));
END $$;

-- {id, delivery}: sent again, with the same id and body.
CREATE OR REPLACE FUNCTION hubd.replay_delivery(caller jsonb, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    refusal api.reply := hubd.webhook_refusal(caller, 'write', hubd.hub_of_webhook((input ->> 'id')::bigint), true);
    d hubd.webhook_delivery;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    UPDATE hubd.webhook_delivery AS o SET state = 'waiting', attempts = 0, ended_at = NULL
        WHERE o.hub_id = hubd.current_hub() AND o.webhook_id = (input ->> 'id')::bigint AND o.id::text = input ->> 'delivery' RETURNING * INTO d;
    IF d.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diese Zustellung gibt es nicht.', 'There is no such delivery.');
    END IF;
    PERFORM hubd.queue('webhook', d.id::text);
    RETURN hubd.made(200, hubd.delivery_document(d));
END $$;

-- What the page shows: the hub, its webhooks, and of each the last deliveries without what was sent.
CREATE OR REPLACE FUNCTION hubd.manage_webhooks(language text, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    most CONSTANT integer := 10;
BEGIN
    RETURN (SELECT jsonb_build_object('hub', hubd.hub_document(language, h), 'webhooks',
            (SELECT coalesce(jsonb_agg(hubd.webhook_document(w) || jsonb_build_object('deliveries',
                (SELECT coalesce(jsonb_agg(hubd.delivery_document(d) - 'body' ORDER BY d.id DESC), '[]') FROM (SELECT o.* FROM hubd.webhook_delivery AS o
                    WHERE o.hub_id = hub AND o.webhook_id = w.id ORDER BY o.id DESC LIMIT most) AS d)) ORDER BY w.id), '[]')
                FROM hubd.webhook AS w WHERE w.hub_id = hub))
        FROM hubd.hub AS h WHERE h.id = hub);
END $$;

-- ---- the worker (as hubd_network) ----

CREATE OR REPLACE FUNCTION hubd.compact_webhooks() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM hubd.webhook_delivery AS d WHERE d.ended_at < hubd.present() - hubd.kept_for('webhook-deliveries');
END $$;
