-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the pages of one's own bookings share.

-- A person's bookings as documents with their hub: those to come (held ones that still count too), or those that are over or cancelled.
-- A hold that was given back was never a booking.
CREATE OR REPLACE FUNCTION hubd.my_bookings(caller jsonb, person bigint, is_past boolean, most integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.booking_document(b, person, false, hubd.language(caller)) || hubd.my_place(caller, b)
            ORDER BY CASE WHEN is_past THEN NULL ELSE lower((b).during) END, lower((b).during) DESC, (b).id), '[]') FROM (
        SELECT b FROM hubd.booking AS b
        WHERE b.person_id = person AND b.kind = 'booking' AND CASE WHEN is_past
            THEN (b.state = 'cancelled' AND b.expires_at IS NULL) OR (b.state = 'confirmed' AND upper(b.during) <= hubd.present())
            ELSE upper(b.during) > hubd.present() AND (b.state = 'confirmed' OR (b.state = 'held' AND b.expires_at > hubd.present())) END
        ORDER BY CASE WHEN is_past THEN NULL ELSE lower(b.during) END, lower(b.during) DESC, b.id LIMIT most) AS found);
END $$;

-- The hub of a booking and the site of its first resource, as far as a page names them.
CREATE OR REPLACE FUNCTION hubd.my_place(caller jsonb, b hubd.booking) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_build_object('hub_name', h.name, 'color', h.color, 'is_over', upper(b.during) <= hubd.present(), 'site', (
            SELECT jsonb_build_object('name', s.name, 'street', s.street, 'postcode', s.postcode, 'city', s.city)
            FROM hubd.booking_item AS i JOIN hubd.resource AS r ON r.hub_id = i.hub_id AND r.id = i.resource_id
            JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
            WHERE i.hub_id = b.hub_id AND i.booking_id = b.id ORDER BY i.position LIMIT 1))
        FROM hubd.hub AS h WHERE h.id = b.hub_id);
END $$;

-- What was cancelled just now and may be taken back. What was only held is not offered: it was never a booking.
CREATE OR REPLACE FUNCTION hubd.my_restorable(caller jsonb, person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.booking_document(b, person, false, hubd.language(caller))
            || jsonb_build_object('restorable_until', hubd.instant(hubd.restorable_until(b))) ORDER BY b.cancelled_at DESC, b.id), '[]')
        FROM hubd.booking AS b WHERE b.person_id = person AND b.kind = 'booking' AND b.expires_at IS NULL AND hubd.restorable_until(b) IS NOT NULL);
END $$;
