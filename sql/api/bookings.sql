-- SPDX-License-Identifier: GPL-3.0-or-later
-- Bookings by start, in pages: {hub, from, to, mine, after, limit}. Managers see all of their hub whole, members their own whole and of
-- the others that the time is taken. mine: only one's own, cancelled ones too, and without hub wherever they are: so hubd_network owns it.
CREATE OR REPLACE FUNCTION api.bookings(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp
    SET jit = off AS $$
DECLARE
    asker bigint := hubd.caller_person(caller);
    hub bigint := hubd.hub_of(input ->> 'hub');
    is_mine boolean := coalesce((input ->> 'mine')::boolean, input ->> 'hub' IS NULL);
    is_manager boolean;
    span tstzrange := hubd.window_of(input, 31);
    at_most integer := coalesce((input ->> 'limit')::integer, 100);
    after_start timestamptz := to_timestamp(split_part(input ->> 'after', '.', 1)::bigint);
    after_id bigint := split_part(input ->> 'after', '.', 2)::bigint;
    found jsonb;
    last text;
BEGIN
    IF asker IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    ELSIF hub IS NULL AND input ->> 'hub' IS NOT NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Hub gibt es nicht.', 'There is no such hub.');
    ELSIF NOT is_mine AND NOT hubd.has_role(asker, hub, 'member', 'trainer', 'manager') THEN
        RETURN hubd.problem_not_allowed(caller, 'Das dürfen die Mitglieder dieses Hubs sehen.', 'The members of this hub may see that.');
    END IF;
    is_manager := hub IS NOT NULL AND hubd.has_role(asker, hub, 'manager');
    WITH page AS MATERIALIZED (
        SELECT b FROM hubd.booking AS b
        WHERE (hub IS NULL OR b.hub_id = hub) AND (NOT is_mine OR b.person_id = asker) AND b.during && span
          AND lower(b.during) < upper(span) AND (b.state = 'confirmed' OR (b.state = 'held' AND b.expires_at > hubd.present()) OR (is_mine AND b.state = 'cancelled'))
          AND (input ->> 'after' IS NULL OR (lower(b.during), b.id) > (after_start, after_id))
        ORDER BY lower(b.during), b.id LIMIT at_most
    )
    SELECT jsonb_agg(hubd.booking_document(b, asker, is_manager, hubd.language(caller)) ORDER BY lower((b).during), (b).id),
        CASE WHEN count(*) = at_most THEN (array_agg(extract(epoch FROM lower((b).during))::bigint || '.' || (b).id ORDER BY lower((b).during) DESC, (b).id DESC))[1] END
    INTO found, last FROM page;
    RETURN ROW(200, jsonb_build_object('items', coalesce(found, '[]'), 'next', last)::text, NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.bookings(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.bookings(jsonb, jsonb) TO hubd_serve;
