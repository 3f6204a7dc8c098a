-- SPDX-License-Identifier: GPL-3.0-or-later
-- DELETE /api/v1/mirrors/{id}: the room follows the calendar no longer; what it claimed from now on is free.
CREATE OR REPLACE FUNCTION api.mirror_end(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller, 'write');
    m hubd.mirror;
BEGIN
    IF person IS NULL THEN
        RETURN problem_no_writer(caller);
    END IF;
    SELECT o.* INTO m FROM mirror AS o WHERE o.id = (input ->> 'id')::bigint;
    IF m.id IS NULL OR NOT has_role(person, m.hub_id, 'manager') THEN
        RETURN problem_not_found(caller, 'Diesen gespiegelten Kalender gibt es nicht, oder er ist nicht Ihrer.', 'There is no such mirrored calendar, or it is not yours.');
    ELSIF (input ->> 'dry_run')::boolean THEN
        RETURN ROW(200, '{"dry_run": true}', NULL, NULL)::api.reply;
    END IF;
    PERFORM enter_hub(m.hub_id);
    PERFORM lock(m.hub_id, ARRAY[m.resource_id], '{}', true);
    PERFORM end_mirrored(m.hub_id, m.id, NULL);
    DELETE FROM mirror AS o WHERE o.hub_id = m.hub_id AND o.id = m.id;
    DELETE FROM job AS j WHERE j.kind = 'mirror' AND j.key = m.id::text AND j.state <> 'running';
    RETURN ROW(200, '{}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.mirror_end(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.mirror_end(jsonb, jsonb) TO hubd_serve;
