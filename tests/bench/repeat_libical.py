#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance of a recurrence rule costs, ours beside libical's, by processor time, in turns within one process.

    tests/bench/repeat_libical.py

A row is judged: ours, with the instants worked out, must not cost more than libical's bare iterator. Both give the same instances
of these rules (those that libical gets wrong or takes seconds for are in tests/unit/test_repeat_vectors.py).
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("HUBD_BUILD", "build")

subprocess.run(["make", "-s", f"{BUILD}/tests/unit/repeat_bench"], cwd=ROOT, check=True)
rows = subprocess.run([ROOT / BUILD / "tests/unit/repeat_bench"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
failed = 0
print("Processor time an instance, median of 15 turns: hubd (local time and instant), libical's iterator, with conversion to instants")
for row in rows:
    rule, instances, ours, iterator, converted = row.split("\t")
    is_cheaper = int(ours) <= int(iterator)
    failed += not is_cheaper
    print(f"  {rule:48} {instances:>4} instances  {ours:>6} ns  {iterator:>6} ns  {converted:>6} ns   1 : {int(iterator) / int(ours):.0f}"
          + ("" if is_cheaper else "  dearer than libical"))
print(f"{len(rows) - failed} passed, {failed} failed")
sys.exit(failed != 0)
