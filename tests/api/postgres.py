# SPDX-License-Identifier: GPL-3.0-or-later
"""A private PostgreSQL for a test: its own cluster in a folder of its own, on a unix socket only.

    with Postgres() as server:                      # initdb and start; stopped and removed at the end
        server.sql("CREATE TABLE t (n int)")        # as the superuser; rows as a list of tuples of text
        server.conninfo(role="hubd_serve")          # for libpq: "host=/… port=… dbname=… user=…"
        server.kill9(); server.start()              # a crash and its recovery
        server.restart(mode="fast")

Options: Postgres(fsync=False, database="hubd", settings={"max_connections": 50}, folder=…, port=…). The folder is
made by tempfile, so any number of them run at once; the port only names the socket. Whoever runs as root
gets the server run as the user postgres. It does not know hubd's schema.
"""
import csv
import glob
import io
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time


def newest_bin():
    """The folder of the newest installed server's programs."""
    folders = [f for f in glob.glob("/usr/lib/postgresql/*/bin") if os.path.exists(f + "/initdb")]
    if not folders:
        raise FileNotFoundError("no PostgreSQL server in /usr/lib/postgresql/*/bin")
    return max(folders, key=lambda folder: float(folder.split("/")[-2]))


def as_postgres(command):
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] + command


class Postgres:
    def __init__(self, fsync=True, database="hubd", settings=None, folder=None, port=5432):
        self.bin = newest_bin()
        self.database, self.port = database, port
        self.user = "postgres"
        self.is_own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="hubd-pg-", dir="/var/tmp")
        # The socket's path has to fit into sockaddr_un; the folder is searchable for hubd's user.
        assert len(f"{self.folder}/.s.PGSQL.{port}") < 107, "the folder's path is too long for a socket"
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data, self.log = self.folder + "/data", self.folder + "/log"
        self.settings = {
            "listen_addresses": "", "unix_socket_directories": self.folder, "port": port,
            "fsync": "on" if fsync else "off", "max_connections": 100, "shared_buffers": "64MB",
            "max_wal_size": "256MB", "log_line_prefix": "%m [%p] ", **(settings or {})}

    def __enter__(self):
        try:
            self.create()
            self.start()
            if self.database != "postgres":
                self.sql(f'CREATE DATABASE "{self.database}"', database="postgres")
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def _run(self, *command, **more):
        return subprocess.run(as_postgres(list(command)), check=True, capture_output=True, text=True, cwd="/", **more)

    def create(self):
        """initdb: C.UTF-8, everybody trusted on the socket, no sync (the cluster is thrown away)."""
        self._run(self.bin + "/initdb", "-N", "-D", self.data, "-U", self.user, "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-instructions")
        with open(self.data + "/postgresql.auto.conf", "a", encoding="utf-8") as conf:
            for name, value in self.settings.items():
                conf.write(f"{name} = '{value}'\n")
        with open(self.data + "/pg_hba.conf", "w", encoding="utf-8") as hba:
            hba.write("local all all trust\nlocal replication all trust\n")

    def start(self):
        """Starts it and waits until it answers; also after kill9()."""
        try:
            self._run_detached("start", "-w", "-t", "60", "-l", self.log)
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"PostgreSQL did not start: {self.log_text()[-2000:]}") from error

    def _run_detached(self, *words):
        # pg_ctl's child keeps the descriptors it gets: no pipes, or we would wait for the server's end.
        subprocess.run(as_postgres([self.bin + "/pg_ctl", "-s", "-D", self.data, *words]), check=True, cwd="/",
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self, mode="fast"):
        """Modes: smart, fast, immediate. Stopping a stopped one is fine."""
        if self.pid() is not None:
            self._run_detached("stop", "-w", "-m", mode)

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def pid(self):
        """The postmaster's, or None when it does not run."""
        try:
            with open(self.data + "/postmaster.pid", encoding="ascii") as file:
                pid = int(file.readline())
        except (FileNotFoundError, ValueError):
            return None
        return pid if self._is_live(pid) else None

    def _family(self, pid):
        """The postmaster and its children, by /proc."""
        family = [pid]
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                family.append(int(entry))
        return family

    def kill9(self):
        """The power goes: postmaster and backends die at once, in the middle of whatever they do."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGSTOP)  # so that it starts nothing while its children are listed
        family = self._family(pid)
        for member in family:
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + 30
        while any(self._is_live(member) for member in family):
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL does not die")
            time.sleep(0.01)
        # Where orphans are reaped late or never (a container's first process), the dead postmaster still has a
        # number, and its successor would respect its lock files.
        for lock in (self.data + "/postmaster.pid", f"{self.folder}/.s.PGSQL.{self.port}.lock"):
            if os.path.exists(lock):
                os.unlink(lock)

    def pause(self):
        """It hangs: connections stand, nobody answers. What to hand to resume()."""
        pid = self.pid()
        os.kill(pid, signal.SIGSTOP)  # so that it starts nothing while its children are listed
        family = self._family(pid)
        for member in family:
            os.kill(member, signal.SIGSTOP)
        return family

    @staticmethod
    def resume(family):
        for member in reversed(family):
            os.kill(member, signal.SIGCONT)

    @staticmethod
    def _is_live(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def remove(self):
        """Stops it; takes its folder away when it is its own."""
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:
            self.kill9()
        if self.is_own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def conninfo(self, role=None, database=None):
        return f"host={self.folder} port={self.port} dbname={database or self.database} user={role or self.user}"

    def environment(self, role=None, database=None):
        """For programs that read libpq's variables: psql, pgbench, isolationtester."""
        return {**os.environ, "PGHOST": self.folder, "PGPORT": str(self.port), "PGUSER": role or self.user,
                "PGDATABASE": database or self.database}

    def sql(self, script, role=None, database=None):
        """Runs a script with psql, stopping at the first error (RuntimeError with its message). The rows of its
        queries, as tuples of text; NULL is None."""
        # A mark that no value has tells NULL from the empty text.
        command = [self.bin + "/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-t",
                   "--csv", "-P", "null=\x01", "-f", "-", self.conninfo(role, database)]
        done = subprocess.run(command, input=script, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return [tuple(None if value == "\x01" else value for value in row) for row in csv.reader(io.StringIO(done.stdout))]

    def value(self, query, role=None, database=None):
        """The first value of the first row, as text."""
        return self.sql(query, role, database)[0][0]

    def log_text(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""


def is_available():
    """For pytest.mark.skipif: is there a server to start, and somebody to run it?"""
    try:
        newest_bin()
        if os.geteuid() == 0:
            pwd.getpwnam("postgres")
    except (FileNotFoundError, KeyError):
        return False
    return True
