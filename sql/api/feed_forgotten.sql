-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which scopes had to be forgotten since a time (seconds), and when last: "SCOPE@SECONDS …", the newest first, for a process that was not
-- there to hear it.
CREATE OR REPLACE FUNCTION api.feed_forgotten(since bigint) RETURNS TABLE (scopes text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    BEGIN ATOMIC
        SELECT string_agg(f.scope || '@' || f.at, ' ') FROM (
            SELECT substr(c.scope, 8) AS scope, ceil(extract(epoch FROM max(c.at)))::bigint AS at FROM hubd.change AS c
            WHERE c.scope LIKE 'forget:%' AND c.at >= to_timestamp(since) GROUP BY c.scope ORDER BY max(c.at) DESC LIMIT 4096) AS f;
    END;
ALTER FUNCTION api.feed_forgotten(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.feed_forgotten(bigint) TO hubd_serve;
