-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a fetch brought: {"error": sentence} | {"is_same": true} | {"etag", "last_modified", "entries": [{key, title, start, end, local_start, local_end,
-- zone}], "skipped": [sentences]}. The job goes on by itself, later after failures.
CREATE OR REPLACE FUNCTION api.job_mirror_end(job_id bigint, mirror_id bigint, result jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m hubd.mirror;
    takes_rooms boolean;
BEGIN
    SELECT o.* INTO m FROM mirror AS o WHERE o.id = mirror_id;
    takes_rooms := m.id IS NOT NULL AND result ->> 'error' IS NULL AND (NOT coalesce((result ->> 'is_same')::boolean, false)
        OR EXISTS (SELECT FROM booking AS b WHERE b.hub_id = m.hub_id AND b.mirror_id = m.id AND b.state = 'unplaced' AND upper(b.during) > present()));
    IF takes_rooms THEN
        -- The hub before the row, like whoever ends the mirror: else each would wait for the other.
        PERFORM enter_hub(m.hub_id);
        PERFORM lock(m.hub_id, ARRAY[m.resource_id], '{}', true);
    END IF;
    SELECT o.* INTO m FROM mirror AS o WHERE o.id = mirror_id FOR UPDATE;
    DELETE FROM job AS j WHERE j.id = job_id;
    IF m.id IS NULL THEN
        RETURN;
    END IF;
    PERFORM enter_hub(m.hub_id);
    IF result ->> 'error' IS NOT NULL THEN
        UPDATE mirror AS o SET failures = o.failures + 1, error = left(result ->> 'error', 500) WHERE o.hub_id = m.hub_id AND o.id = m.id RETURNING o.* INTO m;
    ELSE
        IF takes_rooms THEN
            PERFORM apply_mirror(m, coalesce(result -> 'entries', mirror_as_it_is(m)), coalesce(result -> 'skipped', m.report -> 'skipped', '[]'));
        END IF;
        UPDATE mirror AS o SET failures = 0, error = NULL, fetched_at = present(), read_at = CASE WHEN (result ->> 'is_same')::boolean THEN o.read_at ELSE present() END, etag = coalesce(result ->> 'etag', CASE WHEN (result ->> 'is_same')::boolean THEN o.etag END),
            last_modified = coalesce(result ->> 'last_modified', CASE WHEN (result ->> 'is_same')::boolean THEN o.last_modified END)
            WHERE o.hub_id = m.hub_id AND o.id = m.id RETURNING o.* INTO m;
    END IF;
    PERFORM queue('mirror', mirror_id::text, '{}', present() + mirror_pause(m.failures));
END $$;
ALTER FUNCTION api.job_mirror_end(bigint, bigint, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_mirror_end(bigint, bigint, jsonb) TO hubd_work;
