-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin retention [CLASS DAYS]: how long what is kept; with both, that it is so from now on.
CREATE OR REPLACE FUNCTION api.admin_retention(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    IF input ->> 'class' IS NOT NULL AND NOT EXISTS (SELECT FROM hubd.retention AS r WHERE r.class = input ->> 'class') THEN
        RETURN hubd.refused(404, 'not-found', format('There is no class "%s". There are: %s.', input ->> 'class', (SELECT string_agg(r.class, ', ' ORDER BY r.class) FROM hubd.retention AS r)));
    ELSIF input ->> 'class' IS NOT NULL AND (input ->> 'days' IS NULL OR input ->> 'days' !~ '^[0-9]{1,4}$' OR (input ->> 'days')::integer NOT BETWEEN 1 AND 3650) THEN
        RETURN hubd.refused(422, 'malformed-value', 'The period is a number of days from 1 to 3650.');
    END IF;
    UPDATE hubd.retention AS r SET period = make_interval(days => (input ->> 'days')::integer) WHERE r.class = input ->> 'class';
    RETURN hubd.items_reply((SELECT jsonb_agg(jsonb_build_object('class', r.class, 'period', r.period::text) ORDER BY r.class) FROM hubd.retention AS r));
END $$;
ALTER FUNCTION api.admin_retention(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_retention(jsonb, jsonb) TO hubd_admin;
