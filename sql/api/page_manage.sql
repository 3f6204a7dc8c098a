-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /hubs/{hub}/manage: today, and what a manager should look at.
CREATE OR REPLACE FUNCTION api.page_manage(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input);
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    RETURN page_reply(caller, (SELECT jsonb_build_object('hub', hub_document(language(caller), h), 'now', instant(present()), 'counts', manage_counts(hub),
        'today', managed_bookings(language(caller), hub, manage_today(hub), 200), 'unplaced', manage_events(hub, 'unplaced', 0, 5))
        FROM hub AS h WHERE h.slug = input ->> 'hub'));
END $$;
ALTER FUNCTION api.page_manage(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage(jsonb, jsonb) TO hubd_serve;
