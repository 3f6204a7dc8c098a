-- SPDX-License-Identifier: GPL-3.0-or-later
-- What becomes of a mail. All of it runs as hubd_network, for the worker and for operators.

-- It is over: what is secret in it goes, and it shows that there was something.
CREATE OR REPLACE FUNCTION hubd.end_mail(message bigint, state text, answer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hubd.message AS m SET state = end_mail.state, ended_at = hubd.present(), answer = left(end_mail.answer, 200),
        data = CASE WHEN m.data ? 'secret' THEN m.data - 'secret' || '{"is_wiped": true}' ELSE m.data END
        WHERE m.id = message;
END $$;

-- The connection or the worker was lost after the text began, so that a server may have the mail or not. It is sent again, since a mail that comes
-- twice harms less than one that never comes, and mail programs know it by its Message-ID; the fifth time it is set aside. True: it was.
CREATE OR REPLACE FUNCTION hubd.mail_unknown(message bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    times integer;
BEGIN
    UPDATE hubd.message AS m SET state = 'queued', unknowns = m.unknowns + 1 WHERE m.id = message RETURNING m.unknowns INTO times;
    IF times >= 5 THEN
        PERFORM hubd.end_mail(message, 'unknown', 'five times the connection was lost before the answer');
    END IF;
    RETURN times >= 5;
END $$;

-- For operators: whose mail it is and what became of it, never what it says.
CREATE OR REPLACE FUNCTION hubd.mail_document(m hubd.message) RETURNS jsonb LANGUAGE sql STABLE
    RETURN jsonb_build_object('id', (m).id, 'kind', (m).kind, 'to', coalesce((m).address, (SELECT p.mail FROM hubd.person AS p WHERE p.id = (m).person_id)),
        'language', (m).language, 'state', (m).state, 'attempts', (m).attempts, 'unknowns', (m).unknowns, 'written', hubd.instant((m).created_at),
        'ended', hubd.instant((m).ended_at), 'answer', (m).answer);
