"""copy: move everything into another database, from SQLite to PostgreSQL or back."""

import argparse

from crm_data.cli.common import Commands, acting_arguments, command, counted, opened, operator_of
from crm_data.rights import Act, Person, demand
from crm_data.settings import absolute_url, settings
from crm_data.store.migrating import application_of
from crm_data.transfer.checksums import Copied
from crm_data.transfer.copying import copy as copy_all
from crm_data.transfer.copying import is_begun


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "copy",
        run,
        "Copy everything into an empty database of either engine, and compare; nobody can write meanwhile",
        "copy --to postgresql://foyer_app@db/foyer --to-admin postgresql://foyer_owner@db/foyer",
    )
    parser.add_argument("--to", required=True, metavar="URL", help="the DATABASE_URL of the new database")
    parser.add_argument(
        "--to-admin",
        default="",
        metavar="URL",
        help="PostgreSQL only: its DATABASE_ADMIN_URL. Keep passwords in ~/.pgpass: others may see arguments",
    )
    parser.add_argument(
        "--anew",
        action="store_true",
        help="let go of half a copy that is there, and begin from the first row",
    )
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it, a line a table."""
    to = absolute_url(args.to)
    with opened(owner=True) as here:
        actor = operator_of(here, args, noted=False)
        demand(Person(actor.role, actor.operator), Act.BACKUP)
        if args.anew or not is_begun(args.to_admin or to):
            operator_of(here, args)  # what goes on is noted already: a row more would be a change
    copied = copy_all(settings().owner_url, args.to_admin or to, application_of(to), _tell, args.anew)
    rows = counted(sum(one.rows for one in copied), "row")
    print(f"{rows} of {len(copied)} tables are in the new database, each equal to what was sent.")
    print("Stop Foyer, set DATABASE_URL (and DATABASE_ADMIN_URL) to it, and start again.")
    return 0


def _tell(one: Copied) -> None:
    print(f"{one.table}: {counted(one.rows, 'row')}, SHA-256 {one.sha256[:16]}…", flush=True)
