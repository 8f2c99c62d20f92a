"""Journals of both kinds to test with, and a PostgreSQL server of this run's own."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from engine.domain.instant import Instant
from engine.ports.journal import JournalEntry

_NUMBERS = count(1)


@pytest.fixture
def facts() -> Callable[..., list[JournalEntry]]:
    """A maker of entries that differ from one another."""

    def make(number: int, first: int = 1) -> list[JournalEntry]:
        return [_entry(n) for n in range(first, first + number)]

    return make


def _entry(number: int) -> JournalEntry:
    at = Instant(1_787_111_400_000_000 + number)
    body = f'{{"type":"order_filled","at":{at},"order_id":"LW{number:07}","portfolio_id":"P{number % 2}"}}'
    return JournalEntry(at, "order_filled" if number % 3 else "stop_loss_hit", body.encode())


def _programs() -> Path | None:
    """The folder of the newest PostgreSQL server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else (Path(on_path).resolve().parent if on_path else None)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The folder with the socket of a running PostgreSQL server, which is stopped at the end."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server programs; install the package postgresql")
    user = None
    if os.name == "posix" and os.geteuid() == 0:
        import pwd

        user = "postgres"  # the server refuses to run as root
        if user not in (account.pw_name for account in pwd.getpwall()):
            pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")
    folder = Path(tempfile.mkdtemp(prefix="legwork-pg-"))
    if user is not None:
        shutil.chown(folder, user)
    cluster = str(folder / "cluster")

    def run(*command: str) -> None:
        result = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        if result.returncode:
            pytest.fail(f"{command[0]}: {result.stderr}")

    run(str(programs / "initdb"), "-D", cluster, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
    # fsync is off: these tests kill no server; and no port is opened, so that runs cannot meet.
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", cluster, "-o", options, "-l", str(folder / "log"), "-w", "start")
    yield str(folder)
    run(str(programs / "pg_ctl"), "-D", cluster, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server_address(server: str) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    name = f"journal{next(_NUMBERS)}"
    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"postgresql://postgres@/{name}?host={server}"
    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a fresh journal of each kind goes."""
    if request.param == "sqlite":
        return str(tmp_path / "journal.sqlite")
    return str(request.getfixturevalue("server_address"))


@pytest.fixture
def execute(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """A way to change a journal behind its back."""

    def run(address: str, *statements: str) -> None:
        if address.startswith("postgresql"):
            with psycopg.connect(address) as server:
                for statement in statements:
                    server.execute(statement)
            return
        with closing(sqlite3.connect(address)) as file, file:
            for statement in statements:
                file.execute(statement)

    return run


@pytest.fixture
def largest_file() -> Callable[[int], object]:
    """A stretch during which no file may grow beyond so many bytes, as on a full disk."""

    resource = pytest.importorskip("resource", reason="this system has no limit on file sizes")

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
