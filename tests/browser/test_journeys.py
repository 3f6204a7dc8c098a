# SPDX-License-Identifier: GPL-3.0-or-later
"""Journeys through the pages, each a node program of this folder; a file of their own, so that they run beside the single pages."""
import pytest

from test_browser import HERE, drive, examples, judge  # noqa: F401  (the fixture is used by its name)

JOURNEYS = sorted(path.name for path in HERE.glob("journey_*.mjs"))


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_journey_arrives(examples, journey):  # noqa: F811
    judge(drive(examples, journey))
