-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/day-passes?hub=: those that are not over, for the hub's managers.
CREATE OR REPLACE FUNCTION api.day_passes(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := hub_reader_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN items_reply((SELECT jsonb_agg(pass_document(d) ORDER BY d.day, d.id) FROM day_pass AS d WHERE d.hub_id = hub AND d.revoked_at IS NULL AND d.day >= today_at(hub)));
END $$;
ALTER FUNCTION api.day_passes(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.day_passes(jsonb, jsonb) TO hubd_serve;
