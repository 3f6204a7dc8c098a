-- SPDX-License-Identifier: GPL-3.0-or-later
-- POST /api/v1/day-passes: {hub, mail, name, day, sentence}: a member's rights for a day.
CREATE OR REPLACE FUNCTION api.day_pass_give(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE sql SECURITY DEFINER SET search_path = hubd, pg_temp
    RETURN hubd.deed(caller, input, 'give_pass');
ALTER FUNCTION api.day_pass_give(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.day_pass_give(jsonb, jsonb) TO hubd_serve;
