-- SPDX-License-Identifier: GPL-3.0-or-later
-- When tokens and sessions were last used: {"SHA-256": seconds since 1970, …}. serve gathers them and tells once a minute; no answer waits for it.
CREATE OR REPLACE FUNCTION api.credentials_used(used jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    -- In the order of their keys: two processes that tell of the same ones wait for each other, and do not deadlock.
    PERFORM FROM hubd.token AS t WHERE t.sha256 IN (SELECT jsonb_object_keys(used)) ORDER BY t.sha256 FOR NO KEY UPDATE;
    UPDATE hubd.token AS t SET used_at = greatest(t.used_at, to_timestamp(u.value::bigint)) FROM jsonb_each_text(used) AS u WHERE t.sha256 = u.key;
    PERFORM FROM hubd.session AS s WHERE s.sha256 IN (SELECT jsonb_object_keys(used)) ORDER BY s.sha256 FOR NO KEY UPDATE;
    UPDATE hubd.session AS s SET used_at = greatest(s.used_at, to_timestamp(u.value::bigint)) FROM jsonb_each_text(used) AS u WHERE s.sha256 = u.key;
END $$;
ALTER FUNCTION api.credentials_used(jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.credentials_used(jsonb) TO hubd_serve;
