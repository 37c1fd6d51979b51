"""A PostgreSQL server of the tests' own: made in a temporary folder, on a free port of this machine only, stopped at the end.

    from postgres import needs_postgres, server

`server` is a fixture for the whole session; `server.database()` makes a fresh database and answers with its URL. Where there is no
PostgreSQL, tests that ask for it are skipped.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

PASSWORD = "p@ss/word?42"
"""Of the user that owns everything; with characters that a URL has to encode."""
ENCODED = "p%40ss%2Fword%3F42"


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, the newest there is; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


needs_postgres = pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed: neither initdb nor pg_ctl is there")


@dataclass
class Server:
    """A server that runs.

    Attributes:
        port: Its port on 127.0.0.1.
    """

    port: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str, password: str = ENCODED) -> str:
        """The URL of a database, whether it is there or not."""
        return f"postgresql://owner:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, database: str, *statements: str) -> None:
        """Carry out statements, each for itself."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def database(self, name: str = "") -> str:
        """Make an empty database and answer with its URL; the name is made up unless given."""
        name = name or f"made_{next(self._numbers)}"
        self.run("postgres", f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
        return self.url(name)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server for the session."""
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: neither initdb nor pg_ctl is there")
    user = _user()
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if user is not None:
            os.chown(place, user.pw_uid, user.pw_gid)
        secret = place / "password"
        secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
        secret.chmod(0o644)
        data, port = place / "data", _free_port()
        _run(
            user,
            place,
            folder / "initdb",
            "-D",
            data,
            "-U",
            "owner",
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--no-sync",
        )
        options = f"-c listen_addresses=127.0.0.1 -p {port} -c fsync=off -c unix_socket_directories='{place}'"
        _run(user, place, folder / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", place / "log", "-o", options, "start")
        try:
            yield Server(port)
        finally:
            _run(user, place, folder / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses to be root. None for whoever runs the tests."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _run(user: pwd.struct_passwd | None, place: Path, *command: object) -> None:
    """Run a command to its end; its output goes nowhere, lest a server that stays behind keeps a pipe open."""
    who = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(place)}
    with (place / f"out-{os.getpid()}").open("ab") as output:
        done = subprocess.run(
            [str(part) for part in command], cwd=place, env=environment, stdout=output, stderr=output, timeout=120, check=False, **who
        )
    assert done.returncode == 0, (place / f"out-{os.getpid()}").read_text(encoding="utf-8", errors="replace")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
