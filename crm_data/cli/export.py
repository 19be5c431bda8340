"""export: write the records of a company to a file."""

import argparse
from pathlib import Path

from crm_data import Workspace
from crm_data.cli.common import Commands, acting_arguments, command, counted, opened, scope_of
from crm_data.transfer.by_file import export_file, write_file


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "export",
        run,
        "Write every record of one kind to a CSV or XLSX file, or all of a company's data to a ZIP",
        "export customers.csv --company 1 --as ann@acme.com",
    )
    parser.add_argument(
        "file", type=Path, help="the file to write, ending in .csv or .xlsx; one that is there is replaced"
    )
    parser.add_argument("--table", choices=Workspace.kinds, default="customers", help="customers unless told")
    parser.add_argument(
        "--everything", action="store_true", help="all of the company's data as a ZIP, for its admins"
    )
    acting_arguments(parser, company=True)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with opened() as here:
        my = Workspace(here.store, scope_of(here, args))
        if args.everything:
            what, size = "All data", write_file(my.take_away()[1], args.file)
        else:
            what, size = f"All {args.table}", export_file(my.records(args.table), args.file)
    print(f"{what} of company {args.company} are in {args.file}: {counted(size, 'byte')}.")
    return 0
