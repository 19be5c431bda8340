"""demo: fill an empty database with made-up companies."""

import argparse
import secrets
import sys

from crm_data.accounts import passwords
from crm_data.cli.common import Commands, command, counted, opened, operator_of
from crm_data.demo import DemoPerson, fill, scale
from crm_data.settings import settings
from crm_data.transfer.updating import bring_up_to_date, revision_of

SEED = 7


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "demo",
        run,
        "Fill an empty database with made-up companies and print who can sign in",
        "demo --scale 1",
    )
    parser.add_argument(
        "--scale",
        type=_times,
        metavar="N",
        help="N times the size of one year: 100 companies, 10,000 customers, 100,000 activities",
    )
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="the same number, the same data")
    parser.set_defaults(person=None)


def run(args: argparse.Namespace) -> int:
    """Do it; a database that holds a company already is refused."""
    told = settings()
    password = told.demo_password or secrets.token_urlsafe(12)
    passwords.judged(password)
    if not revision_of(told):
        bring_up_to_date(told, new=True)
    with opened() as here:
        if args.scale is None:
            people = fill(here.store, password, seed=args.seed)
        else:
            people = scale(here.store, args.scale, password, seed=args.seed, tell=_tell)
        operator_of(here, args)
    _show(people, password)
    return 0


def _show(people: list[DemoPerson], password: str) -> None:
    print("These people can sign in:")
    wide = max(len(person.email) for person in people)
    for person in people:
        print(f"  {person.email:{wide}}  {person.name}, {person.company}: {person.role}")
    print(f"The password of each: {password}")
    companies = counted(len({person.company for person in people}), "made-up company", "made-up companies")
    print(f"The database was filled: {counted(len(people), 'person', 'people')} of {companies} can sign in.")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _times(text: str) -> float:
    number = float(text)
    if not 0 < number <= 100:
        raise argparse.ArgumentTypeError("a number above 0, up to 100")
    return number
