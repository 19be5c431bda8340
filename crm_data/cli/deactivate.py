"""deactivate: a person can sign in no longer."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, opened, operator_of


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "deactivate",
        run,
        "Shut a person out: their sessions and links end at once; says what they leave open",
        "deactivate bob@acme.com",
    )
    parser.add_argument("email", help="e-mail of the person")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened() as here:
        left = here.installation.people.set_active(operator_of(here, args), args.email, False)
        for place in left:
            print(str(place))
        print(f"To take it back: python -m crm_data reactivate {args.email}")
        print(f"{args.email} can sign in no longer.")
    return 0
