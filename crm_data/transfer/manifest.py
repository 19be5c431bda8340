"""The manifest beside a backup: what its bytes and its rows were when it was verified."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from crm_data.errors import BadBackup
from crm_data.settings import ROOT

FORMAT = 1
_STAMP = "%Y%m%d-%H%M%S"
SQLITE, POSTGRESQL = ".db", ".dump"
_HEAD = re.compile(r"\d{1,18} .*", re.ASCII)
_NAME = re.compile(r"crm_backup_(\d{8}-\d{6})(?:\.db|\.dump)", re.ASCII)
_LONGEST = 10_000_000  # bytes
# Of which tables a manifest says the highest id: whoever has a higher one came later, however fast.
NUMBERED = ("companies", "users")


@dataclass(frozen=True)
class Manifest:
    """`sha256` and `size` (bytes) of the file, rows by table, revision, moment, and the product's version.

    `of`: the name of the database, which tells apart those that keep their backups in one folder; '' in old ones.
    `heads`: where the log of each company ended, by its id (see `store.heads`); None where it was not told.
    `last`: the highest id of each table of NUMBERED that there was, 0 of an empty one; None in old ones.
    """

    sha256: str
    size: int
    rows: dict[str, int]
    revision: str
    made_at: datetime
    product: str
    of: str = ""
    heads: dict[str, str] | None = None
    last: dict[str, int] | None = None


def name_of(moment: datetime, ending: str = SQLITE) -> str:
    """The file name of a backup made at a moment: crm_backup_YYYYMMDD-HHMMSS.db or .dump, in UTC."""
    return f"crm_backup_{moment.astimezone(UTC).strftime(_STAMP)}{ending}"


def moment_of(name: str) -> datetime | None:
    """The moment in a backup's file name; None when it is not such a name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def manifest_path(backup: Path) -> Path:
    """Where a backup's manifest lies: beside it, .json for .db or .dump."""
    return backup.with_suffix(".json")


@cache
def product() -> str:
    """The product and its version, as written into manifests."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return f"Foyer {tomllib.load(file)['project']['version']}"


def write_manifest(backup: Path, manifest: Manifest) -> None:
    """Put the manifest beside its backup, whole or not at all."""
    told = asdict(manifest) | {"format": FORMAT, "made_at": manifest.made_at.isoformat()}
    write_beside(manifest_path(backup), told)


def write_beside(path: Path, told: Mapping[str, Any]) -> None:
    """Write what is known of a backup, for its owner alone, whole or not at all. Raises OSError."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with open(
            os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(told, file, indent=2, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def read_manifest(backup: Path) -> Manifest:
    """The manifest of a backup. Raises BadBackup when there is none or it is not one."""
    try:
        descriptor = os.open(manifest_path(backup), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise BadBackup(
            "This backup has no manifest beside it, so it is not used. Choose another."
        ) from error
    try:
        with open(descriptor, "rb") as file:
            manifest = _parsed(json.loads(file.read(_LONGEST)))
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise BadBackup("The manifest of this backup cannot be read. Choose another backup.") from error
    named = moment_of(backup.name)
    if named is not None and named != manifest.made_at:
        raise BadBackup("The manifest beside this backup belongs to another one. Choose another backup.")
    return manifest


def _parsed(told: dict[str, Any]) -> Manifest:
    if told["format"] != FORMAT:
        raise ValueError("an unknown format")
    rows = {str(table): count for table, count in told["rows"].items() if _whole(count)}
    made_at = datetime.fromisoformat(told["made_at"])
    heads, last = told.get("heads"), told.get("last")
    whole = [told["size"], *(last or {}).values()]
    if len(rows) != len(told["rows"]) or not all(map(_whole, whole)) or made_at.tzinfo is None:
        raise ValueError("a value of the wrong kind")
    if not all(_HEAD.fullmatch(str(end)) for end in (heads or {}).values()):
        raise ValueError("an end that is none")
    return Manifest(
        str(told["sha256"]),
        told["size"],
        rows,
        str(told["revision"]),
        made_at,
        str(told["product"]),
        str(told.get("of", "")),
        None if heads is None else {str(company): str(head) for company, head in heads.items()},
        None if last is None else {str(table): highest for table, highest in last.items()},
    )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
