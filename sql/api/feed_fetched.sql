-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which version each secret address fetched last: [{"secret", "at", "etag", "revised": seconds, "snapshot": of api.feed_changes}, …], told
-- in batches now and then, never by each fetch. The newer fetch counts, whichever process tells it first.
CREATE OR REPLACE FUNCTION api.feed_fetched(batch jsonb) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    written bigint;
BEGIN
    WITH told AS (
        SELECT t.id, to_timestamp((f ->> 'at')::bigint) AS at, f ->> 'etag' AS etag, to_timestamp((f ->> 'revised')::bigint) AS revised,
            split_part(f ->> 'snapshot', '/', 3)::pg_snapshot AS snapshot
        FROM jsonb_array_elements(batch) AS f JOIN hubd.token AS t ON t.sha256 = f ->> 'secret'
    )
    UPDATE hubd.subscription AS s SET fetched_at = told.at, fetched_etag = told.etag, fetched_revised = told.revised, fetched_snapshot = told.snapshot
    FROM told WHERE s.token_id = told.id AND (s.fetched_at IS NULL OR s.fetched_at <= told.at);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;
ALTER FUNCTION api.feed_fetched(jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_fetched(jsonb) TO hubd_serve;
