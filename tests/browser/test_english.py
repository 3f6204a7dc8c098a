# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page in English: a file of its own, so that it runs beside the German ones."""
from test_browser import drive, examples, judge  # noqa: F401  (the fixture is used by its name)


def test_every_english_page_is_accessible_valid_light_and_still(examples):  # noqa: F811
    judge(drive(examples, "every_page.mjs", 1200, HUBD_LANGUAGES="en"))
