-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/join-requests?hub=: who waits for an answer, and who got one in the last 90 days; for the hub's managers.
CREATE OR REPLACE FUNCTION api.join_requests(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := hub_reader_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN items_reply((SELECT jsonb_agg(request_document(j) ORDER BY (j.state = 'waiting') DESC, j.created_at DESC, j.id) FROM join_request AS j
        WHERE j.hub_id = hub AND (j.state = 'waiting' OR (j.state IN ('accepted', 'declined') AND j.decided_at > present() - interval '90 days'))));
END $$;
ALTER FUNCTION api.join_requests(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.join_requests(jsonb, jsonb) TO hubd_serve;
