# SPDX-License-Identifier: GPL-3.0-or-later
"""What lists say and what is there: two hands that change a list at once leave a line twice or not at all, and nothing else notices."""
import collections
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "daemon").rglob("*.[ch]"))


def twice(things):
    return sorted(thing for thing, times in collections.Counter(things).items() if times > 1)


def tracked(*patterns):
    """Files of the repository; without one (an unpacked archive) all that fit."""
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for pattern in patterns for path in ROOT.rglob(pattern) if "node_modules" not in path.parts]


def routes():
    """Method and path of every row, in the table's order."""
    macros, text = {}, (ROOT / "daemon/routes.c").read_text(encoding="utf-8")
    for name, value in re.findall(r'#define ([A-Z]+) "([^"]*)"', text):
        macros[name] = value
    rows = re.findall(r'\{\.method = "([A-Z]+)", \.path = ([^,]+),', text)
    assert len(rows) == text.count(".method =")
    return [(method, re.sub(r'"| ', "", re.sub(r"\b([A-Z]+)\b(?= )", lambda macro: macros[macro[1]], path))) for method, path in rows]


def test_no_address_is_answered_by_a_row_that_nobody_sees():
    """A row that stands twice, or behind a pattern that fits its path first, is never asked."""
    rows = routes()
    assert len(rows) > 80 and not twice(rows)
    paths = list(dict.fromkeys(path for _, path in rows))
    for place, path in enumerate(paths):
        for before in paths[:place]:
            pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in before.split("/"))
            assert not re.fullmatch(pattern, path), f"{path} is behind {before}"


def test_every_function_of_the_database_is_called_by_somebody():
    """sql/api holds what the daemons may call: what nothing calls is a right too many."""
    called = set(re.findall(r"(?:\"|\bapi\.)(\w+)", "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)))
    for path in (ROOT / "sql").rglob("*.sql"):
        called |= set(re.findall(r"api\.(\w+)", re.sub(r"(?m)^(CREATE|ALTER|GRANT|REVOKE|COMMENT|DROP)\b.*|--.*", "", path.read_text(encoding="utf-8"))))
    jobs = {path.stem for path in (ROOT / "sql/api").glob("job_*.sql")}
    there = {path.stem for path in (ROOT / "sql/api").glob("*.sql")}
    assert not there - called - jobs, sorted(there - called - jobs)


def test_every_file_of_a_module_is_explained_in_its_readme():
    missing = []
    for module in sorted(path for path in (ROOT / "daemon").iterdir() if path.is_dir()):
        known = set(re.findall(r"\w+", (module / "README.md").read_text(encoding="utf-8")))
        missing += [f"{module.name}/{path.stem}" for path in module.glob("*.c") if path.stem not in known]
    assert not missing, missing


def test_the_shipped_settings_are_those_that_the_program_knows():
    said = subprocess.run([ROOT / os.environ.get("HUBD_BUILD", "build") / "hubd", "check-config", "--defaults"], capture_output=True, text=True, check=True).stdout
    assert said == (ROOT / "config/hubd.conf").read_text(encoding="utf-8")


def test_migrations_are_numbered_without_a_gap_or_a_twin():
    numbers = [int(path.name[:3]) for path in sorted((ROOT / "sql").glob("[0-9]*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("table, entry", [
    ("daemon/dispatch/problem.c", r'(?m)^\s*\{"([a-z-]+)"'),
    ("daemon/base/conf_table.c", r'(?m)^\s*\{\.?(?:name = )?"([a-z_]+)"'),
    (".make/packages", r"(?m)^([a-z0-9.+-]+) "),
])
def test_a_table_has_each_name_once(table, entry):
    names = re.findall(entry, (ROOT / table).read_text(encoding="utf-8"))
    assert len(names) > 20 and not twice(names)


def test_no_member_of_a_json_file_hides_another_of_its_name():
    def once(pairs):
        assert not twice(name for name, _ in pairs), twice(name for name, _ in pairs)
        return dict(pairs)

    files = [path for path in tracked("*.json") if path.name != "package-lock.json"]
    assert len(files) > 20
    for path in files:
        try:
            json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)
        except AssertionError as error:
            raise AssertionError(f"{path.relative_to(ROOT)}: {error}") from None


def test_no_merge_was_left_half_done():
    marks = re.compile(rb"(?m)^(<{7}|>{7}|\|{7})( |$)|^={7}$")
    left = [str(path.relative_to(ROOT)) for path in tracked("*.c", "*.h", "*.sql", "*.py", "*.mjs", "*.js", "*.md", "*.json", "*.sh", "Makefile", "*.css")
            if marks.search(path.read_bytes())]
    assert not left, left
