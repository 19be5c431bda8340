"""invite: a one-time link with which a person joins a company."""

import argparse

from crm_data.accounts.members import Members
from crm_data.cli.common import Commands, acting_arguments, command, link, opened, scope_of
from crm_data.rights import ROLES
from crm_data.tables.fields import words


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "invite",
        run,
        "Print a link with which a person joins a company",
        "invite bob@acme.com --company 1 --role sales_rep",
    )
    parser.add_argument("email", help="e-mail of the person; the link is bound to it")
    parser.add_argument("--role", choices=ROLES, default="user", help="role in the company; user unless told")
    acting_arguments(parser, company=True)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened() as here:
        scope = scope_of(here, args)
        token = Members(here.store, scope).invite(args.email, args.role)
        print(f"Hand this link to {args.email}; it works once, for a week:")
        print(link(here.settings, token))
        print(f"{args.email} is invited to {scope.company_name} as {words(args.role).lower()}.")
    return 0
