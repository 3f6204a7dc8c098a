# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call what, read from the catalogue, so that a new table or function cannot be forgotten."""
import psycopg2
import pytest

LOGINS = ("hubd_serve", "hubd_work", "hubd_admin")


def caller_of(name):
    """The one role that calls an api function, by the family that its name begins with."""
    family = name.split("_")[0]
    if family in ("admin", "import", "export"):
        return "hubd_admin"
    return "hubd_work" if family in ("job", "tell") else "hubd_serve"


def test_a_role_that_logs_in_may_call_its_functions_and_nothing_else(world):
    rights = world.rows("""
        SELECT n.nspname, p.proname, array_agg(r.rolname::text ORDER BY r.rolname) FILTER (WHERE has_function_privilege(r.oid, p.oid, 'EXECUTE'))
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace, pg_roles AS r
        WHERE n.nspname IN ('hubd', 'api') AND r.rolname = ANY (%s) GROUP BY n.nspname, p.oid, p.proname""", list(LOGINS))
    assert len(rights) > 100
    wrong = [(schema, name, roles) for schema, name, roles in rights if roles != ([caller_of(name)] if schema == "api" else None)]
    assert wrong == []


def test_a_role_that_logs_in_reaches_no_table_and_makes_nothing(world):
    assert world.rows("""
        SELECT r.rolname, c.relname FROM pg_roles AS r, pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE r.rolname = ANY (%s) AND n.nspname IN ('hubd', 'api') AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE')
            WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f') THEN has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                OR has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END""", list(LOGINS)) == []
    assert world.rows("""
        SELECT r.rolname, n.nspname FROM pg_roles AS r, pg_namespace AS n WHERE r.rolname = ANY (%s) AND n.nspname IN ('hubd', 'api', 'public')
            AND (has_schema_privilege(r.oid, n.oid, 'CREATE') OR (n.nspname = 'hubd' AND has_schema_privilege(r.oid, n.oid, 'USAGE')))""", list(LOGINS)) == []
    assert world.rows("""
        SELECT r.rolname FROM pg_roles AS r WHERE r.rolname LIKE 'hubd%%' AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb
            OR r.rolcanlogin <> (r.rolname = ANY (%s)) OR EXISTS (SELECT FROM pg_auth_members AS m WHERE m.member = r.oid))""", list(LOGINS)) == []


def test_every_api_function_with_rights_of_its_own_is_fenced_and_has_a_path_of_its_own(world):
    """One that is not SECURITY DEFINER has its caller's rights: none at all."""
    assert world.rows("""
        SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'api'::regnamespace AND NOT (
            p.proowner::regrole::text IN ('hubd_api', 'hubd_network') AND (NOT p.prosecdef OR 'search_path=hubd, pg_temp' = ANY (p.proconfig)))""") == []


def test_every_table_of_a_hub_is_behind_the_fence(world):
    assert world.rows("""
        SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'hub_id'
        WHERE c.relnamespace = 'hubd'::regnamespace AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""") == []


def test_a_function_that_forgets_its_hub_sees_nothing_and_writes_nothing(world):
    world.room("aula")
    made = world.book(9, 11, "aula")
    with world.connection.cursor() as cursor:
        cursor.execute("SET SESSION AUTHORIZATION hubd_api")
        try:
            for table in ("site", "resource", "unit", "booking", "booking_item", "event", "membership", "refusal"):
                cursor.execute(f"SELECT count(*) FROM hubd.{table}")
                assert cursor.fetchone() == (0,), table
            cursor.execute("DELETE FROM hubd.claim WHERE booking_id = %s", (made["id"],))
            assert cursor.rowcount == 0
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("INSERT INTO hubd.site (hub_id, slug, name) VALUES (%s, 'fremd', 'fremd')", (world.hub,))
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")
    assert world.claims() == 1
