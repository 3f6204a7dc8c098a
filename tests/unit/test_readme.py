# SPDX-License-Identifier: GPL-3.0-or-later
"""README.md says what is true."""
import os
import re

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")


def test_the_readme_names_every_package_that_gets_installed():
    with open(os.path.join(ROOT, ".make", "packages"), encoding="utf-8") as file:
        packages = [line.split()[0] for line in file if line.strip() and not line.startswith("#")]
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        named = set(re.findall(r"[a-z0-9][a-z0-9+.-]+", file.read().split("## What it needs")[1]))
    assert set(packages) <= named, set(packages) - named
