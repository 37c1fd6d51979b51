"""A PostgreSQL server of the tests' own: begun when a test asks for one, in a folder of its own, gone with the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER, PASSWORD = "planner", "s3cret-w0rd"
FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")


def programs() -> Path | None:
    """Folder of initdb and pg_ctl, those of the highest version; None where no server is installed."""
    found = [path.parent for folder in FOLDERS for path in sorted(Path(folder).glob("**/bin/initdb"))]
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).parent if on_path else None


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _as_user() -> dict[str, str]:
    """The server refuses to run as root, so that another user runs it there."""
    return {"user": "nobody"} if os.getuid() == 0 else {}


@contextmanager
def server() -> Iterator[str]:
    """URL of the database `postgres` on a server that lives as long as the block; its user may make others."""
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)
    data, secret, port = folder / "data", folder / "password", free_port()
    data.mkdir()
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    if os.getuid() == 0:
        shutil.chown(data, "nobody")
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-s"]
    settings = (
        f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories= -c fsync=off -c max_connections=60 -c log_statement=none"
    )
    try:
        made = [
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--locale=C",
        ]
        subprocess.run(made, check=True, capture_output=True, cwd=data, **_as_user())
        began = [*control, "-o", settings, "-l", str(data / "log"), "start"]
        subprocess.run(began, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=data, **_as_user())
        yield f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/", **_as_user())
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """URL of a new database on a server."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{url.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
