-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin job drop ID
CREATE OR REPLACE FUNCTION api.admin_job_drop(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    dropped text;
BEGIN
    DELETE FROM job AS j WHERE j.id = CASE WHEN admin_job_drop.input ->> 'id' ~ '^[0-9]{1,18}$' THEN (admin_job_drop.input ->> 'id')::bigint END AND j.state <> 'running'
    RETURNING j.kind INTO dropped;
    IF dropped IS NULL THEN
        RETURN refused(404, 'not-found', format('There is no job %s that could be dropped: hubd admin job list shows them; a running one ends by itself.',
            admin_job_drop.input ->> 'id'));
    END IF;
    RETURN done(jsonb_build_object('message', format('Job %s (%s) is gone.', admin_job_drop.input ->> 'id', dropped)));
END $$;
ALTER FUNCTION api.admin_job_drop(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_job_drop(jsonb, jsonb) TO hubd_admin;
