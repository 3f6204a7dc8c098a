-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin audit [HUB] [--of KIND:NUMBER] [--before NUMBER]: the newest hundred, of all hubs and of what is of none.
CREATE OR REPLACE FUNCTION api.admin_audit(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
BEGIN
    IF input ->> 'hub' IS NOT NULL AND hub_of(input ->> 'hub') IS NULL THEN
        RETURN refused_hub(input ->> 'hub');
    ELSIF input ->> 'of' !~ '^[a-z-]+(:[0-9]{1,18})?$' OR input ->> 'before' !~ '^[0-9]{1,18}$' THEN
        RETURN refused(422, 'malformed-value', '--of is a kind, as booking, or one thing, as booking:4711; --before is a number of the list.');
    END IF;
    RETURN items_reply((SELECT jsonb_agg(item || jsonb_build_object('of', concat_ws(':', item -> 'of' ->> 'kind', item -> 'of' ->> 'id'),
            'who', coalesce(item -> 'person' ->> 'name', item ->> 'by'), 'from', (item -> 'before')::text, 'to', (item -> 'after')::text))
        FROM jsonb_array_elements(audit_page('en', hub_of(input ->> 'hub'), jsonb_strip_nulls(jsonb_build_object('of', input -> 'of',
            'after', input -> 'before', 'limit', 100))) -> 'items') AS item));
END $$;
ALTER FUNCTION api.admin_audit(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_audit(jsonb, jsonb) TO hubd_admin;
