-- SPDX-License-Identifier: GPL-3.0-or-later
-- The same request twice does its work once. A writing api function says, once it knows who asks:
--     reply := hubd.replay(caller, input);  IF reply.status IS NOT NULL THEN RETURN reply; END IF;
--     … RETURN hubd.remember(caller, reply);
-- Who knows the person already may say so (a third argument), and it is not looked up again.
-- Refusals are remembered as successes are; a RAISE stores nothing; a dry run neither reads nor writes.

-- NULL: do the work, the key is ours until the end of the transaction. Else the stored answer, or that the key was used for something else.
-- A twin under way holds the row: the INSERT waits for its end.
CREATE OR REPLACE FUNCTION hubd.replay(caller jsonb, input jsonb DEFAULT '{}', person bigint DEFAULT NULL) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    asker text := 'person:' || coalesce(person, hubd.caller_person(caller, 'write'));
    stored hubd.idempotency;
BEGIN
    IF caller ->> 'key' IS NULL OR asker IS NULL OR (input ->> 'dry_run')::boolean THEN
        RETURN NULL;
    END IF;
    INSERT INTO hubd.idempotency (principal, key, hash) VALUES (asker, caller ->> 'key', coalesce(caller ->> 'hash', ''))
        ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO STRICT stored FROM hubd.idempotency WHERE principal = asker AND key = caller ->> 'key';
    IF stored.hash <> coalesce(caller ->> 'hash', '') THEN
        RETURN hubd.problem(422, 'key-reused',
            hubd.say(hubd.language(caller), 'Idempotency-Key schon benutzt', 'Idempotency-Key already used'),
            hubd.say(hubd.language(caller), 'Dieser Idempotency-Key gehört zu einer anderen Anfrage: bitte einen neuen nehmen.',
                'This Idempotency-Key belongs to another request: please take a new one.'));
    END IF;
    RETURN stored.reply;
END $$;

CREATE OR REPLACE FUNCTION hubd.remember(caller jsonb, reply api.reply, person bigint DEFAULT NULL) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    asker text;
BEGIN
    IF caller ->> 'key' IS NOT NULL THEN
        asker := 'person:' || coalesce(person, hubd.caller_person(caller, 'write'));
        UPDATE hubd.idempotency AS i SET reply = remember.reply
            WHERE i.principal = asker AND i.key = caller ->> 'key' AND (i.reply).status IS NULL;
    END IF;
    RETURN reply;
END $$;

-- Nobody who may write: without a token 401, with one that may only read 403.
CREATE OR REPLACE FUNCTION hubd.problem_no_writer(caller jsonb) RETURNS api.reply LANGUAGE sql STABLE
    RETURN CASE WHEN hubd.caller_person(caller) IS NULL THEN hubd.problem_sign_in(caller)
        ELSE hubd.problem_not_allowed(caller, 'Dieses Token darf nur lesen.', 'This token may only read.') END;
