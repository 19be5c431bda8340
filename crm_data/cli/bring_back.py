"""bring-back: a company out of its file, as a new one beside all others."""

import argparse
from pathlib import Path

from crm_data.cli.common import (
    Commands,
    acting_arguments,
    command,
    counted,
    opened,
    operator_of,
    passphrase_argument,
    passphrase_of,
)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "bring-back",
        run,
        "Make a new company of a file that take-away or the Admin page wrote; people are found by e-mail",
        "bring-back acme.foyer.zip",
    )
    parser.add_argument("file", type=Path, help="the company's file")
    parser.add_argument(
        "--email", help="the company's own e-mail, where another company here has that of the file"
    )
    passphrase_argument(parser)
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it, and say who needs a link."""
    with opened() as here:
        actor, secret = operator_of(here, args), passphrase_of(args)
        made = here.installation.bring_back(actor, args.file, args.email, secret)
    for email in made.people:
        print(f"New here, without a password: {email}. Run: python -m crm_data reset-password {email}")
    if made.log:
        print(f"Its log was not whole when it was taken away. {made.log}")
    print(f"{made.name} is back as company {made.company_id}: {counted(made.rows, 'row')}.")
    return 0
