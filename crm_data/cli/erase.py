"""erase: archived records of a company, for good; first what would go, and with its mark it goes."""

import argparse

from crm_data import Workspace
from crm_data.cli.common import Commands, acting_arguments, command, opened, scope_of
from crm_data.cli.rows import rows_argument
from crm_data.errors import Invalid
from crm_data.tables import noun

_SHORT = 12  # characters of the mark
_OTHERWISE = "What goes is not what this mark was shown for. Nothing was erased; look at it again without it."


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "erase",
        run,
        "Erase archived records for good: say what would go, and with --confirm and its mark do it",
        "erase customers --rows 12,15 --company 1 --as joe@acme.com",
    )
    parser.add_argument("table", choices=Workspace.kinds, help="the kind of records")
    parser.add_argument("--rows", type=rows_argument, required=True, metavar="ID,ID", help="these records")
    parser.add_argument(
        "--keep-leads", action="store_true", help="leads of an erased customer stay, without the customer"
    )
    parser.add_argument(
        "--confirm", metavar="MARK", help="erase what was shown with this mark; nobody can undo it"
    )
    acting_arguments(parser, company=True)


def run(args: argparse.Namespace) -> int:
    """Do it, or say what it would do."""
    with opened() as here:
        trash = Workspace(here.store, scope_of(here, args)).trash
        looked = trash.look(args.table, args.rows, args.keep_leads)
        if args.confirm is None:
            for table, count in looked.goes.items():
                named = ", ".join(looked.names.get(table, ()))
                print(f"{count:,} {noun(table, count)} would go{': ' if named else ''}{named}")
            for one in looked.stays:
                print(f"{one.count:,} {noun(one.table, one.count)} would stay, without: {one.label}")
            print(
                f"Nothing was erased. To erase it, which nobody can undo, add: --confirm {looked.mark[:_SHORT]}"
            )
            return 0
        if args.confirm != looked.mark[:_SHORT]:
            raise Invalid(_OTHERWISE)
        gone = trash.erase(args.table, args.rows, looked.mark, "", args.keep_leads)
    print(f"Erased for good: {gone.sentence}.")
    return 0
