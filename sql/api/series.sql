-- SPDX-License-Identifier: GPL-3.0-or-later
-- One series with its dates: {id}. For its booker and the managers; for others there is none.
CREATE OR REPLACE FUNCTION api.series(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    SET jit = off AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
    hub bigint := hubd.hub_of_series((input ->> 'id')::bigint);
    s hubd.series;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    PERFORM hubd.enter_hub(hub);
    SELECT * INTO s FROM hubd.series AS o WHERE o.hub_id = hub AND o.id = (input ->> 'id')::bigint
        AND (hubd.acts_for_series(person, o) OR hubd.has_role(person, hub, 'manager'));
    IF s.id IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diese Serie gibt es nicht.', 'There is no such series.');
    END IF;
    RETURN ROW(200, (hubd.series_document(s, hubd.language(caller)) || jsonb_build_object('dates', hubd.series_dates_document(s, hubd.language(caller))))::text,
        s.revision::text, NULL)::api.reply;
END $$;
ALTER FUNCTION api.series(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.series(jsonb, jsonb) TO hubd_serve;
