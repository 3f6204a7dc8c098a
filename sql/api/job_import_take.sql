-- SPDX-License-Identifier: GPL-3.0-or-later
-- The file of an import that waits, for the worker to read: {hub, upload}. No row: it waits no more.
CREATE OR REPLACE FUNCTION api.job_import_take(input jsonb) RETURNS TABLE (name text, zone text, present text, data text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    PERFORM enter_hub((input ->> 'hub')::bigint);
    RETURN QUERY SELECT u.name, h.zone, instant(present()), translate(encode(u.bytes, 'base64'), E'\n', '')
    FROM import_upload AS u JOIN hub AS h ON h.id = u.hub_id
    WHERE u.hub_id = (input ->> 'hub')::bigint AND u.id = (input ->> 'upload')::bigint AND u.state IN ('reading', 'applying');
END $$;
ALTER FUNCTION api.job_import_take(jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.job_import_take(jsonb) TO hubd_work;
