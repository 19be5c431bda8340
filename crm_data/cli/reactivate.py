"""reactivate: a person who was shut out may sign in again."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, opened, operator_of


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands, "reactivate", run, "Let a person who was shut out sign in again", "reactivate bob@acme.com"
    )
    parser.add_argument("email", help="e-mail of the person")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened() as here:
        here.installation.people.set_active(operator_of(here, args), args.email, True)
        print(f"{args.email} may sign in again.")
    return 0
