-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /sign-in/ask: {mail, attempt, code, code_sha256, link_sha256, url, client}. The same answer whether or not anybody has the address, after
-- the same work: who it is for is looked up by the worker. Bounded for the asking address and for the mail address, each by the hour.
CREATE OR REPLACE FUNCTION api.sign_in_ask(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    seconds integer := coalesce(hubd.over_limit('sign-in-from:' || (input ->> 'client'), 20),
        hubd.over_limit('sign-in-for:' || encode(sha256(lower(input ->> 'mail')::bytea), 'hex'), 6));
BEGIN
    IF seconds IS NOT NULL THEN
        RETURN hubd.problem_too_often(caller, seconds);
    END IF;
    INSERT INTO hubd.sign_in_attempt (sha256, code_sha256, asked, expires_at)
    VALUES (input ->> 'attempt', input ->> 'code_sha256', input - '{attempt,code_sha256,client}'::text[], hubd.present() + interval '15 minutes');
    PERFORM hubd.queue('sign-in-mail', input ->> 'attempt');
    RETURN ROW(200, '{}', NULL, NULL)::api.reply;
END $$;
ALTER FUNCTION api.sign_in_ask(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.sign_in_ask(jsonb, jsonb) TO hubd_serve;
