"""reset-password: a one-time link with which a person chooses a new password."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, link, opened, operator_of


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "reset-password",
        run,
        "Print a link with which a person chooses a new password",
        "reset-password ann@acme.com",
    )
    parser.add_argument("email", help="e-mail of the person")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it; nobody but the person ever knows the password."""
    with opened() as here:
        token = here.installation.links.reset(operator_of(here, args), args.email)
        print(f"Hand this link to {args.email}; it works once, for an hour:")
        print(link(here.settings, token))
        print(f"A link for a new password of {args.email} was made.")
    return 0
