"""go-back: the records of a company as they were at a moment; first what is otherwise, then, confirmed, done."""

import argparse
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_data import Workspace
from crm_data.changes.back import Difference
from crm_data.cli.common import Commands, acting_arguments, command, counted, opened, scope_of
from crm_data.cli.rows import rows_argument
from crm_data.errors import Invalid
from crm_data.tables import noun

_TOLD = 100  # records, one by one
_CONFIRM = (
    "--confirm takes what was said at the end without it: two numbers with a dash between them, like 120-155."
)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "go-back",
        run,
        "Put a company's records back as they were: say what is otherwise, and with --confirm do it",
        "go-back --to 2026-11-27T17:00 --zone Europe/Zurich --company 1 --as joe@acme.com",
    )
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("--to", type=_moment, metavar="MOMENT", help='as they were then, like "2026-11-27 17:00"')
    to.add_argument("--before", type=int, metavar="ACT", help="as they were before this entry of the history")
    parser.add_argument("--zone", type=_zone, default=ZoneInfo("UTC"), help="where the moment is meant; UTC")
    parser.add_argument("--table", choices=Workspace.kinds, help="the records of this kind alone")
    parser.add_argument(
        "--rows", type=rows_argument, metavar="ID,ID", help="with --table: these records alone"
    )
    parser.add_argument(
        "--confirm", metavar="FIRST-LAST", help="put back what was shown; an entry that can be undone"
    )
    parser.add_argument(
        "--rest", action="store_true", help="put back the rest where somebody changed some since"
    )
    acting_arguments(parser, company=True)


def run(args: argparse.Namespace) -> int:
    """Do it, or say what it would do."""
    if args.rows and not args.table:
        raise Invalid("--rows says which records of --table go back. Say the table as well.")
    with opened() as here:
        my = Workspace(here.store, scope_of(here, args))
        if args.confirm is None:
            moment = args.to.replace(tzinfo=args.to.tzinfo or args.zone) if args.to else args.before
            _tell(my.changes.since(moment), args)
            return 0
        first, last = _between(args.confirm)
        chosen = {args.table: args.rows} if args.table else None
        left = my.changes.go_back(first, last, chosen, args.rest, zone=args.zone)
    for one in left:
        print(f"{noun(one.table).capitalize()} {one.name or one.id} stays: {one.sentence}")
    print(f"The records were put back as they were before entry {first}. It is one entry of the history.")
    return 0


def _tell(seen: Difference, args: argparse.Namespace) -> None:
    """What is otherwise, and how to put it back."""
    shown = [one for one in seen.records if args.table in (None, one.table)]
    shown = [one for one in shown if not args.rows or one.id in args.rows]
    for one in shown[:_TOLD]:
        print(f"{noun(one.table).capitalize()} {one.id} {one.name}: {one.what}")
    if len(shown) > _TOLD:
        print(f"And {len(shown) - _TOLD:,} more.")
    print(f"{counted(seen.acts, 'act')} since then left {counted(len(shown), 'record')} otherwise.")
    print(f"Nothing was put back. To do it add: --confirm {seen.first}-{seen.last}")


def _between(said: str) -> tuple[int, int]:
    first, _, last = said.partition("-")
    if not all(part.isascii() and part.isdigit() for part in (first, last)):
        raise Invalid(_CONFIRM)
    return int(first), int(last)


def _moment(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{said}: write a day and a time, like 2026-11-27 17:00") from None


def _zone(said: str) -> ZoneInfo:
    try:
        return ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError):
        raise argparse.ArgumentTypeError(f"{said}: write a time zone, like Europe/Zurich") from None
