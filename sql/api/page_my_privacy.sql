-- SPDX-License-Identifier: GPL-3.0-or-later
-- GET /me/privacy: one's consents, the way to all that is stored, and the end of the account.
CREATE OR REPLACE FUNCTION api.page_my_privacy(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    person bigint := hubd.caller_person(caller);
BEGIN
    IF person IS NULL THEN
        RETURN hubd.problem_sign_in(caller);
    END IF;
    RETURN hubd.page_reply(caller, jsonb_build_object('consents', hubd.consents_of(hubd.language(caller), person), 'retention', hubd.retention_document(),
        'is_recent', hubd.is_recent_sign_in(caller), 'ahead', (SELECT count(*) FROM hubd.booking AS b WHERE b.person_id = person AND b.kind = 'booking' AND b.state IN ('held', 'confirmed') AND lower(b.during) > hubd.present()),
        'of_groups', EXISTS (SELECT FROM hubd.booking AS b WHERE b.person_id = person AND b.state = 'confirmed' AND lower(b.during) > hubd.present() AND (b.organisation_id IS NOT NULL OR b.team_id IS NOT NULL)),
        'obstacle', (hubd.problem_of_erasing(caller, person)).body::jsonb ->> 'detail'));
END $$;
ALTER FUNCTION api.page_my_privacy(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.page_my_privacy(jsonb, jsonb) TO hubd_serve;
