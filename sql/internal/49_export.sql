-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an exported event says. Coming in again elsewhere it is the same event: the place names its rooms, topics are categories.

-- Of a series o is an override, or NULL: its own times are those of its rule.
CREATE OR REPLACE FUNCTION hubd.export_document(e hubd.event, o hubd.occurrence) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', e.id, 'uid', e.uid, 'sequence', e.sequence, 'state', e.state, 'audience', e.audience,
        'title', e.title, 'text', e.text, 'organiser', e.organiser, 'url', e.url, 'online_url', e.online_url, 'image_url', e.image_url,
        -- "ALL" means other rooms elsewhere.
        'place', CASE WHEN e.place <> '' AND NOT hubd.is_everywhere(e.place) THEN e.place ELSE coalesce(
            (SELECT string_agg(r.name_de, ', ' ORDER BY r.position, r.id) FROM hubd.rooms_on(e.hub_id, e.id, o.changes) AS room
             JOIN hubd.resource AS r ON r.hub_id = e.hub_id AND r.id = room), e.place) END,
        'categories', e.categories || ARRAY(SELECT t FROM unnest(e.topics) AS t WHERE t <> ALL (hubd.topics_of(e.categories))),
        'is_all_day', e.is_all_day, 'zone', e.zone, 'start', hubd.instant(lower(o.during)), 'end', hubd.instant(upper(o.during)),
        'local_start', hubd.wall(o.local_start), 'local_end', hubd.wall(o.local_end),
        'recurrence_id', hubd.wall(o.recurrence_id),
        'created', hubd.instant(e.created_at), 'revised', hubd.instant(e.revised_at), 'kept', e.kept);

-- A series: its rule, and an override for each date that is otherwise or was cancelled alone.
CREATE OR REPLACE FUNCTION hubd.export_series(e hubd.event) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN hubd.export_document(e, NULL) || hubd.stored_rule(e) || jsonb_build_object('overrides', (
        SELECT coalesce(jsonb_agg(hubd.export_document(hubd.event_on(e, o), o) || jsonb_build_object('is_cancelled', o.state = 'cancelled')
            ORDER BY o.recurrence_id), '[]')
        FROM hubd.occurrence AS o
        WHERE o.hub_id = e.hub_id AND o.event_id = e.id AND o.recurrence_id IS NOT NULL AND (o.changes IS NOT NULL OR o.state = 'cancelled')));
END $$;

-- The hub of a slug; without one the only hub there is.
CREATE OR REPLACE FUNCTION hubd.the_hub(slug text) RETURNS bigint LANGUAGE sql STABLE
    RETURN CASE WHEN slug IS NOT NULL THEN hubd.hub_of(slug)
        WHEN (SELECT count(*) FROM hubd.hub AS h WHERE NOT h.is_network) = 1 THEN (SELECT h.id FROM hubd.hub AS h WHERE NOT h.is_network) END;

CREATE OR REPLACE FUNCTION hubd.refused_which_hub(slug text) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF slug IS NOT NULL THEN
        RETURN hubd.refused_hub(slug);
    END IF;
    RETURN hubd.refused(422, 'which-hub', coalesce('Say which hub with --hub: '
        || (SELECT string_agg(h.slug, ', ' ORDER BY h.slug) FROM hubd.hub AS h WHERE NOT h.is_network) || '.',
        'There is no hub yet: hubd admin hub add SLUG NAME makes one.'));
END $$;
