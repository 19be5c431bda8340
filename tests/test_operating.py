"""What docs/operate.md and deploy/ tell an operator to do: the names are right, and what can be tried is tried."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from streamlit import config

from crm_data.cli.main import parser
from crm_data.settings import ROOT, SETTINGS, settings
from dashboard.web import cookie
from dashboard.web.proxy import ANYBODY
from dashboard.web.routes import ROUTES
from tests.support import postgres, run
from tests.support.ports import free_port
from tests.support.serving import WAIT, refused, serving

OPERATE = ROOT / "docs" / "operate.md"
DEPLOY = ROOT / "deploy"
FILES = [OPERATE, *sorted(path for path in DEPLOY.iterdir() if path.is_file())]
NAMES = {setting.name for setting in SETTINGS}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def each(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- names


@pytest.mark.parametrize("path", FILES, ids=each)
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    assert set(re.findall(r"\b(?:CRM|DATABASE|DEMO|FOYER)_[A-Z_]+\b", text(path))) <= NAMES


def test_every_setting_is_spoken_of() -> None:
    assert {name for name in NAMES if f"`{name}`" not in text(OPERATE)} == set()


@pytest.mark.parametrize("path", FILES, ids=each)
def test_every_command_that_is_named_is_there(path: Path) -> None:
    said = text(path)
    commands = set(parser()._subparsers._group_actions[0].choices or ())  # type: ignore[union-attr]
    assert set(re.findall(r"python -m crm_data ([a-z-]+)", said)) <= commands
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^|&& )make ([a-z]+)", said, re.MULTILINE)) <= targets
    for module in re.findall(r"python -m ([a-z_]+)", said.replace("-m venv", "")):
        assert (ROOT / module / "__main__.py").exists() or module == "compileall", module
    for file in re.findall(r"\bdeploy/[\w.-]+", said):
        assert (ROOT / file).exists(), file


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".md"], ids=each)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(path)):
        assert (path.parent / target).exists(), target


def test_the_health_that_is_asked_for_is_answered_to_anybody() -> None:
    assert "/healthz" in {getattr(route, "path", "") for route in ROUTES}
    assert "/healthz" in ANYBODY
    for path in (OPERATE, DEPLOY / "Containerfile", DEPLOY / "Caddyfile"):
        assert "/healthz" in text(path)


def test_the_proxies_know_the_cookie_the_ports_and_the_size_of_a_file() -> None:
    behind = settings({"CRM_TRUSTED_PROXY": "127.0.0.1"})
    nginx, caddy = text(DEPLOY / "nginx.conf"), text(DEPLOY / "Caddyfile")
    assert f"{cookie.name(behind)}=" in nginx
    largest = config.get_option("server.maxUploadSize")
    for said, pattern in ((nginx, r"client_max_body_size (\d+)m;"), (caddy, r"max_size (\d+)MB")):
        (megabytes,) = re.findall(pattern, said)
        assert int(megabytes) > largest
        assert f"127.0.0.1:{behind.port}" in said


# --- the unit


def unit() -> dict[str, list[str]]:
    """What the unit says, by the name of the line."""
    found: dict[str, list[str]] = {}
    for line in text(DEPLOY / "foyer.service").splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_sets_what_the_settings_accept() -> None:
    said = dict(value.split("=", 1) for value in unit()["Environment"])
    for port, expected in (("", 8501), ("8502", 8502)):  # foyer.service, foyer@8502.service
        wanted = settings({name: value.replace("%i", port) for name, value in said.items()})
        assert wanted.port == expected
        assert wanted.database_url == "sqlite:////var/lib/foyer/crm.db"
        assert wanted.backup_dir == Path("/var/lib/foyer/backups")


def test_the_unit_is_hardened_and_starts_without_the_network() -> None:
    said = unit()
    assert said["ExecStart"] == ["/opt/foyer/.venv/bin/python -m dashboard"]
    assert not any("network-online" in value for values in said.values() for value in values)
    for name, value in {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "StateDirectory": "foyer", "UMask": "0077",
        "CapabilityBoundingSet": "", "User": "foyer",
    }.items():  # fmt: skip
        assert said[name] == [value]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd on this machine")
@pytest.mark.parametrize("name", ["foyer.service", "foyer@8501.service"])
def test_systemd_understands_the_unit(name: str, tmp_path: Path) -> None:
    source = text(DEPLOY / "foyer.service").replace("/opt/foyer/.venv/bin/python", sys.executable)
    (tmp_path / name).write_text(source)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if name in line]) == (0, [])


# --- the image


def steps() -> list[tuple[str, str]]:
    """The instructions of the Containerfile in order, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", text(DEPLOY / "Containerfile"))
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def last(word: str) -> str:
    return [rest for first, rest in steps() if first == word][-1]


def test_the_image_runs_without_rights_and_without_the_network() -> None:
    assert last("USER") == "foyer"
    assert json.loads(last("CMD")) == [".venv/bin/python", "-m", "dashboard"]
    assert [word for word, _ in steps()].count("FROM") == 2
    final = steps()[[i for i, (word, _) in enumerate(steps()) if word == "FROM"][-1] :]
    assert not any("pip" in rest for _, rest in final)


@pytest.mark.slow
def test_what_the_image_holds_is_enough_and_its_health_is_asked(tmp_path: Path) -> None:
    here = tmp_path / "foyer"
    here.mkdir()
    copied = [rest.split() for word, rest in steps() if word == "COPY" and "--from" not in rest]
    for *sources, _ in copied:
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, here / source, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, here / source)
    port = str(free_port())
    given = dict(rest.split("=", 1) for word, rest in steps() if word == "ENV")
    said = {name: value.replace("/var/lib/foyer", str(tmp_path)) for name, value in given.items()}
    environment = {"CRM_PORT": port, "CRM_TRUSTED_PROXY": "192.0.2.0/24", "HOME": "/nonexistent", **said}
    assert settings(environment).host == "0.0.0.0"
    assert "CRM_TRUSTED_PROXY" in refused(**{**environment, "CRM_TRUSTED_PROXY": ""})
    check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])[1:]
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard"], cwd=here, env=environment, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + WAIT
        while healthy(check, environment) != 0:
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.2)
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 403
        backup = [sys.executable, "-m", "crm_data", "backup"]
        subprocess.run(backup, cwd=here, env=environment, stdout=subprocess.DEVNULL, check=True)
    finally:
        process.terminate()
        process.wait(20)
    said_by_server = (tmp_path / "log").read_text()
    assert "whom CRM_TRUSTED_PROXY does not name" in said_by_server
    assert "ERROR" not in said_by_server
    assert healthy(check, environment) != 0


def healthy(check: list[str], environment: dict[str, str]) -> int:
    """The exit code of the image's health check."""
    return subprocess.run(
        [sys.executable, *check], env=environment, stderr=subprocess.DEVNULL, check=False
    ).returncode


# --- PostgreSQL


@pytest.fixture
def by_the_book() -> Iterator[tuple[str, str]]:
    """Addresses of the application and the owner, made by the page's SQL under names of the test's own."""
    block = text(OPERATE).partition("<!-- roles and database: begin -->")[2]
    (sql,) = re.findall(
        r"```sql\n(.*?)```", block.partition("<!-- roles and database: end -->")[0], re.DOTALL
    )
    name = f"foyer_test_{run.name(run.folder())}_book"
    sql = re.sub(r"\bfoyer(_owner|_app)?\b", rf"{name}\1", sql)
    admin = postgres.server()["admin"]
    with psycopg.connect(admin, autocommit=True) as superuser:
        for statement in sql.strip().split(";"):
            if statement.strip():
                superuser.execute(statement.encode())
        at = urlsplit(admin)

        def address(role: str, password: str) -> str:
            place = f"{name}_{role}:{password}@{at.hostname}:{at.port}"
            return urlunsplit(at._replace(netloc=place, path=f"/{name}"))

        yield address("app", "the-applications-password"), address("owner", "the-owners-password")
        owned = "SELECT datname FROM pg_database WHERE datdba = %s::regrole"
        for (left,) in superuser.execute(
            owned, [f"{name}_owner"]
        ).fetchall():  # a trial of a backup may be one
            postgres.drop(left)
        for role in ("app", "owner"):
            superuser.execute(f"DROP ROLE {name}_{role}".encode())


@pytest.mark.slow
@pytest.mark.postgres
def test_the_roles_of_the_page_serve(by_the_book: tuple[str, str]) -> None:
    application, owner = by_the_book
    with serving(application, {"DATABASE_ADMIN_URL": owner}):
        pass
    with serving(application, {"DATABASE_ADMIN_URL": ""}) as served:
        assert httpx.get(f"{served.url}/healthz").json()["status"] == "ok"
