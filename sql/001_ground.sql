-- SPDX-License-Identifier: GPL-3.0-or-later
-- The ground: places, people, bookings and claims, events, the job queue, changes.
-- Every tenant table leads with hub_id, in its key and in every constraint, so that the database can be sharded by hub.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA IF NOT EXISTS hubd;
CREATE SCHEMA IF NOT EXISTS api;
REVOKE ALL ON SCHEMA hubd, api FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA hubd GRANT EXECUTE ON FUNCTIONS TO hubd_api, hubd_network;

-- One sequence for all public numbers: an id names one thing, whatever its table.
CREATE SEQUENCE hubd.id;

-- What every api function returns: an HTTP status, a JSON document, an entity tag's text, an address.
CREATE TYPE api.reply AS (status integer, body text, revision text, location text);

CREATE TABLE hubd.clock (
    only_one boolean PRIMARY KEY DEFAULT true CONSTRAINT clock_is_one_row CHECK (only_one),
    ahead interval NOT NULL DEFAULT '0'
);
COMMENT ON TABLE hubd.clock IS 'How far hubd.present() is ahead of the server''s clock: only tests change it.';
INSERT INTO hubd.clock DEFAULT VALUES;

-- In plpgsql because a SQL function with a subquery would be planned anew in every statement.
CREATE FUNCTION hubd.present() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN pg_catalog.now() + (SELECT ahead FROM hubd.clock);
END $$;
COMMENT ON FUNCTION hubd.present() IS 'The one source of time in SQL.';

CREATE TABLE hubd.topic (
    slug text PRIMARY KEY CONSTRAINT topic_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name_de text NOT NULL,
    name_en text NOT NULL
);

CREATE TABLE hubd.hub (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    slug text NOT NULL CONSTRAINT hub_slug_is_unique UNIQUE CONSTRAINT hub_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text NOT NULL,
    about_de text NOT NULL DEFAULT '',
    about_en text NOT NULL DEFAULT '',
    topics text[] NOT NULL DEFAULT '{}',
    zone text NOT NULL DEFAULT 'Europe/Berlin',
    color text CONSTRAINT hub_color_is_hex CHECK (color ~ '^#[0-9a-f]{6}$'),
    url text,
    is_network boolean NOT NULL DEFAULT false,
    is_example boolean NOT NULL DEFAULT false,
    revision bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT hubd.present()
);
COMMENT ON COLUMN hubd.hub.is_network IS 'The reserved hub "network": home of person units, in no list.';
INSERT INTO hubd.hub (slug, name, is_network) VALUES ('network', 'network', true);

CREATE TABLE hubd.site (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    slug text NOT NULL CONSTRAINT site_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text NOT NULL,
    street text NOT NULL DEFAULT '',
    postcode text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    land text NOT NULL DEFAULT '' CONSTRAINT site_land_is_iso_3166_2 CHECK (land = '' OR land ~ '^DE-[A-Z]{2}$'),
    latitude double precision CONSTRAINT site_latitude_is_on_earth CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision CONSTRAINT site_longitude_is_on_earth CHECK (longitude BETWEEN -180 AND 180),
    zone text NOT NULL DEFAULT 'Europe/Berlin',
    opening_hours jsonb NOT NULL DEFAULT '[]',
    is_example boolean NOT NULL DEFAULT false,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT site_slug_is_unique UNIQUE (hub_id, slug)
);
COMMENT ON COLUMN hubd.site.opening_hours IS 'A list of {"days":[1..7, Monday is 1], "opens":"08:00", "closes":"22:00"}, wall clock of the site.';

CREATE TABLE hubd.resource (
    hub_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    site_id bigint NOT NULL,
    slug text NOT NULL CONSTRAINT resource_slug_is_plain CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    kind text NOT NULL CONSTRAINT resource_kind_is_known CHECK (kind IN ('room', 'desk', 'machine', 'equipment', 'table')),
    name_de text NOT NULL,
    name_en text NOT NULL,
    about_de text NOT NULL DEFAULT '',
    about_en text NOT NULL DEFAULT '',
    capacity integer NOT NULL DEFAULT 1 CONSTRAINT resource_capacity_is_positive CHECK (capacity > 0),
    features text[] NOT NULL DEFAULT '{}',
    is_pool boolean NOT NULL DEFAULT false,
    is_bookable boolean NOT NULL DEFAULT true,
    is_example boolean NOT NULL DEFAULT false,
    aliases text[] NOT NULL DEFAULT '{}',
    position integer NOT NULL DEFAULT 0,
    revision bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, id),
    CONSTRAINT resource_slug_is_unique UNIQUE (hub_id, slug),
    CONSTRAINT resource_has_a_site FOREIGN KEY (hub_id, site_id) REFERENCES hubd.site ON DELETE CASCADE
);
COMMENT ON COLUMN hubd.resource.is_pool IS 'Its units are equal and interchangeable: a booking wants a number of them, not all.';
COMMENT ON COLUMN hubd.resource.aliases IS 'Names under which imported programmes know the room, as they stand in the file.';

CREATE TABLE hubd.unit (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    name text NOT NULL,
    pool_id bigint,
    setup interval NOT NULL DEFAULT '0' CONSTRAINT unit_setup_is_bounded CHECK (setup >= '0' AND setup <= '1 day'),
    turnover interval NOT NULL DEFAULT '0' CONSTRAINT unit_turnover_is_bounded CHECK (turnover >= '0' AND turnover <= '1 day'),
    PRIMARY KEY (hub_id, id),
    CONSTRAINT unit_is_in_its_pool FOREIGN KEY (hub_id, pool_id) REFERENCES hubd.resource ON DELETE CASCADE
);
CREATE INDEX unit_by_pool ON hubd.unit (hub_id, pool_id) WHERE pool_id IS NOT NULL;
COMMENT ON TABLE hubd.unit IS 'The smallest thing that only one party can have at a time.';
COMMENT ON COLUMN hubd.unit.pool_id IS 'The pool whose lock all writers take; NULL: the unit is locked itself.';

CREATE TABLE hubd.resource_unit (
    hub_id bigint NOT NULL,
    resource_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    PRIMARY KEY (hub_id, resource_id, unit_id),
    CONSTRAINT resource_unit_has_a_resource FOREIGN KEY (hub_id, resource_id) REFERENCES hubd.resource ON DELETE CASCADE,
    CONSTRAINT resource_unit_has_a_unit FOREIGN KEY (hub_id, unit_id) REFERENCES hubd.unit ON DELETE CASCADE
);
COMMENT ON TABLE hubd.resource_unit IS 'A hall that divides into A and B consists of the units of both, at any depth: only units are stored.';
CREATE INDEX resource_unit_by_unit ON hubd.resource_unit (unit_id);

CREATE TABLE hubd.organisation (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    slug text NOT NULL CONSTRAINT organisation_slug_is_unique UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT organisation_kind_is_known
        CHECK (kind IN ('startup', 'sme', 'corporate', 'university', 'investor', 'public')),
    created_at timestamptz NOT NULL DEFAULT hubd.present()
);

CREATE TABLE hubd.person (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    mail text NOT NULL CONSTRAINT person_mail_has_an_at CHECK (mail LIKE '%_@_%'),
    name text NOT NULL,
    language text NOT NULL DEFAULT 'de' CONSTRAINT person_language_is_known CHECK (language IN ('de', 'en')),
    organisation_id bigint REFERENCES hubd.organisation,
    is_operator boolean NOT NULL DEFAULT false,
    is_agency boolean NOT NULL DEFAULT false,
    is_example boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT hubd.present()
);
CREATE UNIQUE INDEX person_mail_is_unique ON hubd.person (lower(mail));

CREATE TABLE hubd.membership (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    role text NOT NULL CONSTRAINT membership_role_is_known CHECK (role IN ('member', 'trainer', 'manager')),
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, person_id, role)
);
CREATE INDEX membership_by_person ON hubd.membership (person_id);

CREATE TABLE hubd.token (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    person_id bigint NOT NULL REFERENCES hubd.person ON DELETE CASCADE,
    sha256 text NOT NULL CONSTRAINT token_is_unique UNIQUE CONSTRAINT token_is_a_hash CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name text NOT NULL,
    scopes text[] NOT NULL DEFAULT '{read,write}' CONSTRAINT token_scopes_are_known CHECK (scopes <@ '{read,write,feed,calendar}'),
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    expires_at timestamptz,
    revoked_at timestamptz,
    used_at timestamptz
);
COMMENT ON TABLE hubd.token IS 'Only the SHA-256 of a token is stored; the token was shown once.';

CREATE TABLE hubd.booking (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    kind text NOT NULL DEFAULT 'booking' CONSTRAINT booking_kind_is_known CHECK (kind IN ('booking', 'event', 'closure', 'meeting')),
    state text NOT NULL CONSTRAINT booking_state_is_known CHECK (state IN ('held', 'confirmed', 'cancelled', 'expired', 'unplaced')),
    title text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    person_id bigint REFERENCES hubd.person,
    organisation_id bigint REFERENCES hubd.organisation,
    during tstzrange NOT NULL,
    local_start timestamp NOT NULL,
    local_end timestamp NOT NULL,
    zone text NOT NULL,
    expires_at timestamptz,
    uid text NOT NULL,
    sequence integer NOT NULL DEFAULT 0,
    revision bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    revised_at timestamptz NOT NULL DEFAULT hubd.present(),
    cancelled_at timestamptz,
    is_example boolean NOT NULL DEFAULT false,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT booking_uid_is_unique UNIQUE (hub_id, uid),
    CONSTRAINT booking_during_is_a_span CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during) AND NOT upper_inf(during)
        AND isfinite(lower(during)) AND isfinite(upper(during)) AND upper(during) - lower(during) <= interval '400 days'),
    CONSTRAINT booking_held_expires CHECK ((state = 'held') <= (expires_at IS NOT NULL)),
    CONSTRAINT booking_cancelled_says_when CHECK ((state = 'cancelled') <= (cancelled_at IS NOT NULL))
);
COMMENT ON TABLE hubd.booking IS 'Whoever claims units: a person''s booking, an event''s rooms, a closure, a meeting. A hold is a booking in state held.';
COMMENT ON COLUMN hubd.booking.local_start IS 'What was meant, on the wall clock of zone; during is what that is in UTC.';
CREATE INDEX booking_by_person ON hubd.booking (person_id, lower(during)) WHERE person_id IS NOT NULL;
CREATE INDEX booking_by_start ON hubd.booking (hub_id, lower(during));
CREATE INDEX booking_that_expires ON hubd.booking (expires_at) WHERE state = 'held';
CREATE INDEX booking_by_id ON hubd.booking (id);

CREATE TABLE hubd.booking_item (
    hub_id bigint NOT NULL,
    booking_id bigint NOT NULL,
    position integer NOT NULL,
    resource_id bigint NOT NULL,
    wanted jsonb,
    count integer NOT NULL DEFAULT 1 CONSTRAINT booking_item_count_is_bounded CHECK (count BETWEEN 1 AND 1000),
    pinned_unit_ids bigint[] NOT NULL DEFAULT '{}',
    is_provisional boolean NOT NULL DEFAULT false,
    told_at timestamptz,
    PRIMARY KEY (hub_id, booking_id, position),
    CONSTRAINT booking_item_has_a_booking FOREIGN KEY (hub_id, booking_id) REFERENCES hubd.booking ON DELETE CASCADE,
    CONSTRAINT booking_item_has_a_resource FOREIGN KEY (hub_id, resource_id) REFERENCES hubd.resource
);
COMMENT ON COLUMN hubd.booking_item.wanted IS 'A flexible wish {"kind", "capacity", "features", "site_id"}: resource_id is then the present answer to it.';
COMMENT ON COLUMN hubd.booking_item.is_provisional IS 'The units (of a pool) or the resource (of a wish) may still change; told at T-24 h.';
-- Without hub_id: on a young table the planner would take an index that leads with it for the key's.
CREATE INDEX booking_item_by_resource ON hubd.booking_item (resource_id);

CREATE TABLE hubd.claim (
    hub_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    unit_id bigint NOT NULL,
    during tstzrange NOT NULL,
    lane int4range NOT NULL,
    party bigint NOT NULL,
    booking_hub_id bigint NOT NULL,
    booking_id bigint NOT NULL,
    item integer NOT NULL,
    is_provisional boolean NOT NULL DEFAULT false,
    expires_at timestamptz,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT claim_has_a_unit FOREIGN KEY (hub_id, unit_id) REFERENCES hubd.unit,
    CONSTRAINT claim_has_a_booking FOREIGN KEY (booking_hub_id, booking_id) REFERENCES hubd.booking ON DELETE CASCADE,
    CONSTRAINT claim_during_is_a_span CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during) AND NOT upper_inf(during)
        AND isfinite(lower(during)) AND isfinite(upper(during)) AND upper(during) - lower(during) <= interval '402 days'),
    CONSTRAINT claim_lane_is_known CHECK (lane IN ('[9,10)', '[0,2)', '[0,1)', '[1,2)')),
    CONSTRAINT claim_excludes EXCLUDE USING gist
        (hub_id WITH =, unit_id WITH =, during WITH &&, lane WITH &&, party WITH <>)
);
COMMENT ON TABLE hubd.claim IS 'The only judge of conflicts. A row exists only while it blocks. hub_id is the unit''s home.';
COMMENT ON COLUMN hubd.claim.lane IS '[9,10) the hard row; where the unit has buffers also [0,2) core, [0,1) setup, [1,2) turnover: the gap between two parties is max(turnover, setup).';
COMMENT ON COLUMN hubd.claim.party IS 'The row''s own id for a hard row (nobody overlaps it, not even the same booking); the booking for the others.';
CREATE INDEX claim_by_booking ON hubd.claim (booking_hub_id, booking_id);
CREATE INDEX claim_that_expires ON hubd.claim (expires_at) WHERE expires_at IS NOT NULL;

-- What the re-arranger juggles with: a demand wants one of its variants, a variant is a set of units.
CREATE TYPE hubd.demand AS (n integer, booking_id bigint, item integer, during tstzrange, pool_id bigint, wanted jsonb,
    unit_ids bigint[], setup interval, turnover interval, is_new boolean);
CREATE TYPE hubd.variant AS (n integer, demand integer, resource_id bigint, unit_ids bigint[], setups interval[], turnovers interval[]);
-- One item of a request with its names looked up: what is wanted of which resource. units: those that are pinned.
CREATE TYPE hubd.item AS (place integer, named text, resource_id bigint, is_pool boolean, is_bookable boolean, count integer,
    units bigint[], wanted jsonb, site text);
-- What became of one booking: reason NULL | slot-taken | none-exists | none-found.
CREATE TYPE hubd.placing AS (booking_id bigint, is_placed boolean, reason text, conflicts jsonb);

CREATE TABLE hubd.import_source (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    name text NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (hub_id, id),
    CONSTRAINT import_source_name_is_unique UNIQUE (hub_id, name)
);

CREATE TABLE hubd.event (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    uid text NOT NULL,
    sequence integer NOT NULL DEFAULT 0,
    state text NOT NULL CONSTRAINT event_state_is_known CHECK (state IN ('draft', 'tentative', 'confirmed', 'cancelled')),
    title text NOT NULL,
    title_en text NOT NULL DEFAULT '',
    text text NOT NULL DEFAULT '',
    text_en text NOT NULL DEFAULT '',
    topics text[] NOT NULL DEFAULT '{}',
    categories text[] NOT NULL DEFAULT '{}',
    audience text NOT NULL DEFAULT 'public' CONSTRAINT event_audience_is_known CHECK (audience IN ('public', 'members', 'invited')),
    speakers text[] NOT NULL DEFAULT '{}',
    organiser text NOT NULL DEFAULT '',
    place text NOT NULL DEFAULT '',
    site_id bigint,
    online_url text,
    url text,
    image_url text,
    price text NOT NULL DEFAULT '',
    is_all_day boolean NOT NULL DEFAULT false,
    zone text NOT NULL,
    kept text NOT NULL DEFAULT '',
    source_id bigint,
    source_hash text,
    person_id bigint REFERENCES hubd.person,
    revision bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    revised_at timestamptz NOT NULL DEFAULT hubd.present(),
    cancelled_at timestamptz,
    is_example boolean NOT NULL DEFAULT false,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT event_uid_is_unique UNIQUE (hub_id, uid),
    CONSTRAINT event_has_a_source FOREIGN KEY (hub_id, source_id) REFERENCES hubd.import_source,
    CONSTRAINT event_has_a_site FOREIGN KEY (hub_id, site_id) REFERENCES hubd.site,
    CONSTRAINT event_cancelled_says_when CHECK ((state = 'cancelled') <= (cancelled_at IS NOT NULL))
);
COMMENT ON COLUMN hubd.event.title IS 'German, or the language it was written in; title_en is empty where there is no translation.';
COMMENT ON COLUMN hubd.event.place IS 'The place as text, when no site or room says it (imports keep their LOCATION here).';
COMMENT ON COLUMN hubd.event.kept IS 'Content lines of an import that hubd does not interpret, as they came, for export.';
COMMENT ON COLUMN hubd.event.source_hash IS 'SHA-256 of the entry as imported: the same entry again changes nothing.';
CREATE INDEX event_by_id ON hubd.event (id);
CREATE INDEX event_by_topic ON hubd.event USING gin (topics);
CREATE INDEX event_by_source ON hubd.event (hub_id, source_id) WHERE source_id IS NOT NULL;

CREATE TABLE hubd.occurrence (
    hub_id bigint NOT NULL,
    event_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    recurrence_id timestamp,
    during tstzrange NOT NULL,
    local_start timestamp NOT NULL,
    local_end timestamp NOT NULL,
    state text NOT NULL CONSTRAINT occurrence_state_is_known CHECK (state IN ('confirmed', 'cancelled')),
    is_unplaced boolean NOT NULL DEFAULT false,
    booking_id bigint,
    PRIMARY KEY (hub_id, id),
    CONSTRAINT occurrence_has_an_event FOREIGN KEY (hub_id, event_id) REFERENCES hubd.event ON DELETE CASCADE,
    CONSTRAINT occurrence_has_its_booking FOREIGN KEY (hub_id, booking_id) REFERENCES hubd.booking,
    CONSTRAINT occurrence_during_is_bounded CHECK (lower_inc(during) AND NOT upper_inf(during) AND isfinite(lower(during)) AND isfinite(upper(during)))
);
COMMENT ON TABLE hubd.occurrence IS 'One date of an event. A single event has exactly one, with recurrence_id NULL.';
COMMENT ON COLUMN hubd.occurrence.during IS 'An instant (an event without an end) is [t,t].';
COMMENT ON COLUMN hubd.occurrence.is_unplaced IS 'Its rooms could not be claimed: it is listed and published, but blocks nothing.';
CREATE UNIQUE INDEX occurrence_is_unique ON hubd.occurrence (hub_id, event_id, coalesce(recurrence_id, '-infinity'));
CREATE INDEX occurrence_by_booking ON hubd.occurrence (hub_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX occurrence_by_start ON hubd.occurrence (hub_id, lower(during));

CREATE TABLE hubd.event_resource (
    hub_id bigint NOT NULL,
    event_id bigint NOT NULL,
    resource_id bigint NOT NULL,
    PRIMARY KEY (hub_id, event_id, resource_id),
    CONSTRAINT event_resource_has_an_event FOREIGN KEY (hub_id, event_id) REFERENCES hubd.event ON DELETE CASCADE,
    CONSTRAINT event_resource_has_a_resource FOREIGN KEY (hub_id, resource_id) REFERENCES hubd.resource
);
COMMENT ON TABLE hubd.event_resource IS 'The rooms and equipment that an event wants; what it has is its bookings'' claims.';
CREATE INDEX event_resource_by_resource ON hubd.event_resource (hub_id, resource_id);

-- One entry of a feed, whatever it is made of, so that every kind of feed has the same columns. Instants in seconds since 1970.
CREATE TYPE hubd.feed_entry AS (id bigint, version bigint, is_known boolean, uid text, sequence integer, revised bigint,
    created bigint, start bigint, "end" bigint, local_start bigint, local_end bigint, is_all_day boolean, zone text, state text,
    title text, text text, location text, latitude double precision, longitude double precision, categories text,
    hub_name text, hub text, event bigint, speakers text, organiser text, price text, url text, online_url text,
    image_url text, blocks boolean);

CREATE TABLE hubd.idempotency (
    principal text NOT NULL,
    key text NOT NULL,
    hash text NOT NULL,
    reply api.reply,
    created_at timestamptz NOT NULL DEFAULT hubd.present(),
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_by_age ON hubd.idempotency (created_at);

CREATE TABLE hubd.refusal (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    at timestamptz NOT NULL DEFAULT hubd.present(),
    person_id bigint REFERENCES hubd.person ON DELETE SET NULL,
    problem text NOT NULL,
    wish jsonb NOT NULL,
    PRIMARY KEY (hub_id, id)
);
COMMENT ON TABLE hubd.refusal IS 'Unmet demand: what was wished and why it was refused.';

CREATE TABLE hubd.job (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    kind text NOT NULL,
    key text NOT NULL,
    input jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT job_state_is_known CHECK (state IN ('waiting', 'running', 'failed')),
    run_at timestamptz NOT NULL DEFAULT hubd.present(),
    attempts integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    error text,
    created_at timestamptz NOT NULL DEFAULT hubd.present()
);
COMMENT ON TABLE hubd.job IS 'What happens by the clock or leaves the machine. A job that is done is deleted; one that failed for good is set aside.';
COMMENT ON COLUMN hubd.job.key IS 'The same kind and key is queued once.';
CREATE UNIQUE INDEX job_is_queued_once ON hubd.job (kind, key) WHERE state <> 'failed';
CREATE INDEX job_that_is_due ON hubd.job (run_at) WHERE state <> 'failed';

CREATE TABLE hubd.change (
    id bigint PRIMARY KEY DEFAULT nextval('hubd.id'),
    scope text NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT hubd.present()
);
COMMENT ON TABLE hubd.change IS 'Insert-only: which feeds a transaction changed. scope: all | hub:ID | topic:SLUG | resource:ID | event:ID | person:ID.';
CREATE INDEX change_by_xid ON hubd.change (xid);
CREATE INDEX change_by_scope ON hubd.change (scope, at DESC);

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'hubd'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE hubd.%I OWNER TO hubd_owner', name);
    END LOOP;
END $$;
ALTER SEQUENCE hubd.id OWNER TO hubd_owner;
ALTER SCHEMA hubd OWNER TO hubd_owner;
ALTER SCHEMA api OWNER TO hubd_owner;
GRANT USAGE, CREATE ON SCHEMA api, hubd TO hubd_api, hubd_network;
GRANT USAGE ON SCHEMA api TO hubd_serve, hubd_work, hubd_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hubd TO hubd_api, hubd_network;
REVOKE INSERT, UPDATE, DELETE ON hubd.clock FROM hubd_api, hubd_network;
GRANT USAGE ON SEQUENCE hubd.id TO hubd_api, hubd_network;

-- The second fence. Functions of hubd_api name the hub they act for with hubd.enter_hub(); rows of another hub are not there for
-- them. hubd_network crosses hubs. claim may be read by all (it holds no personal data, and range operators are
-- not leakproof, so a fence would cost its index) but is written only inside the fence.
CREATE FUNCTION hubd.current_hub() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('hubd.hub', true), '')::bigint;
CREATE FUNCTION hubd.enter_hub(hub_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('hubd.hub', hub_id::text, true);
END $$;

DO $$
DECLARE
    fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['site', 'resource', 'unit', 'resource_unit', 'membership', 'booking', 'booking_item', 'claim',
        'import_source', 'event', 'occurrence', 'event_resource', 'refusal']
    LOOP
        EXECUTE format('ALTER TABLE hubd.%I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('ALTER TABLE hubd.%I FORCE ROW LEVEL SECURITY', fenced);
        EXECUTE format('CREATE POLICY of_its_hub ON hubd.%I TO hubd_api USING (hub_id = hubd.current_hub())', fenced);
        EXECUTE format('CREATE POLICY of_all_hubs ON hubd.%I TO hubd_network, hubd_owner USING (true)', fenced);
    END LOOP;
END $$;
CREATE POLICY readable_by_all ON hubd.claim FOR SELECT TO hubd_api USING (true);
