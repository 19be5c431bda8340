"""fetch-backup: bring a backup back out of the second place, decrypted, to be verified or restored as any."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, opened, operator_of
from crm_data.cli.verify import shelf_of
from crm_data.settings import settings
from crm_data.store.connections import sqlite_path
from crm_data.transfer.second_place import SecondPlace


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "fetch-backup",
        run,
        "Decrypt a backup of CRM_SECOND_DIR back into CRM_BACKUP_DIR, to be restored as any",
        "fetch-backup crm_backup_20260302-093000.db",
    )
    parser.add_argument("backup", nargs="?", default="", help="name of the backup; the newest unless told")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it, also where the database itself is gone."""
    told = settings()
    lost = told.database_url.startswith("sqlite") and not sqlite_path(told.database_url).exists()
    if lost and args.person is None:
        name = SecondPlace(told, shelf_of(told)).fetch(args.backup)
    else:
        with opened(owner=True, ready=False) as here:
            actor = operator_of(here, args) if args.person else None
            name = here.installation.backups.fetch(args.backup, actor)
    print(f"{name} is in {told.backup_dir} again. To restore it, run: python -m crm_data restore {name}")
    return 0
