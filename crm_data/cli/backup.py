"""backup: make a verified backup of the whole database, or list those there are."""

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
from crm_data.transfer.backups import Infos


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "backup",
        run,
        "Make a verified backup of the whole database in CRM_BACKUP_DIR, also while Foyer runs",
        "backup",
    )
    parser.add_argument(
        "--list", action="store_true", help="list the backups there are instead, newest first"
    )
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened(owner=True, ready=False) as here:
        actor = operator_of(here, args) if args.person else None
        backups = here.installation.backups
        if args.list:
            _show(backups.list(actor))
            return 0
        made = backups.make(actor)
        tell_cleared(backups)
        print(here.settings.backup_dir / made.name)
        size = f"{counted(made.total, 'row')}, {counted(made.size, 'byte')}"
        print(f"The backup was made and verified: {size}. {made.untried}".strip())
    return 0


def _show(infos: Infos) -> None:
    for info in infos:
        print(f"{info.name}  {info.problem or counted(info.total, 'row')}")
    print(f"{counted(len(infos), 'backup')} found, the newest first." if infos else "There is no backup yet.")
