"""Every setting, read from the environment, each with a safe default. Nothing else reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from crm_data.errors import NotReady

ROOT = Path(__file__).resolve().parent.parent


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
    Setting("CRM_BACKUP_DIR", "backups", "the folder that backups are written to"),
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
    backup_dir: Path
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


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings as the environment says now. Raises NotReady with the variable's name when one is wrong."""
    env = os.environ if environ is None else environ
    raw = {s.name: env.get(s.name, "").strip() or s.default for s in SETTINGS}
    values: dict[str, Any] = {
        "database_url": absolute_url(raw["DATABASE_URL"]),
        "database_admin_url": raw["DATABASE_ADMIN_URL"],
        "host": raw["CRM_HOST"],
        "port": _whole(raw, "CRM_PORT", 1, 65535),
        "backup_dir": (ROOT / raw["CRM_BACKUP_DIR"]).resolve(),
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


def _whole(raw: Mapping[str, str], name: str, low: int, high: int) -> int:
    value = raw[name]
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise NotReady(f"{name} must be a whole number from {low} to {high}; it is {value!r}.")
    return int(value)
