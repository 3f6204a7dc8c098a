-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/series/{id}: one of one's own series with its dates, whatever its hub: so hubd_network owns it. Others' are not there.
CREATE OR REPLACE FUNCTION api.page_my_series(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
    s hubd.series;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    SELECT * INTO s FROM hubd.series AS o WHERE o.id = (input ->> 'id')::bigint AND o.person_id = person;
    IF s.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diese Serie gibt es nicht, oder sie ist nicht Ihre.', 'There is no such series, or it is not yours.');
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('now', hubd.instant(hubd.present()),
        'series', hubd.my_series_document(caller, s) || jsonb_build_object('dates', hubd.series_dates_document(s, hubd.language(caller)))));
END $$;
ALTER FUNCTION api.page_my_series(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_my_series(jsonb, jsonb) TO hubd_serve;
