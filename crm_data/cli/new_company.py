"""new-company: add a company, with an invitation for its first admin."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, link, opened, operator_of
from crm_data.errors import Invalid


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
    parser.add_argument(
        "--operator", action="store_true", help="the person of --admin runs this installation as well"
    )
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.operator and not args.admin:
        raise Invalid("Say with --admin EMAIL who shall be the operator.")
    with opened() as here:
        profile = {"name": args.name, "email": args.email, "currency": args.currency}
        made = here.installation.companies.make(operator_of(here, args), profile, args.admin, args.operator)
        if made.invitation is None:
            print(f"Invite its first admin: python -m crm_data invite EMAIL --role admin --company {made.id}")
            print(f"Company {made.id} was made; nobody works there yet.")
            return 0
        print(f"Hand this link to {args.admin}; it works once, for a week:")
        print(link(here.settings, made.invitation))
        if not args.operator and not here.installation.people.has_operator():
            print(
                "Nobody runs this installation yet, so nobody sees its companies and backups on a screen. "
                f"Once the link was used: python -m crm_data operator {args.admin}"
            )
        print(f"Company {made.id} was made, and {args.admin} is invited as its first admin.")
    return 0
