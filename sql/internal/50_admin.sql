-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the administration's functions share. They belong to hubd_network (people, tokens and jobs are of no hub, and loading
-- writes many hubs) and only hubd_admin may call them.

CREATE OR REPLACE FUNCTION hubd.done(body jsonb, status integer DEFAULT 200) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN ROW(status, body::text, NULL, NULL)::api.reply;

-- A refusal of an operator's command: one sentence that says what would be right.
CREATE OR REPLACE FUNCTION hubd.refused(status integer, problem text, sentence text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.problem(status, problem, 'Not done', sentence);

CREATE OR REPLACE FUNCTION hubd.refused_hub(slug text) RETURNS api.reply LANGUAGE sql STABLE
    RETURN hubd.refused(404, 'not-found', coalesce(
        format('There is no hub "%s". There are: ', slug)
            || (SELECT string_agg(h.slug, ', ' ORDER BY h.slug) FROM hubd.hub AS h WHERE NOT h.is_network) || '.',
        format('There is no hub "%s", and no other: hubd admin hub add %1$s NAME makes it.', slug)));

CREATE OR REPLACE FUNCTION hubd.refused_person(mail text) RETURNS api.reply LANGUAGE sql IMMUTABLE
    RETURN hubd.refused(404, 'not-found', format('Nobody has the address %s: hubd admin person add %1$s NAME makes the account.', mail));

CREATE OR REPLACE FUNCTION hubd.person_of(mail text) RETURNS bigint LANGUAGE sql STABLE
    RETURN (SELECT p.id FROM hubd.person AS p WHERE lower(p.mail) = lower(person_of.mail));
