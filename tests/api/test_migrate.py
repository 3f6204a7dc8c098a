# SPDX-License-Identifier: GPL-3.0-or-later
"""hubd migrate, on folders of its own making and on the shipped one."""
import os
import pathlib
import shutil
import subprocess

import pytest

import postgres

ROOT = pathlib.Path(__file__).resolve().parents[2]
HUBD = ROOT / os.environ.get("HUBD_BUILD", "build") / "hubd"

pytestmark = pytest.mark.skipif(not postgres.is_available(), reason="skipped: no PostgreSQL server installed")


@pytest.fixture(scope="module")
def server():
    with postgres.Postgres(fsync=False) as server:
        yield server


@pytest.fixture
def database(server, request):
    name = "m_" + str(abs(hash(request.node.name)))
    server.sql(f"CREATE DATABASE {name}", database="postgres")
    yield name
    server.sql(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")


class Folder:
    """A small sql/ of two migrations and three functions."""

    def __init__(self, path):
        self.path = path
        for below in ("internal", "api"):
            (path / below).mkdir()
        self.write("roles.sql", "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN"
                                " CREATE ROLE reader; END IF; END $$;")
        self.write("001_ground.sql", "CREATE SCHEMA api; GRANT USAGE ON SCHEMA api TO reader; CREATE TABLE hubd.room (name text UNIQUE);")
        self.write("002_color.sql", "ALTER TABLE hubd.room ADD color text;")
        self.write("internal/double.sql", "CREATE OR REPLACE FUNCTION hubd.double(n int) RETURNS int LANGUAGE sql RETURN n * 2;")
        # Its body names a function of a file that comes later.
        self.write("api/answer.sql", "CREATE OR REPLACE FUNCTION api.answer() RETURNS int LANGUAGE sql AS 'SELECT api.half()';"
                                     "GRANT EXECUTE ON FUNCTION api.answer TO reader;")
        self.write("api/half.sql", "CREATE OR REPLACE FUNCTION api.half() RETURNS int LANGUAGE sql AS 'SELECT hubd.double(21)';")

    def write(self, name, text):
        (self.path / name).write_text(text + "\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.fixture
def migrate(server, database, folder):
    def run(*arguments):
        return subprocess.run([HUBD, "migrate", "--sql", folder.path, "--database", server.conninfo(database=database), *arguments],
                              capture_output=True, text=True, timeout=60, check=False)
    return run


@pytest.fixture
def value(server, database):
    return lambda query: server.value(query, database=database)


def refused(done, *words):
    assert done.returncode == 1
    for word in words:
        assert word in done.stderr
    return True


def test_an_empty_database_becomes_usable_and_a_second_run_touches_nothing(migrate, value):
    done = migrate()
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["roles: 1 file applied.", "001_ground.sql: applied.", "002_color.sql: applied.",
                                        "functions: 3 files applied."]
    assert value("SELECT api.answer()") == "42"
    before = value("SELECT xmin::text || ':' || applied_at FROM hubd.applied WHERE name = 'functions'")
    done = migrate()
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")
    assert value("SELECT xmin::text || ':' || applied_at FROM hubd.applied WHERE name = 'functions'") == before


def test_an_upgrade_applies_only_what_is_new(migrate, folder, value):
    migrate()
    folder.write("003_floor.sql", "ALTER TABLE hubd.room ADD floor int;")
    folder.write("api/half.sql", "CREATE OR REPLACE FUNCTION api.half() RETURNS int LANGUAGE sql AS 'SELECT 7';")
    assert migrate().stdout.splitlines() == ["003_floor.sql: applied.", "functions: 3 files applied."]
    assert value("SELECT api.answer()") == "7"
    assert migrate("--again").stdout.splitlines() == ["roles: 1 file applied.", "functions: 3 files applied."]


def test_a_function_that_no_file_has_any_more_stays_for_the_old_daemons(migrate, folder, value):
    migrate()
    (folder.path / "api/answer.sql").unlink()
    assert migrate().stdout == "functions: 2 files applied.\n"
    assert value("SELECT api.answer()") == "42"


def test_two_at_the_same_time_do_the_work_once(server, database, folder):
    folder.write("001_ground.sql", "SELECT pg_sleep(0.3); CREATE SCHEMA api; GRANT USAGE ON SCHEMA api TO reader; CREATE TABLE hubd.room (name text);")
    command = [HUBD, "migrate", "--sql", folder.path, "--database", server.conninfo(database=database)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0] * 4, outputs
    said = sorted(output for output, _ in outputs)
    assert said[:3] == ["The database is up to date.\n"] * 3
    assert "002_color.sql: applied." in said[3]


def test_an_old_hubd_leaves_a_newer_database_alone(migrate, folder, value):
    folder.write("003_floor.sql", "ALTER TABLE hubd.room ADD floor int;")
    migrate()
    (folder.path / "003_floor.sql").unlink()
    folder.write("api/half.sql", "CREATE OR REPLACE FUNCTION api.half() RETURNS int LANGUAGE sql AS 'SELECT 7';")
    assert refused(migrate(), "newer than this hubd", "003_floor.sql")
    assert value("SELECT api.answer()") == "42"


def test_a_migration_changed_afterwards_is_named(migrate, folder):
    migrate()
    folder.write("001_ground.sql", "SELECT 1;")
    assert refused(migrate(), "001_ground.sql", "not the file that was applied")


@pytest.mark.parametrize("name, words", [
    ("004_late.sql", ["004_late.sql", "there is no 003"]),
    ("002_twin.sql", ["002_twin.sql", "the number of the file before it"]),
    ("000_zero.sql", ["000_zero.sql"]),
    ("helper.sql", ["helper.sql", "neither roles.sql nor NNN_name.sql"]),
])
def test_numbers_that_do_not_fit_are_refused_before_anything_happens(migrate, folder, value, name, words):
    folder.write(name, "SELECT 1;")
    assert refused(migrate(), *words)
    assert value("SELECT to_regclass('hubd.migration') IS NULL") == "t"


def test_a_failing_statement_leaves_nothing_half_done_and_is_named(migrate, folder, value):
    folder.write("003_broken.sql", "CREATE TABLE hubd.half_done (id int);\n-- für die Zeile\nALTER TABLE hubd.room ADD color2 nonsense;")
    assert refused(migrate(), "003_broken.sql", "line 3", '"nonsense" does not exist', "42704")
    assert value("SELECT to_regclass('hubd.half_done') IS NULL") == "t"
    assert value("SELECT max(version) FROM hubd.migration") == "2"
    folder.write("003_broken.sql", "CREATE TABLE hubd.half_done (id int);\nINSERT INTO hubd.room VALUES ('a'), ('a');")
    assert refused(migrate(), "003_broken.sql", "statement 2", "23505", "(name)=(a) already exists")
    assert value("SELECT to_regclass('hubd.half_done') IS NULL") == "t"
    folder.write("003_broken.sql", "CREATE TABLE hubd.half_done (id int);")
    assert migrate().returncode == 0


def test_a_failing_function_leaves_all_functions_as_they_were(migrate, folder, value):
    migrate()
    folder.write("api/half.sql", "CREATE OR REPLACE FUNCTION api.half() RETURNS int LANGUAGE sql AS 'SELECT 7';")
    folder.write("api/zero.sql", "CREATE FUNCTION api.zero() RETURNS nonsense LANGUAGE sql AS 'SELECT 0';")
    assert refused(migrate(), "api/zero.sql", "nonsense")
    assert value("SELECT api.answer()") == "42"


@pytest.mark.parametrize("words", ["COMMIT", "ROLLBACK", "COMMIT; BEGIN"])
def test_a_file_that_ends_its_transaction_is_refused(migrate, folder, value, words):
    folder.write("003_commit.sql", f"SELECT 1; {words}; SELECT 2;")
    assert refused(migrate(), "003_commit.sql", "COMMIT or ROLLBACK of its own")
    assert value("SELECT max(version) FROM hubd.migration") == "2"


def test_a_table_in_use_is_waited_for_with_patience_that_ends(server, database, migrate, folder):
    migrate()
    folder.write("003_floor.sql", "SET LOCAL lock_timeout = '200ms'; ALTER TABLE hubd.room ADD floor int;")
    holder = subprocess.Popen([server.bin + "/psql", "-X", "-q", server.conninfo(database=database)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    holder.stdin.write("BEGIN; SELECT count(*) FROM hubd.room; \\echo held\n")
    holder.stdin.flush()
    while "held" not in holder.stdout.readline():
        pass
    assert refused(migrate(), "003_floor.sql", "lock timeout")
    holder.stdin.close()
    holder.wait(10)
    assert migrate().returncode == 0


def test_no_database_is_said_in_a_sentence(folder):
    done = subprocess.run([HUBD, "migrate", "--sql", folder.path, "--database", "host=/nowhere dbname=x"], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 1 and "/nowhere" in done.stderr
    assert subprocess.run([HUBD, "migrate", "--nonsense"], capture_output=True, check=False).returncode == 2


def test_the_shipped_folder_applies_and_its_functions_are_whole(server, database, migrate, folder):
    """What check_function_bodies = off let pass is found here: every function is checked once more, with it on."""
    shutil.rmtree(folder.path)
    shutil.copytree(ROOT / "sql", folder.path)
    done = migrate()
    assert done.returncode == 0, done.stderr
    files = sorted((ROOT / "sql/internal").glob("*.sql")) + sorted((ROOT / "sql/api").glob("*.sql"))
    for file in files:
        server.sql(file.read_text(encoding="utf-8"), database=database)
    assert migrate().stdout == "The database is up to date.\n"
