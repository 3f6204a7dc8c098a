-- SPDX-License-Identifier: GPL-3.0-or-later
-- Jobs that are pure SQL, and what recurs. All hubs are theirs: the api functions that call them belong to hubd_network.

-- How long after a recurring job its next run is due; NULL: the kind does not recur.
CREATE OR REPLACE FUNCTION hubd.recurs_after(kind text) RETURNS interval LANGUAGE sql IMMUTABLE
    RETURN CASE kind
        WHEN 'expire-holds' THEN interval '1 minute'
        WHEN 'tell-provisional' THEN interval '1 minute'
        WHEN 'remind' THEN interval '1 minute'
        WHEN 'digest' THEN interval '5 minutes'
        WHEN 'compact' THEN interval '1 hour'
        WHEN 'retention' THEN interval '1 hour'
        WHEN 'zones' THEN interval '1 hour'
        WHEN 'series-horizon' THEN interval '6 hours' END;

-- What recurs is queued from the start, and again should somebody have dropped it.
DO $$
BEGIN
    PERFORM hubd.queue(kind, '') FROM unnest(ARRAY['expire-holds', 'tell-provisional', 'remind', 'digest', 'compact', 'retention', 'zones', 'series-horizon']) AS kind;
END $$;

-- Ends holds that nobody's writing has met.
CREATE OR REPLACE FUNCTION hubd.job_expire_holds() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    leftover record;
BEGIN
    FOR leftover IN
        SELECT b.hub_id, array_agg(b.id ORDER BY b.id) AS bookings FROM hubd.booking AS b
        WHERE b.state = 'held' AND b.expires_at <= hubd.present() GROUP BY b.hub_id ORDER BY b.hub_id
    LOOP
        PERFORM hubd.enter_hub(leftover.hub_id);
        PERFORM hubd.lock(leftover.hub_id, '{}', leftover.bookings, false);
        PERFORM hubd.expire(leftover.hub_id, leftover.bookings);
    END LOOP;
END $$;

-- From T-24 h on a desk or room no longer changes: says so, to the booking's readers and their feeds.
CREATE OR REPLACE FUNCTION hubd.tell(hub bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    told bigint[];
BEGIN
    WITH item AS (
        UPDATE hubd.booking_item AS i SET is_provisional = false, told_at = hubd.present()
        FROM hubd.booking AS b WHERE i.hub_id = hub AND i.is_provisional AND b.hub_id = hub AND b.id = i.booking_id
            AND lower(b.during) <= hubd.told_from() AND b.state IN ('held', 'confirmed') RETURNING i.booking_id
    )
    SELECT array_agg(DISTINCT booking_id) INTO told FROM item;
    UPDATE hubd.claim AS c SET is_provisional = false
        WHERE c.booking_hub_id = hub AND c.booking_id = ANY (told) AND c.is_provisional;
    UPDATE hubd.booking AS b SET revision = revision + 1, sequence = sequence + 1, revised_at = hubd.present()
        WHERE b.hub_id = hub AND b.id = ANY (told);
    PERFORM hubd.changed(hubd.booking_scopes(hub, told));
    PERFORM hubd.tell_booking(b, 'told', NULL) FROM hubd.booking AS b WHERE b.hub_id = hub AND b.id = ANY (told) AND b.state = 'confirmed';
END $$;

-- Under each hub's lock, so that no re-arrangement under way moves what is told.
CREATE OR REPLACE FUNCTION hubd.job_tell_provisional() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    hub bigint;
BEGIN
    FOR hub IN
        SELECT DISTINCT i.hub_id FROM hubd.booking_item AS i JOIN hubd.booking AS b ON b.hub_id = i.hub_id AND b.id = i.booking_id
        WHERE i.is_provisional AND lower(b.during) <= hubd.told_from() AND b.state IN ('held', 'confirmed') ORDER BY i.hub_id
    LOOP
        PERFORM hubd.enter_hub(hub);
        PERFORM hubd.lock_all(hub);
        PERFORM hubd.tell(hub);
    END LOOP;
END $$;

-- A mirror whose job was set aside goes on all the same.
CREATE OR REPLACE FUNCTION hubd.requeue_mirrors() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.queue('mirror', m.id::text, '{}', hubd.present() + hubd.mirror_after()) FROM hubd.mirror AS m;
END $$;

CREATE OR REPLACE FUNCTION hubd.job_compact() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.compact_changes();
    PERFORM hubd.compact_sign_in();
    PERFORM hubd.requeue_mirrors();
    PERFORM hubd.compact_mail();
    PERFORM hubd.compact_webhooks();
    DELETE FROM hubd.idempotency AS i WHERE i.created_at < hubd.present() - interval '48 hours';
END $$;
