-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the functions of pages share. Subqueries are in plpgsql, where their plans are kept.

-- Who asks, for the frame of a page: null for a visitor.
CREATE OR REPLACE FUNCTION hubd.page_me(caller jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_build_object('name', p.name, 'mail', p.mail, 'language', p.language, 'is_operator', p.is_operator,
            'is_agency', p.is_agency,
            'must_renew', EXISTS (SELECT FROM hubd.session AS s WHERE s.sha256 = caller ->> 'session' AND caller ->> 'token' IS NULL
                AND s.renewed_at < hubd.present() - interval '1 day'), 'hubs', (SELECT coalesce(jsonb_agg(DISTINCT h.slug), '[]')
                FROM hubd.membership AS m JOIN hubd.hub AS h ON h.id = m.hub_id WHERE m.person_id = p.id),
            'manages', (SELECT coalesce(jsonb_agg(h.slug ORDER BY h.slug), '[]')
                FROM hubd.membership AS m JOIN hubd.hub AS h ON h.id = m.hub_id WHERE m.person_id = p.id AND m.role = 'manager'))
        FROM hubd.person AS p WHERE p.id = hubd.caller_person(caller));
END $$;
ALTER FUNCTION hubd.page_me(jsonb) OWNER TO hubd_network;

-- The reply of a page: its document, with who asks.
CREATE OR REPLACE FUNCTION hubd.page_reply(caller jsonb, document jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN ROW(200, (document || jsonb_build_object('me', hubd.page_me(caller)))::text, NULL, NULL)::api.reply;
END $$;

-- A pattern for ILIKE that finds the word anywhere: German words are long, and people type their parts.
CREATE OR REPLACE FUNCTION hubd.search_pattern(word text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN '%' || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%';

-- The patterns of all words of a search; an empty list finds everything.
CREATE OR REPLACE FUNCTION hubd.search_patterns(query text) RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN ARRAY(SELECT hubd.search_pattern(word) FROM regexp_split_to_table(btrim(query), '\s+') AS word WHERE word <> '');

CREATE OR REPLACE FUNCTION hubd.search_resources(language text, patterns text[], most integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(document), '[]') FROM (
        SELECT jsonb_build_object('slug', r.slug, 'hub', h.slug, 'kind', r.kind, 'name', hubd.say(language, r.name_de, r.name_en),
            'about', hubd.say(language, r.about_de, r.about_en), 'city', s.city) AS document
        FROM hubd.resource AS r JOIN hubd.hub AS h ON h.id = r.hub_id JOIN hubd.site AS s ON s.hub_id = r.hub_id AND s.id = r.site_id
        WHERE concat_ws(' ', r.name_de, r.name_en, r.about_de, r.about_en, r.kind, array_to_string(r.features, ' '), h.name, s.city) ILIKE ALL (patterns)
        ORDER BY (concat_ws(' ', r.name_de, r.name_en) ILIKE ALL (patterns)) DESC, h.name, r.position, r.slug LIMIT most) AS found);
END $$;

CREATE OR REPLACE FUNCTION hubd.search_hubs(language text, patterns text[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(h.slug ORDER BY h.slug), '[]') FROM hubd.hub AS h
        WHERE NOT h.is_network AND concat_ws(' ', h.name, h.about_de, h.about_en, array_to_string(h.topics, ' '),
            (SELECT string_agg(t.name_de || ' ' || t.name_en, ' ') FROM hubd.topic AS t WHERE t.slug = ANY (h.topics)),
            (SELECT string_agg(concat_ws(' ', s.name, s.street, s.city), ' ') FROM hubd.site AS s WHERE s.hub_id = h.id)) ILIKE ALL (patterns));
END $$;

-- Events from now on, of a series its next date, those with the words in their title first.
CREATE OR REPLACE FUNCTION hubd.search_events(person bigint, patterns text[], most integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.event_document(e, o)), '[]') FROM (
        SELECT e, o FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
            JOIN hubd.hub AS h ON h.id = e.hub_id
        WHERE upper(o.during) >= hubd.present() AND hubd.may_see_event(person, hubd.event_on(e, o))
            AND (o.recurrence_id IS NULL OR o.id = (SELECT n.id FROM hubd.occurrence AS n WHERE n.hub_id = e.hub_id AND n.event_id = e.id
                AND upper(n.during) >= hubd.present() AND n.state <> 'cancelled' ORDER BY lower(n.during), n.id LIMIT 1))
            AND concat_ws(' ', e.title, e.title_en, e.text, e.text_en, e.place, e.organiser, array_to_string(e.speakers, ' '),
                array_to_string(e.topics, ' '), h.name) ILIKE ALL (patterns)
        ORDER BY (concat_ws(' ', e.title, e.title_en) ILIKE ALL (patterns)) DESC, lower(o.during), o.id LIMIT most) AS found);
END $$;

-- The hubs with their sites, as the map and the lists of the pages need them.
CREATE OR REPLACE FUNCTION hubd.page_hubs(language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(hubd.hub_document(language, h) || jsonb_build_object('sites',
            (SELECT coalesce(jsonb_agg(hubd.site_document(s, h.slug) ORDER BY s.id), '[]') FROM hubd.site AS s WHERE s.hub_id = h.id))
            ORDER BY h.slug), '[]')
        FROM hubd.hub AS h WHERE NOT h.is_network);
END $$;
