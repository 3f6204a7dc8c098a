# SPDX-License-Identifier: GPL-3.0-or-later
"""The unit files, judged by systemd's own tools; no boot is needed."""
import os
import shutil
import subprocess

import pytest

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "systemd")
SERVICES = ["hubd.service", "hubd-worker.service"]
UNITS = SERVICES + ["hubd.socket"]
EXPOSURE = 0.2  # of 10; the median of Debian's units is above 9

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_COLORS": "0"})


def settings(name):
    """Section -> key -> list of values."""
    found, section = {}, None
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith("["):
                section = found.setdefault(line.strip("[]"), {})
            elif line and line[0] not in "#;":
                key, value = line.split("=", 1)
                section.setdefault(key, []).append(value)
    return found


def test_systemd_understands_every_line(tmp_path):
    for name in UNITS:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            (tmp_path / name).write_text(file.read().replace("/usr/bin/hubd", "/bin/true"), encoding="utf-8")
    done = run("systemd-analyze", "verify", "--man=no", *[str(tmp_path / name) for name in UNITS])
    ours = [line for line in done.stderr.splitlines() if "hubd" in line]
    assert not ours, ours


def test_a_wrong_line_would_be_seen(tmp_path):
    """The control of the test above."""
    (tmp_path / "hubd-wrong.service").write_text("[Service]\nExecStart=/bin/true\nRestart=sometimes\n", encoding="utf-8")
    done = run("systemd-analyze", "verify", "--man=no", str(tmp_path / "hubd-wrong.service"))
    assert any("hubd-wrong" in line for line in done.stderr.splitlines())


@pytest.mark.parametrize("name", SERVICES)
def test_a_burgled_daemon_finds_the_doors_locked(name):
    done = run("systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={int(EXPOSURE * 10)}",
               os.path.join(FOLDER, name))
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_without_its_sandbox_it_would_not_pass(tmp_path):
    """The control of the test above."""
    with open(os.path.join(FOLDER, "hubd.service"), encoding="utf-8") as file:
        (tmp_path / "hubd.service").write_text(file.read().replace("ProtectSystem=strict\n", ""), encoding="utf-8")
    done = run("systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={int(EXPOSURE * 10)}",
               str(tmp_path / "hubd.service"))
    assert done.returncode != 0


@pytest.mark.parametrize("name", SERVICES)
def test_it_comes_back_however_often_it_falls(name):
    unit = settings(name)
    assert unit["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert unit["Service"]["Restart"] == ["always"] and unit["Service"]["Type"] == ["notify"]
    assert "WatchdogSec" in unit["Service"]


@pytest.mark.parametrize("name", SERVICES)
def test_by_default_it_reaches_no_network(name):
    service = settings(name)["Service"]
    assert service["RestrictAddressFamilies"] == ["AF_UNIX"] and service["PrivateNetwork"] == ["yes"]
    for drop_in in ("remote-database.conf", "outgoing.conf"):
        opened = settings(drop_in)["Service"]
        assert "AF_INET" in opened["RestrictAddressFamilies"][-1] and opened["PrivateNetwork"] == ["no"]


def test_the_users_of_the_services_are_made(tmp_path):
    (tmp_path / "etc").mkdir()
    done = run("systemd-sysusers", f"--root={tmp_path}", os.path.abspath(os.path.join(FOLDER, "hubd.sysusers")))
    assert done.returncode == 0, done.stderr
    users = {line.split(":")[0] for line in (tmp_path / "etc" / "passwd").read_text().splitlines()}
    assert {settings(name)["Service"]["User"][0] for name in SERVICES} <= users
