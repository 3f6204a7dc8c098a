-- SPDX-License-Identifier: GPL-3.0-or-later
-- Has nothing been committed since a snapshot that api.feed_changes() gave? If so (is_same), then its other columns but these hold on.
-- If not, or where that cannot be told (another server, a standby, NULL), api.feed_changes() says what happened.
--
-- The busiest function of all, so it looks at no table and is neither SECURITY DEFINER nor plpgsql: PostgreSQL then puts its body into
-- the statement that a session has prepared, and a call costs a fifth of the other's. What hubd.present() says stands in the snapshot:
-- it is "epoch.database/ahead/xmin:xmax:xip", and a change of the clock is a commit like any other.
CREATE OR REPLACE FUNCTION api.feed_same(since text)
    RETURNS TABLE (is_same boolean, present bigint, today date)
    LANGUAGE sql STABLE AS $$
    SELECT since LIKE extract(epoch FROM pg_postmaster_start_time()) || '.%/' || pg_current_snapshot() AND NOT pg_is_in_recovery(),
        extract(epoch FROM now() + split_part(since, '/', 2)::interval)::bigint,
        ((now() + split_part(since, '/', 2)::interval) AT TIME ZONE 'UTC')::date
$$;
ALTER FUNCTION api.feed_same(text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_same(text) TO hubd_serve;
