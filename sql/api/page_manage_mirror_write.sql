-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/mirrors: {resource, url}. is_faulty: the form is shown again with what C found.
CREATE OR REPLACE FUNCTION api.page_manage_mirror_write(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    refusal api.reply := manage_refusal(caller, input, 'write');
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    IF NOT coalesce((input ->> 'is_faulty')::boolean, false) THEN
        RETURN manage_outcome(caller, make_mirror(caller, current_hub(), caller_person(caller, 'write'), input), manage_mirrors(language(caller), current_hub()));
    END IF;
    RETURN page_reply(caller, manage_mirrors(language(caller), current_hub()));
END $$;
ALTER FUNCTION api.page_manage_mirror_write(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_mirror_write(jsonb, jsonb) TO hubd_serve;
