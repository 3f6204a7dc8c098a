-- SPDX-License-Identifier: GPL-3.0-or-later
-- Audit: who changed what, from what to what. Rows are only added, by hubd.note() (internal/12_audit.sql), in the transaction that changes.

CREATE TABLE hubd.audit (
    hub_id bigint NOT NULL REFERENCES hubd.hub ON DELETE CASCADE,
    id bigint NOT NULL DEFAULT nextval('hubd.id'),
    at timestamptz NOT NULL DEFAULT hubd.present(),
    actor_id bigint,
    by text NOT NULL CONSTRAINT audit_by_is_known CHECK (by IN ('person', 'operator', 'service')),
    person_id bigint,
    other_id bigint,
    thing text NOT NULL,
    thing_id bigint NOT NULL,
    act text NOT NULL CONSTRAINT audit_act_is_known CHECK (act IN ('made', 'changed', 'removed')),
    before jsonb,
    after jsonb,
    request text,
    PRIMARY KEY (hub_id, id)
);
COMMENT ON TABLE hubd.audit IS 'Append-only: nobody may change or delete a row but the functions that erase a person and end what is too old. People are named by number only.';
COMMENT ON COLUMN hubd.audit.hub_id IS 'The hub whose managers read it; the reserved hub "network" for what is of no hub.';
COMMENT ON COLUMN hubd.audit.actor_id IS 'Who did it; NULL: nobody (by says what did), or somebody who was erased.';
COMMENT ON COLUMN hubd.audit.person_id IS 'Whose it is: on behalf of whom it was done, where that is somebody else than who did it.';
COMMENT ON COLUMN hubd.audit.other_id IS 'Whom it concerns besides: whose it was before, a delegate.';
COMMENT ON COLUMN hubd.audit.before IS 'Only the members that changed.';
CREATE INDEX audit_by_thing ON hubd.audit (hub_id, thing_id, id);
CREATE INDEX audit_by_actor ON hubd.audit (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_by_person ON hubd.audit (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX audit_by_other ON hubd.audit (other_id) WHERE other_id IS NOT NULL;

ALTER TABLE hubd.audit OWNER TO hubd_owner;
GRANT SELECT ON hubd.audit TO hubd_api, hubd_network;
ALTER TABLE hubd.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE hubd.audit FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_hub ON hubd.audit TO hubd_api USING (hub_id = hubd.current_hub());
CREATE POLICY of_all_hubs ON hubd.audit TO hubd_network, hubd_owner USING (true);
GRANT EXECUTE ON FUNCTION hubd.present() TO hubd_owner;
