# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages in a real Chromium: what people see, hear and press. README.md says how a page or a journey gets in here."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api"))
import conftest  # noqa: E402  (the API tests' service)
import postgres  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
MAILS = ("kim.sommer@example.org", "robin.becker@example.org", "alex.winter@example.org")
LEAVE = {"journey_privacy.mjs": ("silke.maier@example.org",)}  # who is gone afterwards


def why_not():
    if not (HERE / "node_modules").is_dir():
        return "skipped: no npm packages (npm ci in tests/browser)"
    if shutil.which("node") is None or not os.path.exists(CHROMIUM):
        return "skipped: no node, or no Chromium"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(version.lstrip("v").split(".")[0] or 0) < 20:
        return f"skipped: node {version} is older than 20"
    return None if postgres.is_available() else "skipped: no PostgreSQL server installed"


@pytest.fixture(scope="session")
def examples():
    """A service with the twelve example hubs, as `make run` has it; development shows /design."""
    if why_not():
        pytest.skip(why_not())
    mails = tempfile.mkdtemp(prefix="hubd-mail-", dir="/var/tmp")
    settings = {"development": "yes", "mail_directory": mails}
    with postgres.Postgres(fsync=False) as server, conftest.Service(server, settings=settings) as service:
        service.mails = mails
        service.run("migrate")
        service.run("admin", "load-hubs", conftest.ROOT / "config/hubs.json")
        service.start("serve")
        service.start("work")
        yield service
    shutil.rmtree(mails, ignore_errors=True)


def drive(service, program, seconds=600, **environment):
    """Runs a node program; its checks as [{"check", "ok", "detail"}]."""
    mails = MAILS + LEAVE.get(program, ())
    links = {mail: [service.run("admin", "sign-in-link", mail).strip() for _ in range(3)] for mail in mails}
    tokens = {mail: json.loads(service.run("admin", "token", "add", mail, "browser", "--json"))["token"] for mail in mails}
    done = subprocess.run(["node", HERE / program], cwd=conftest.ROOT, capture_output=True, text=True, timeout=seconds, check=False,
                          env={**os.environ, "HUBD_URL": service.url, "HUBD_LINKS": json.dumps(links), "HUBD_TOKENS": json.dumps(tokens),
                               "CHROMIUM": CHROMIUM, "HUBD_MAIL": getattr(service, "mails", ""), **environment})
    checks = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, f"{program} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert checks, f"{program} checked nothing"
    return checks


def judge(checks):
    wrong = [f"{check['check']}: {check['detail']}" for check in checks if not check["ok"]]
    assert not wrong, f"{len(wrong)} of {len(checks)} checks:\n" + "\n".join(wrong)


def test_every_german_page_is_accessible_valid_light_and_still(examples):
    judge(drive(examples, "every_page.mjs", 1200, HUBD_LANGUAGES="de"))


def test_nothing_moves_under_the_finger_while_a_page_comes_on_a_slow_line(examples):
    judge(drive(examples, "slow_line.mjs", 1200))


def main():
    """make screenshots."""
    if why_not():
        sys.exit(why_not())
    with postgres.Postgres(fsync=False) as server, conftest.Service(server, settings={"development": "yes"}) as service:
        service.run("migrate")
        service.run("admin", "load-hubs", conftest.ROOT / "config/hubs.json")
        service.start("serve")
        names = [check["check"] for check in drive(service, "screenshots.mjs")]
    print(f"{4 * len(names)} screenshots of {len(names)} pages in build/screenshots")


if __name__ == "__main__":
    main()
