-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tells whoever listens on hubd_changed which public scopes changed since a snapshot that this function gave before (NULL: nothing is
-- told, only the snapshot given). Workers call it now and then: one NOTIFY for many writes, since a NOTIFY in every write would
-- make all commits wait for each other. Owned by hubd_network: scopes of all hubs, but names only.
CREATE OR REPLACE FUNCTION api.tell_changes(since text) RETURNS TABLE (snapshot text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    seen record;
    public_scopes text;
BEGIN
    SELECT * INTO seen FROM api.feed_changes(since);
    SELECT string_agg(scope, ' ' ORDER BY scope) INTO public_scopes
    FROM unnest(string_to_array(CASE WHEN seen.is_all THEN 'all' ELSE seen.scopes END, ' ')) AS scope
    WHERE scope !~ '^(person|token|forget|team|organisation):' AND scope <> 'compacted';
    IF since IS NOT NULL AND public_scopes IS NOT NULL THEN
        -- A payload holds less than 8000 bytes.
        PERFORM pg_notify('hubd_changed', CASE WHEN length(public_scopes) < 7900 THEN public_scopes ELSE 'all' END);
    END IF;
    RETURN QUERY SELECT seen.snapshot;
END $$;
ALTER FUNCTION api.tell_changes(text) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.tell_changes(text) TO hubd_work;
