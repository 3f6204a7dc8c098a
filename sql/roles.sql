-- SPDX-License-Identifier: GPL-3.0-or-later
-- The roles. Applied before every migration, may be applied again; needs CREATEROLE.
-- hubd_owner owns schemas and tables; hubd_api owns the api functions of one hub, hubd_network the few that
-- cross hubs; hubd_serve, hubd_work and hubd_admin log in and may EXECUTE their api functions, nothing else.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('hubd_owner', false), ('hubd_api', false), ('hubd_network', false),
            ('hubd_serve', true), ('hubd_work', true), ('hubd_admin', true)
        ) AS role (name, logs_in)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS %s',
                wanted.name, CASE WHEN wanted.logs_in THEN 'LOGIN' ELSE 'NOLOGIN' END);
        END IF;
    END LOOP;
END $$;

-- Shorter than the daemon's own deadlines (10 s), so that the server ends what the client would no longer hear.
ALTER ROLE hubd_serve SET statement_timeout = '8s';
ALTER ROLE hubd_serve SET lock_timeout = '5s';
ALTER ROLE hubd_serve SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE hubd_work SET statement_timeout = '120s';
ALTER ROLE hubd_work SET lock_timeout = '10s';
ALTER ROLE hubd_admin SET lock_timeout = '10s';
