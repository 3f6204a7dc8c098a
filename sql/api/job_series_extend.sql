-- SPDX-License-Identifier: GPL-3.0-or-later
-- Gives a series its next dates: {revision (that was looked at), dates, until (the new horizon; null: it has ended)}. One that has changed
-- since is left for the next time. Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_series_extend(series bigint, input jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hubd.hub_of_series(series);
    s hubd.series;
BEGIN
    PERFORM hubd.enter_hub(hub);
    -- The whole hub: a placing that then needs it must not have a part of it already.
    s := hubd.lock_series(hub, '{}', series, true);
    IF s.state = 'confirmed' AND s.revision::text = input ->> 'revision' THEN
        PERFORM hubd.extend_series(s, input -> 'dates', (input ->> 'until')::timestamptz);
    END IF;
END $$;
ALTER FUNCTION api.job_series_extend(bigint, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_series_extend(bigint, jsonb) TO hubd_work;
