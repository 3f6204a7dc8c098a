-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me: one's own bookings at all hubs, to come and past: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.page_my(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('now', hubd.instant(hubd.present()), 'coming', hubd.my_bookings(caller, person, false, 100),
        'past', hubd.my_bookings(caller, person, true, 30), 'restorable', hubd.my_restorable(caller, person),
        'series', hubd.my_series(caller, person),
        'hubs', (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('slug', h.slug, 'name', h.name, 'color', h.color)), '[]')
            FROM hubd.membership AS m JOIN hubd.hub AS h ON h.id = m.hub_id WHERE m.person_id = person)));
END $$;
ALTER FUNCTION api.page_my(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_my(jsonb, jsonb) TO hubd_serve;
