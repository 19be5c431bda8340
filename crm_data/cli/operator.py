"""operator: make a person an operator of this installation, or take that away."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, opened, operator_of


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "operator",
        run,
        "Make a person an operator of this installation, or take that away; the last one stays",
        "operator ann@acme.com",
    )
    parser.add_argument("email", help="e-mail of the person")
    parser.add_argument("--take-away", action="store_true", help="they are an operator no longer")
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened() as here:
        here.installation.people.set_operator(operator_of(here, args), args.email, not args.take_away)
        now = "no operator any more" if args.take_away else "an operator of this installation"
        print(f"{args.email} is {now}.")
    return 0
