-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/bookings/{id}: one of one's own bookings, whatever its hub: so hubd_network owns it. Others' are not there.
CREATE OR REPLACE FUNCTION api.page_my_booking(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
    b hubd.booking;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    SELECT * INTO b FROM hubd.booking AS o WHERE o.id = (input ->> 'id')::bigint AND o.person_id = person AND o.kind = 'booking';
    IF b.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diese Buchung gibt es nicht, oder sie ist nicht Ihre.', 'There is no such booking, or it is not yours.');
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('now', hubd.instant(hubd.present()),
        'booking', hubd.booking_document(b, person, false, hubd.language(caller)) || hubd.my_place(caller, b)
            || jsonb_build_object('is_expired', b.state = 'expired' OR (b.state = 'held' AND b.expires_at <= hubd.present()))));
END $$;
ALTER FUNCTION api.page_my_booking(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_my_booking(jsonb, jsonb) TO hubd_serve;
