-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the worker read of it: tried, or taken over, in one transaction; done twice, it is done once.
CREATE OR REPLACE FUNCTION api.job_import_end(input jsonb, document jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := (input ->> 'hub')::bigint;
    u import_upload;
BEGIN
    PERFORM enter_hub(hub);
    SELECT * INTO u FROM import_upload AS o WHERE o.hub_id = hub AND o.id = (input ->> 'upload')::bigint AND o.state IN ('reading', 'applying') FOR UPDATE;
    IF u.id IS NOT NULL THEN
        PERFORM upload_end(hub, u, document);
    END IF;
END $$;
ALTER FUNCTION api.job_import_end(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.job_import_end(jsonb, jsonb) TO hubd_work;
