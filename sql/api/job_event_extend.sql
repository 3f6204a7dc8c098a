-- SPDX-License-Identifier: GPL-3.0-or-later
-- Gives a series of events its next dates: {revision (that was looked at), occurrences, extended_to (null: it has ended)}. One that has
-- changed since is left for the next time. Owned by hubd_network: jobs are of all hubs.
CREATE OR REPLACE FUNCTION api.job_event_extend(event bigint, input jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := hub_of_event(event);
    e hubd.event;
BEGIN
    PERFORM enter_hub(hub);
    PERFORM lock_all(hub);
    SELECT * INTO e FROM hubd.event AS o WHERE o.hub_id = hub AND o.id = event FOR UPDATE;
    IF e.state <> 'cancelled' AND e.revision::text = input ->> 'revision' THEN
        PERFORM event_extend(e, input -> 'occurrences', (input ->> 'extended_to')::timestamptz);
    END IF;
END $$;
ALTER FUNCTION api.job_event_extend(bigint, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.job_event_extend(bigint, jsonb) TO hubd_work;
