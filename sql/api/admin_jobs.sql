-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin job list [--failed]
CREATE OR REPLACE FUNCTION api.admin_jobs(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    RETURN items_reply((SELECT jsonb_agg(jsonb_build_object('id', j.id, 'kind', j.kind, 'key', j.key, 'state', j.state, 'run_at', instant(j.run_at),
            'attempts', j.attempts, 'error', j.error) ORDER BY j.run_at, j.id)
        FROM job AS j WHERE NOT coalesce((admin_jobs.input ->> 'failed')::boolean, false) OR j.state = 'failed'));
END $$;
ALTER FUNCTION api.admin_jobs(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_jobs(jsonb, jsonb) TO hubd_admin;
