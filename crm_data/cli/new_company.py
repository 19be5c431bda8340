"""new-company: add a company, with an invitation for its first admin."""

import argparse

from crm_data.accounts.people import parsed
from crm_data.cli.common import Commands, acting_arguments, command, link, opened, operator_of
from crm_data.tables import User


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "new-company",
        run,
        "Add a company and print a link for its first admin",
        'new-company --name "Acme Inc" --email office@acme.com --admin ann@acme.com',
    )
    parser.add_argument("--name", required=True, help="name of the company")
    parser.add_argument("--email", required=True, help="e-mail of the company; no two share one")
    parser.add_argument("--currency", default="USD", metavar="CODE", help="three letters; USD unless told")
    parser.add_argument("--admin", metavar="EMAIL", help="invite this person as the company's admin")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.admin is not None:
        parsed(User, {"email": args.admin})  # before anything is made
    with opened() as here:
        actor = operator_of(here, args)
        profile = {"name": args.name, "email": args.email, "currency": args.currency}
        company_id = here.installation.companies.make(actor, profile)
        print(f"Company {company_id} was made.")
        if args.admin is None:
            print(
                f"Invite its first admin: python -m crm_data invite EMAIL --role admin --company {company_id}"
            )
            return 0
        token = here.installation.members_of(actor, company_id).invite(args.admin, "admin")
        print(f"Hand this link to {args.admin}; it works once, for a week:")
        print(link(here.settings, token))
    return 0
