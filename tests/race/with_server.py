# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command with RACE_CONNINFO naming a private PostgreSQL, and ends as it ends."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api"))
import postgres  # noqa: E402

if not postgres.is_available():
    print("race: skipped: no PostgreSQL server to start")
    sys.exit(0)
with postgres.Postgres(fsync=False) as server:
    sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "RACE_CONNINFO": server.conninfo()}, check=False).returncode)
