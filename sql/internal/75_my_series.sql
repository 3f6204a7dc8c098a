-- SPDX-License-Identifier: GPL-3.0-or-later
-- One's own series, as pages show them.

-- Those that go on or have a date to come, by their next date.
CREATE OR REPLACE FUNCTION hubd.my_series(caller jsonb, person bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(d.document ORDER BY d.next, d.id), '[]') FROM (
        SELECT s.id, n.next, hubd.my_series_document(caller, s) || jsonb_build_object('next', hubd.wall(n.next)) AS document
        FROM hubd.series AS s CROSS JOIN LATERAL (SELECT min(b.local_start) AS next FROM hubd.booking AS b
            WHERE b.hub_id = s.hub_id AND b.series_id = s.id AND b.state <> 'cancelled' AND lower(b.during) > hubd.present()) AS n
        WHERE s.person_id = person AND s.kind = 'booking' AND s.state = 'confirmed' AND (n.next IS NOT NULL OR s.materialised_until IS NOT NULL)
        ORDER BY n.next, s.id LIMIT 50) AS d);
END $$;

CREATE OR REPLACE FUNCTION hubd.my_series_document(caller jsonb, s hubd.series) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.series_document(s, hubd.language(caller)) || (SELECT jsonb_build_object('hub_name', h.name, 'color', h.color) FROM hubd.hub AS h WHERE h.id = s.hub_id);
END $$;
