-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /hubs/{hub}/manage/csv: resources of a table, all or none: {rows: [{line, resource, errors}], apply}. Each row is made, or changed
-- where its short name is there; without apply, or where one row is wrong, nothing of it stays.
CREATE OR REPLACE FUNCTION api.page_manage_csv(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of(input ->> 'hub');
    refusal api.reply := manage_refusal(caller, input, 'write');
    done jsonb;
BEGIN
    IF refusal.status IS NOT NULL THEN
        RETURN refusal;
    END IF;
    IF (input ->> 'is_faulty')::boolean THEN
        RETURN page_reply(caller, manage_places(language(caller), hub));
    END IF;
    PERFORM lock_all(hub);
    BEGIN
        done := write_rows(caller, hub, input -> 'rows');
        IF NOT coalesce((input ->> 'apply')::boolean, false) OR done @> '[{"is_wrong": true}]' THEN
            PERFORM undo();
        END IF;
        RETURN page_reply(caller, manage_places(language(caller), hub) || jsonb_build_object('rows', done, 'is_applied', true));
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        NULL;
    END;
    RETURN page_reply(caller, manage_places(language(caller), hub) || jsonb_build_object('rows', done, 'is_applied', false));
END $$;
ALTER FUNCTION api.page_manage_csv(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.page_manage_csv(jsonb, jsonb) TO hubd_serve;
