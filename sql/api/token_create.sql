-- SPDX-License-Identifier: GPL-3.0-or-later
-- A token for a program: {name, scopes, sha256, expires}. It is made and shown once by who asked; only its SHA-256 comes here. A token can make none
-- that may more, or for longer, than itself.
CREATE OR REPLACE FUNCTION api.token_create(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    most CONSTANT integer := 20;
    wanted text[] := ARRAY(SELECT DISTINCT s FROM jsonb_array_elements_text(input -> 'scopes') AS s ORDER BY s);
    own hubd.token;
    made hubd.token;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    SELECT * INTO own FROM hubd.token AS t WHERE t.sha256 = caller ->> 'token';
    PERFORM FROM hubd.person AS p WHERE p.id = person FOR UPDATE;
    IF wanted = '{}' OR NOT wanted <@ '{read,write,feed,calendar}' OR wanted = '{feed}' THEN
        RETURN hubd.problem_unprocessable(caller, 'unknown-scope', '/scopes', 'Ein Token darf "read", "write", "calendar" oder "feed" zusammen mit einem davon; eine Adresse nur zum Abonnieren gibt es unter /me/feeds.',
            'A token may "read", "write", "calendar", or "feed" together with one of them; an address that only subscribes is made at /me/feeds.');
    ELSIF own.id IS NOT NULL AND NOT wanted <@ own.scopes THEN
        RETURN hubd.problem_not_allowed(caller, 'Ein Token kann keines machen, das mehr darf als es selbst.', 'A token cannot make one that may more than itself.');
    ELSIF (input ->> 'expires')::timestamptz <= hubd.present() THEN
        RETURN hubd.problem_unprocessable(caller, 'expired-already', '/expires', 'Dieser Tag ist schon vorbei.', 'That day is over already.');
    ELSIF (SELECT count(*) FROM hubd.token AS t WHERE t.person_id = person AND t.scopes <> '{feed}' AND t.revoked_at IS NULL) >= most THEN
        RETURN hubd.problem_unprocessable(caller, 'too-many', '/name', format('Mehr als %s Token gehen nicht: bitte eines widerrufen, das niemand mehr braucht.', most),
            format('More than %s tokens are not possible: please revoke one that nobody needs any more.', most));
    END IF;
    IF (input ->> 'dry_run')::boolean THEN
        RETURN ROW(200, '{"dry_run": true}', NULL, NULL)::api.reply;
    END IF;
    INSERT INTO hubd.token (person_id, sha256, name, scopes, expires_at)
    VALUES (person, input ->> 'sha256', input ->> 'name', wanted, least((input ->> 'expires')::timestamptz, own.expires_at)) RETURNING * INTO made;
    RETURN ROW(201, hubd.token_document(made)::text, NULL, '/api/v1/tokens/' || made.id)::api.reply;
END $$;
ALTER FUNCTION api.token_create(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.token_create(jsonb, jsonb) TO hubd_serve;
