-- SPDX-License-Identifier: GPL-3.0-or-later
-- Does a job whose kind is pure SQL. Owned by hubd_network: such jobs look after all hubs.
CREATE OR REPLACE FUNCTION api.job_run_sql(job_id bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    kind text := (SELECT j.kind FROM hubd.job AS j WHERE j.id = job_id);
BEGIN
    CASE kind
        WHEN 'expire-holds' THEN PERFORM hubd.job_expire_holds();
        WHEN 'tell-provisional' THEN PERFORM hubd.job_tell_provisional();
        WHEN 'remind' THEN PERFORM hubd.job_remind();
        WHEN 'digest' THEN PERFORM hubd.job_digest();
        WHEN 'compact' THEN PERFORM hubd.job_compact();
        WHEN 'retention' THEN PERFORM hubd.job_retention();
        WHEN 'series-horizon' THEN PERFORM hubd.job_series_horizon();
        WHEN 'book-queued' THEN PERFORM hubd.job_book_queued((SELECT j.input FROM hubd.job AS j WHERE j.id = job_id));
        WHEN 'sign-in-mail' THEN PERFORM hubd.job_sign_in_mail((SELECT j.key FROM hubd.job AS j WHERE j.id = job_id));
        ELSE RAISE 'no job of kind % is done in SQL', kind USING ERRCODE = 'invalid_parameter_value';
    END CASE;
END $$;
ALTER FUNCTION api.job_run_sql(bigint) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_run_sql(bigint) TO hubd_work;
