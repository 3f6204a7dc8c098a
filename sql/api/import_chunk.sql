-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd import: some entries of the file, and UIDs that it has but that do not come in. {entries, seen}
CREATE OR REPLACE FUNCTION api.import_chunk(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    twice jsonb;
BEGIN
    WITH sent AS MATERIALIZED (
        SELECT e ->> 'uid' AS uid, e - 'uid' AS entry, n FROM jsonb_array_elements(input -> 'entries') WITH ORDINALITY AS list (e, n)
    ), kept AS (
        INSERT INTO import_entry (uid, n, entry) SELECT uid, nextval('hubd.id'), entry FROM sent ORDER BY n ON CONFLICT (uid) DO NOTHING
        RETURNING uid, entry
    )
    SELECT coalesce(jsonb_agg(jsonb_build_object('uid', uid, 'title', s.entry ->> 'title')), '[]') INTO twice
    FROM sent AS s WHERE NOT EXISTS (SELECT FROM kept AS k WHERE k.uid = s.uid AND k.entry = s.entry);
    INSERT INTO import_override (uid, recurrence_id, entry)
    SELECT i.uid, (o ->> 'recurrence_id')::timestamp, o FROM jsonb_array_elements(input -> 'entries') AS sent
    JOIN import_entry AS i ON i.uid = sent ->> 'uid' AND i.entry = sent - 'uid', jsonb_array_elements(sent -> 'overrides') AS o ON CONFLICT DO NOTHING;
    INSERT INTO import_seen SELECT jsonb_array_elements_text(input -> 'seen');
    RETURN done(jsonb_build_object('twice', twice));
END $$;
ALTER FUNCTION api.import_chunk(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.import_chunk(jsonb, jsonb) TO hubd_admin;
