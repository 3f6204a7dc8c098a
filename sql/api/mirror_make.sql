-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/mirrors: {hub, resource, url, dry_run}. The worker fetches it at once.
CREATE OR REPLACE FUNCTION api.mirror_make(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := manage_refusal(caller, input, 'write');
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN make_mirror(caller, current_hub(), caller_person(caller, 'write'), input);
END $$;
ALTER FUNCTION api.mirror_make(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.mirror_make(jsonb, jsonb) TO hubd_serve;
