-- SPDX-License-Identifier: GPL-3.0-or-later
-- Webhooks: a hub's managers have hubd call an address of theirs when something happens at their hub.

CREATE TABLE hubd.webhook (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    url text NOT NULL CONSTRAINT webhook_url_is_bounded CHECK (length(url) BETWEEN 8 AND 2000),
    events text[] NOT NULL CONSTRAINT webhook_events_are_known CHECK (events <> '{}'
        AND events <@ '{booking.confirmed,booking.moved,booking.cancelled,event.created,event.changed,event.cancelled}'),
    secret text NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_by_id bigint REFERENCES hubd.person ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, id)
);
COMMENT ON COLUMN hubd.webhook.secret IS 'The key of the signatures, so as it is: the worker needs it. It was shown once.';

CREATE TABLE hubd.webhook_delivery (
    hub_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    webhook_id bigint NOT NULL,
    event text NOT NULL,
    body text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT webhook_delivery_state_is_known CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    status integer,
    answer text,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    ended_at timestamptz,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT webhook_delivery_has_a_webhook FOREIGN KEY (hub_id, webhook_id) REFERENCES hubd.webhook ON DELETE CASCADE
);
COMMENT ON TABLE hubd.webhook_delivery IS 'One thing that happened, for one webhook: with the same id and body in every attempt, so that a receiver knows what it has.';
CREATE INDEX webhook_delivery_by_webhook ON hubd.webhook_delivery (webhook_id, id DESC);
CREATE INDEX webhook_delivery_by_end ON hubd.webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['webhook', 'webhook_delivery'] LOOP
        EXECUTE format('ALTER TABLE hubd.%I OWNER TO hubd_owner', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON hubd.%I TO hubd_api, hubd_network', name);
        EXECUTE format('ALTER TABLE hubd.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE hubd.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_its_hub ON hubd.%I TO hubd_api USING (hub_id = hubd.current_hub())', name);
        EXECUTE format('CREATE POLICY of_all_hubs ON hubd.%I TO hubd_network, hubd_owner USING (true)', name);
    END LOOP;
END $$;
