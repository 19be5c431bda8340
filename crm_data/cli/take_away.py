"""take-away: a company as one file, which can be brought back here or elsewhere."""

import argparse
from pathlib import Path

from crm_data import Workspace
from crm_data.cli.common import (
    Commands,
    acting_arguments,
    command,
    counted,
    opened,
    passphrase_argument,
    passphrase_of,
    scope_of,
)
from crm_data.transfer.by_file import write_file


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "take-away",
        run,
        "Write a company with its history and members as one file, to be brought back here or elsewhere",
        "take-away acme.foyer.zip --company 1",
    )
    parser.add_argument("file", type=Path, help="the file to write; one that is there is replaced")
    passphrase_argument(parser)
    acting_arguments(parser, company=True)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened() as here:
        my = Workspace(here.store, scope_of(here, args))
        secret = passphrase_of(args)
        size = write_file(my.company_file(secret)[1], args.file)
    encrypted = ", encrypted" if secret else ""
    print(f"Company {args.company} is in {args.file}{encrypted}: {counted(size, 'byte')}.")
    return 0
