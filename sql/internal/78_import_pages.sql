-- SPDX-License-Identifier: GPL-3.0-or-later
-- Programmes uploaded on a page. The worker reads the file; what it means is decided by the same functions that hubd import calls.

CREATE OR REPLACE FUNCTION hubd.queue_import(hub bigint, upload bigint, state text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hubd.queue('import', upload || ':' || state, jsonb_build_object('hub', hub, 'upload', upload));
END $$;

CREATE OR REPLACE FUNCTION hubd.upload_document(u hubd.import_upload) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN jsonb_build_object('id', u.id, 'name', u.name, 'state', u.state, 'made', hubd.instant(u.made_at), 'person', (SELECT p.name FROM hubd.person AS p WHERE p.id = u.person_id),
        'creates_rooms', u.creates_rooms, 'report', u.report, 'error', u.error);
END $$;

CREATE OR REPLACE FUNCTION hubd.manage_uploads(language text, hub bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT jsonb_build_object('hub', hubd.hub_document(language, h), 'uploads',
        (SELECT coalesce(jsonb_agg(hubd.upload_document(u) - 'report' ORDER BY u.id DESC), '[]') FROM hubd.import_upload AS u WHERE u.hub_id = hub)) FROM hubd.hub AS h WHERE h.id = hub);
END $$;

-- Keeps the file and has it tried. At most three wait at a time; of those that ended the last twenty stay.
CREATE OR REPLACE FUNCTION hubd.upload_add(caller jsonb, hub bigint, person bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    u hubd.import_upload;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('import-upload', hub));
    IF (SELECT count(*) FROM hubd.import_upload AS o WHERE o.hub_id = hub AND o.state IN ('reading', 'applying')) >= 3 THEN
        RETURN hubd.problem(429, 'too-many', hubd.say(hubd.language(caller), 'Es werden schon drei Dateien gelesen', 'Three files are being read already'),
            hubd.say(hubd.language(caller), 'Bitte warten, bis eine davon fertig ist.', 'Please wait until one of them is done.'));
    END IF;
    DELETE FROM hubd.import_upload AS o WHERE o.hub_id = hub AND o.state NOT IN ('reading', 'applying')
        AND o.id NOT IN (SELECT k.id FROM hubd.import_upload AS k WHERE k.hub_id = hub ORDER BY k.id DESC LIMIT 19);
    INSERT INTO hubd.import_upload AS o (hub_id, person_id, name, creates_rooms, bytes)
    VALUES (hub, person, input ->> 'name', coalesce((input ->> 'creates_rooms')::boolean, false), decode(input ->> 'data', 'base64')) RETURNING * INTO u;
    PERFORM hubd.queue_import(hub, u.id, u.state);
    RETURN ROW(201, jsonb_build_object('id', u.id)::text, NULL, NULL)::api.reply;
END $$;

-- After a look: for real.
CREATE OR REPLACE FUNCTION hubd.upload_apply(caller jsonb, hub bigint, upload bigint) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    was text;
BEGIN
    SELECT u.state INTO was FROM hubd.import_upload AS u WHERE u.hub_id = hub AND u.id = upload FOR UPDATE;
    IF was IS NULL THEN
        RETURN hubd.problem_not_found(caller, 'Diesen Import gibt es nicht mehr.', 'There is no such import any more.');
    ELSIF was = 'looked' THEN
        UPDATE hubd.import_upload AS u SET state = 'applying' WHERE u.hub_id = hub AND u.id = upload;
        PERFORM hubd.queue_import(hub, upload, 'applying');
    END IF;
    RETURN ROW(200, jsonb_build_object('id', upload)::text, NULL, NULL)::api.reply;
END $$;

-- What of the file did not come in, from all who know: its reader, the staging (twice), the hub (elsewhere).
CREATE OR REPLACE FUNCTION hubd.upload_report(was jsonb, twice jsonb, body jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN was || (body - 'foreign') || jsonb_build_object('skipped', (was -> 'skipped')
        || coalesce((SELECT jsonb_agg(t || '{"code": "twice"}') FROM jsonb_array_elements(twice) AS t), '[]')
        || coalesce((SELECT jsonb_agg(f || '{"code": "elsewhere"}') FROM jsonb_array_elements(body -> 'foreign') AS f), '[]'));

-- One import of a document that was read, as hubd import does it; a trial is undone by the caller.
CREATE OR REPLACE FUNCTION hubd.upload_run(hub bigint, u hubd.import_upload, document jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    speaker jsonb := '{"language": "en"}';
    reply api.reply := api.import_begin(speaker, jsonb_build_object('hub', (SELECT h.slug FROM hubd.hub AS h WHERE h.id = hub), 'create_rooms', u.creates_rooms));
    chunk jsonb;
    twice jsonb := '[]';
BEGIN
    FOR chunk IN SELECT * FROM jsonb_array_elements(document -> 'chunks') LOOP
        EXIT WHEN reply.status >= 400;
        reply := api.import_chunk(speaker, chunk);
        twice := twice || (reply.body::jsonb -> 'twice');
    END LOOP;
    IF reply.status < 400 THEN
        reply := api.import_finish(speaker, jsonb_build_object('calendar', document -> 'calendar'));
    END IF;
    RETURN CASE WHEN reply.status >= 400 THEN jsonb_build_object('error', reply.body::jsonb ->> 'detail')
        ELSE hubd.upload_report(document -> 'read', twice, reply.body::jsonb) END;
END $$;

-- Tries, or takes over, and keeps the report.
CREATE OR REPLACE FUNCTION hubd.upload_end(hub bigint, u hubd.import_upload, document jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    outcome jsonb := CASE WHEN document ? 'error' THEN document END;
BEGIN
    BEGIN
        outcome := coalesce(outcome, hubd.upload_run(hub, u, document));
        IF u.state = 'reading' OR outcome ? 'error' THEN
            PERFORM hubd.undo();
        END IF;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        NULL;
    END;
    UPDATE hubd.import_upload AS o SET report = CASE WHEN outcome ? 'error' THEN NULL ELSE outcome END, error = outcome ->> 'error',
        state = CASE WHEN outcome ? 'error' THEN 'failed' WHEN u.state = 'reading' THEN 'looked' ELSE 'done' END,
        bytes = CASE WHEN u.state = 'reading' AND NOT outcome ? 'error' THEN o.bytes END, ended_at = hubd.present()
    WHERE o.hub_id = hub AND o.id = u.id;
END $$;
