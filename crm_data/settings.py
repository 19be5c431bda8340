"""Every setting, read from the environment, each with a safe default. Nothing else reads the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crm_data.errors import NotReady

ROOT = Path(__file__).resolve().parent.parent
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")


@dataclass(frozen=True)
class Setting:
    """One row of the settings table: variable name, default, and what it is for."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", "sqlite:///data/crm.db", "where the data is kept; SQLite or PostgreSQL"),
    Setting(
        "DATABASE_ADMIN_URL", "", "PostgreSQL only: the owner's address, for migrate, backup and restore"
    ),
    Setting("CRM_HOST", "127.0.0.1", "the address to listen on; anything but loopback needs TLS in front"),
    Setting("CRM_PORT", "8501", "the port to listen on"),
    Setting("CRM_PUBLIC_URL", "", "the address people reach Foyer at when a proxy is in front, for links"),
    Setting("CRM_BACKUP_DIR", "backups", "the folder that backups are written to"),
    Setting("CRM_BACKUP_DAYS", "30", "the last backup of so many days is kept"),
    Setting("CRM_BACKUP_WEEKS", "8", "and the last of so many weeks"),
    Setting("CRM_BACKUP_MONTHS", "12", "and the last of so many months; the last proved one always"),
    Setting("CRM_SECOND_DIR", "", "a folder on another disk that each backup is also copied to, encrypted"),
    Setting(
        "CRM_SECOND_PASSPHRASE",
        "",
        "what the copies in CRM_SECOND_DIR are encrypted with; keep it elsewhere too",
    ),
    Setting(
        "CRM_PG_BIN",
        "",
        "PostgreSQL only: the folder of pg_dump and pg_restore, when not on the PATH",
    ),
    Setting("CRM_TRUSTED_PROXY", "", "address of the TLS proxy in front, when CRM_HOST is not loopback"),
    Setting("CRM_SESSION_IDLE_MINUTES", "480", "a sign-in ends after this long without a click"),
    Setting("CRM_SESSION_HOURS", "168", "a sign-in ends after this long in any case"),
    Setting("DEMO_PASSWORD", "", "the password of the demo people; made up and printed when empty"),
)


@dataclass(frozen=True)
class Settings:
    """The settings, typed. Paths are absolute; relative ones were resolved from the project's root."""

    database_url: str
    database_admin_url: str
    host: str
    port: int
    public_url: str
    backup_dir: Path
    backup_days: int
    backup_weeks: int
    backup_months: int
    second_dir: Path | None
    second_passphrase: str = field(repr=False)
    pg_bin: str
    trusted_proxy: str
    session_idle_minutes: int
    session_hours: int
    demo_password: str

    @property
    def owner_url(self) -> str:
        """The address of who may change tables: on PostgreSQL the owner's, where it is given."""
        sqlite = self.database_url.startswith("sqlite")
        return self.database_url if sqlite else self.database_admin_url or self.database_url

    @property
    def address(self) -> str:
        """Where people reach Foyer, without a path: what the links that are handed over begin with."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings as the environment says now. Raises NotReady with the variable's name when one is wrong."""
    env = os.environ if environ is None else environ
    raw = {s.name: env.get(s.name, "").strip() or s.default for s in SETTINGS}
    values: dict[str, Any] = {
        "database_url": absolute_url(raw["DATABASE_URL"]),
        "database_admin_url": raw["DATABASE_ADMIN_URL"],
        "host": raw["CRM_HOST"],
        "port": _whole(raw, "CRM_PORT", 1, 65535),
        "public_url": _origin(raw, "CRM_PUBLIC_URL"),
        "backup_dir": (ROOT / raw["CRM_BACKUP_DIR"]).resolve(),
        "backup_days": _whole(raw, "CRM_BACKUP_DAYS", 1, 3660),
        "backup_weeks": _whole(raw, "CRM_BACKUP_WEEKS", 0, 520),
        "backup_months": _whole(raw, "CRM_BACKUP_MONTHS", 0, 240),
        "second_dir": (ROOT / raw["CRM_SECOND_DIR"]).resolve() if raw["CRM_SECOND_DIR"] else None,
        "second_passphrase": raw["CRM_SECOND_PASSPHRASE"],
        "pg_bin": raw["CRM_PG_BIN"],
        "trusted_proxy": raw["CRM_TRUSTED_PROXY"],
        "session_idle_minutes": _whole(raw, "CRM_SESSION_IDLE_MINUTES", 1, 60 * 24 * 30),
        "session_hours": _whole(raw, "CRM_SESSION_HOURS", 1, 24 * 90),
        "demo_password": raw["DEMO_PASSWORD"],
    }
    return Settings(**{f.name: values[f.name] for f in fields(Settings)})


def absolute_url(url: str) -> str:
    """A SQLite address with its path made absolute from the project's root; any other as it is."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url == prefix or url.startswith(prefix + ":memory:"):
        return url
    return prefix + str((ROOT / url.removeprefix(prefix)).resolve())


def _origin(raw: Mapping[str, str], name: str) -> str:
    """An address as a browser names it as an origin: scheme, host, and the port where it is not the usual one."""
    if not raw[name]:
        return ""
    try:
        said = urlsplit(raw[name])
        host = (said.hostname or "").encode("idna").decode()
        port = said.port
    except ValueError:
        host = ""
    usual = {"http": 80, "https": 443}
    if not _HOST.fullmatch(host) or said.scheme not in usual or said.path not in ("", "/"):
        host = ""
    if not host or "@" in said.netloc or "?" in raw[name] or "#" in raw[name]:
        raise NotReady(
            f"{name} must be an address like https://crm.example.com, with no path; it is {raw[name]!r}."
        )
    host = f"[{host}]" if ":" in host else host
    return f"{said.scheme}://{host}" + (f":{port}" if port not in (None, usual[said.scheme]) else "")


def _whole(raw: Mapping[str, str], name: str, low: int, high: int) -> int:
    value = raw[name]
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise NotReady(f"{name} must be a whole number from {low} to {high}; it is {value!r}.")
    return int(value)
