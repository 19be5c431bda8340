"""prove-backup: restore a backup into a database of its own, and say what stood there and how long it took."""

import argparse

from crm_data.cli.common import (
    Commands,
    acting_arguments,
    command,
    counted,
    opened,
    operator_of,
    tell_cleared,
)
from crm_data.cli.verify import newest_name


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "prove-backup",
        run,
        "Restore a backup into a database of its own, check, count and time it, and keep the proof beside it",
        "prove-backup crm_backup_20260302-093000.db",
    )
    parser.add_argument("backup", nargs="?", help="name in CRM_BACKUP_DIR; the newest unless told")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened(owner=True, ready=False) as here:
        actor = operator_of(here, args) if args.person else None
        backups = here.installation.backups
        proof = backups.prove(args.backup or newest_name(here.settings), actor)
        tell_cleared(backups)
        for table, count in sorted(proof.rows.items()):
            print(f"  {table}: {counted(count, 'row')}")
        print(proof.sentence)
    return 0
