-- SPDX-License-Identifier: GPL-3.0-or-later
-- A private feed was fetched: its owner sees when that was last. Told at most once an hour by each process, never by each fetch.
CREATE OR REPLACE FUNCTION api.feed_used(token_sha256 text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    BEGIN ATOMIC
        UPDATE hubd.token AS t SET used_at = hubd.present() WHERE t.sha256 = token_sha256;
    END;
ALTER FUNCTION api.feed_used(text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_used(text) TO hubd_serve;
