-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /api/v1/delegates: who acts for oneself (delegate), and for whom one acts (principal).
CREATE OR REPLACE FUNCTION api.delegates(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN problem_sign_in(caller);
    END IF;
    RETURN items_reply((SELECT jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'as', of.as) ORDER BY of.as, p.name, p.id)
        FROM (SELECT d.delegate_id AS id, 'delegate' AS as FROM delegate AS d WHERE d.person_id = person
            UNION ALL SELECT d.person_id, 'principal' FROM delegate AS d WHERE d.delegate_id = person) AS of JOIN hubd.person AS p ON p.id = of.id));
END $$;
ALTER FUNCTION api.delegates(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.delegates(jsonb, jsonb) TO hubd_serve;
