"""send-backup: copy a backup into the second place, encrypted, or list what is there."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, counted, opened, operator_of
from crm_data.cli.verify import newest_name


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "send-backup",
        run,
        "Copy a backup, encrypted, into CRM_SECOND_DIR on another disk, as the server does each day",
        "send-backup",
    )
    parser.add_argument("backup", nargs="?", help="name in CRM_BACKUP_DIR; the newest unless told")
    parser.add_argument("--list", action="store_true", help="list what is there instead, newest first")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened(owner=True, ready=False) as here:
        actor = operator_of(here, args) if args.person else None
        backups = here.installation.backups
        if args.list:
            status, copies = backups.copies(actor)
            for copy in copies:
                print(f"{copy.name}  {counted(copy.size, 'byte')}")
            print(status.sentence)
            return 0
        sent = backups.send(args.backup or newest_name(here.settings), actor)
        print(f"{sent.name} is in the second place, encrypted and read back: {counted(sent.size, 'byte')}.")
    return 0
