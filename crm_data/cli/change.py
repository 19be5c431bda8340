"""change: give many records of a company a value, or put them away, by the rules of one edit and as one act."""

import argparse
import sys
from urllib.parse import parse_qsl

from crm_data import Workspace
from crm_data.cli.common import Commands, acting_arguments, command, counted, opened, scope_of
from crm_data.cli.rows import rows_argument
from crm_data.errors import Invalid
from crm_data.store.at_once import All, Given, Way
from crm_data.store.records import Records
from crm_data.tables import noun
from crm_data.tables.fields import Kind

_TOLD = 100  # refused rows


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "change",
        run,
        "Change many records at once, those of a list or those named; what is refused is said, with the reason",
        'change deals --list "preset=open" --set assigned_to=ann@acme.com --company 1 --as joe@acme.com',
    )
    parser.add_argument("table", choices=Workspace.kinds, help="the kind of records")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--rows", type=rows_argument, metavar="ID,ID", help="these records")
    which.add_argument(
        "--list",
        metavar="ADDRESS",
        help="all of a list: what its address says behind the ?, '' for all of them",
    )
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--set", type=_pair, metavar="FIELD=VALUE", help="give a field this value")
    given.add_argument("--clear", metavar="FIELD", help="empty a field")
    given.add_argument("--add", type=_pair, metavar="FIELD=TAG,TAG", help="add tags")
    given.add_argument("--take", type=_pair, metavar="FIELD=TAG,TAG", help="take tags away")
    given.add_argument("--archive", action="store_true", help="put them away")
    given.add_argument("--restore", action="store_true", help="bring archived ones back")
    parser.add_argument(
        "--count", type=int, metavar="N", help="with --list: change nothing unless it has N rows"
    )
    parser.add_argument(
        "--or-none", action="store_true", help="change none where one is refused, not the rest"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say how many the list has, and change nothing"
    )
    acting_arguments(parser, company=True)


def run(args: argparse.Namespace) -> int:
    """Do it. 1 where a row was refused."""
    with opened() as here:
        my = Workspace(here.store, scope_of(here, args))
        records = my.records(args.table)
        which = _which(records, args)
        if args.dry_run:
            count = which.count if isinstance(which, All) else len(which)
            print(f"{counted(count, noun(args.table), noun(args.table, 2))} would be asked.")
            return 0
        made = records.change_many(which, _given(my, records, args), not args.or_none)
    changed = f"{counted(made.count, noun(args.table), noun(args.table, 2))} changed"
    print(f"{changed}, {made.same:,} had it so already, {len(made.refused):,} refused.")
    for one in made.refused[:_TOLD]:
        print(f"{one.id} {one.name}: {one.sentence}".replace(" : ", ": "), file=sys.stderr)
    if len(made.refused) > _TOLD:
        print(f"And {len(made.refused) - _TOLD:,} more.", file=sys.stderr)
    return 1 if made.refused else 0


def _which(records: Records, args: argparse.Namespace) -> list[int] | All:
    if args.list is None:
        return list(args.rows)
    query = records.query(dict(parse_qsl(args.list.removeprefix("?"), keep_blank_values=True)))
    return All(query, records.count(query) if args.count is None else args.count)


def _given(my: Workspace, records: Records, args: argparse.Namespace) -> Given:
    for way in (Way.ARCHIVE, Way.RESTORE):
        if getattr(args, way):
            return Given(way)
    if args.clear is not None:
        return Given(Way.CLEAR, args.clear)
    way = next(way for way in (Way.SET, Way.ADD, Way.TAKE) if getattr(args, way) is not None)
    name, value = getattr(args, way)
    field = records.fields.get(name)
    if field is not None and field.kind is Kind.MEMBER and value and not value.isdigit():
        return Given(way, name, _colleague(my, value))
    return Given(way, name, value)


def _colleague(my: Workspace, said: str) -> int:
    """The id of who works here under this e-mail or name. Raises Invalid."""
    wanted = said.casefold()
    found = [
        member.user_id
        for member in my.people.all()
        if member.active and wanted in (member.email.casefold(), member.name.casefold())
    ]
    if len(found) != 1:
        raise Invalid(f"{'Nobody' if not found else 'More than one'} here is called {said}. Say the e-mail.")
    return found[0]


def _pair(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{said}: write FIELD=VALUE")
    return name.strip(), value
