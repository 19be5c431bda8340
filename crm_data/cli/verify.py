"""verify: check a backup as a restore would, and change nothing."""

import argparse
from pathlib import Path

from crm_data.cli.common import (
    Commands,
    acting_arguments,
    command,
    counted,
    opened,
    operator_of,
    tell_cleared,
)
from crm_data.errors import NotFound
from crm_data.settings import Settings, settings
from crm_data.store.connections import sqlite_path
from crm_data.transfer.examine_sqlite import examine
from crm_data.transfer.kept import ending_of
from crm_data.transfer.shelf import Shelf
from crm_data.transfer.verify import Verified, verified_copy


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "verify",
        run,
        "Check a backup as a restore would, and change nothing",
        "verify crm_backup_20260302-093000.db",
    )
    backup_argument(parser)
    acting_arguments(parser, company=False)


def backup_argument(parser: argparse.ArgumentParser) -> None:
    """Which backup: the newest, one by its name, or a file anywhere."""
    parser.add_argument(
        "backup", nargs="?", help="name in CRM_BACKUP_DIR, or path of a file; the newest unless told"
    )


def chosen(told: Settings, backup: str | None) -> Path:
    """The file that the argument means. Raises NotFound."""
    shelf = shelf_of(told)
    if backup is None:
        return shelf.path(newest_name(told))
    if "/" not in backup:
        return shelf.path(backup)
    if not Path(backup).is_file():
        raise NotFound(f"There is no file {backup}.")
    return Path(backup)


def newest_name(told: Settings) -> str:
    """The newest backup. Raises NotFound."""
    newest = next((info for info in shelf_of(told).infos() if not info.problem), None)
    if newest is None:
        raise NotFound("There is no backup yet. Run: python -m crm_data backup")
    return newest.name


def shelf_of(told: Settings) -> Shelf:
    """The folder of backups that the settings name."""
    return Shelf(told.backup_dir, ending_of(told.database_url))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    told = settings()
    lost = told.database_url.startswith("sqlite") and not sqlite_path(told.database_url).exists()
    if lost and args.person is None:
        # A backup can be checked on a machine that has nothing but the backup.
        with verified_copy(chosen(told, args.backup), shelf_of(told).ready(), examine) as (_, verified):
            _show(verified)
        return 0
    with opened(owner=True, ready=False) as here:
        actor = operator_of(here, args) if args.person else None
        backups = here.installation.backups
        verified = backups.verify_file(chosen(told, args.backup), actor)
        tell_cleared(backups)
        _show(verified)
    return 0


def _show(verified: Verified) -> None:
    manifest = verified.manifest
    for table, count in sorted(manifest.rows.items()):
        print(f"  {table}: {count:,}")
    total = sum(manifest.rows.values())
    said = [f"{verified.name} is sound: {counted(total, 'row')}, revision {manifest.revision}."]
    if verified.untried:
        said.append(verified.untried)
    if verified.older:
        said.append("It was made by an earlier version; restoring brings it up to date.")
    print(" ".join(said))
