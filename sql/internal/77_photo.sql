-- SPDX-License-Identifier: GPL-3.0-or-later
-- Photos of rooms and machines. C has looked at the bytes: type, width and height are theirs.

CREATE OR REPLACE FUNCTION hubd.problem_of_photo(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF length(input ->> 'data') > 87384 THEN
        RETURN hubd.problem_unprocessable(caller, 'photo-too-large', '/data', 'Ein Foto hat höchstens 64 KiB, damit die Seite leicht bleibt: bitte kleiner speichern, etwa 1000 Punkte breit als WebP oder JPEG.',
            'A photo has at most 64 KiB, so that the page stays light: please save it smaller, about 1000 points wide as WebP or JPEG.');
    ELSIF (input ->> 'width')::bigint NOT BETWEEN 16 AND 4096 OR (input ->> 'height')::bigint NOT BETWEEN 16 AND 4096 THEN
        RETURN hubd.problem_unprocessable(caller, 'photo-wrong-size', '/data',
            format('Das Foto misst %s × %s Punkte; möglich sind 16 bis 4096 je Seite.', input ->> 'width', input ->> 'height'),
            format('The photo measures %s × %s points; 16 to 4096 each way are possible.', input ->> 'width', input ->> 'height'));
    ELSIF btrim(coalesce(input ->> 'alt_de', '')) = '' THEN
        RETURN hubd.problem_unprocessable(caller, 'missing-member', '/alt_de', 'Bitte in einem Satz sagen, was das Foto zeigt: für alle, die es nicht sehen.',
            'Please say in a sentence what the photo shows: for those who cannot see it.');
    END IF;
    RETURN NULL;
END $$;

-- Takes the photo of a resource in place of the one before; without data it goes. The caller entered the hub and knows that a manager asks.
CREATE OR REPLACE FUNCTION hubd.photo_write(caller jsonb, hub bigint, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    r hubd.resource;
    problem api.reply := CASE WHEN input ->> 'data' IS NOT NULL THEN hubd.problem_of_photo(caller, input) END;
    bytes bytea := decode(CASE WHEN problem.status IS NULL THEN input ->> 'data' END, 'base64');
BEGIN
    SELECT * INTO r FROM hubd.resource AS o WHERE o.hub_id = hub AND o.slug = input ->> 'resource' FOR UPDATE;
    IF r.id IS NULL THEN
        RETURN hubd.problem_no_resource(caller, input ->> 'hub', input ->> 'resource');
    ELSIF problem.status IS NOT NULL THEN
        RETURN problem;
    END IF;
    DELETE FROM hubd.resource_photo AS p WHERE p.hub_id = hub AND p.resource_id = r.id;
    INSERT INTO hubd.resource_photo (hub_id, resource_id, type, width, height, bytes, sha256, alt_de, alt_en)
    SELECT hub, r.id, input ->> 'type', (input ->> 'width')::integer, (input ->> 'height')::integer, bytes, encode(sha256(bytes), 'hex'),
        btrim(input ->> 'alt_de'), btrim(coalesce(input ->> 'alt_en', '')) WHERE bytes IS NOT NULL;
    UPDATE hubd.resource AS o SET revision = o.revision + 1 WHERE o.hub_id = hub AND o.id = r.id;
    PERFORM hubd.changed(ARRAY['resource:' || r.id]);
    RETURN hubd.resource_reply(caller, hub, r.slug, 200);
END $$;

-- What the page's form and the API do alike.
CREATE OR REPLACE FUNCTION hubd.photo_decide(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql AS $$
DECLARE
    person bigint := hubd.caller_person(caller, 'write');
    reply api.reply;
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_no_writer(caller);
    END IF;
    reply := hubd.replay(caller, input);
    IF reply.status IS NOT NULL THEN
        RETURN reply;
    END IF;
    reply := hubd.manager_refusal(caller, person, input ->> 'hub');
    BEGIN
        IF reply.status IS NULL THEN
            reply := hubd.photo_write(caller, hubd.hub_of(input ->> 'hub'), input);
        END IF;
        IF (input ->> 'dry_run')::boolean THEN
            PERFORM hubd.undo();
        END IF;
    EXCEPTION WHEN SQLSTATE 'HB002' THEN
        RETURN hubd.as_dry_run(reply);
    END;
    RETURN hubd.remember(caller, reply);
END $$;
