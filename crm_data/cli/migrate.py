"""migrate: make the database, or bring it up to date."""

import argparse

from crm_data.cli.common import Commands, command
from crm_data.settings import settings
from crm_data.transfer.updating import bring_up_to_date


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "migrate",
        run,
        "Make the database, or bring it up to date after a safety backup",
        "migrate",
    )
    parser.add_argument(
        "--new", action="store_true", help="make an empty database even where backups say there was one"
    )


def run(args: argparse.Namespace) -> int:
    """Do it, and say from where to where."""
    done = bring_up_to_date(settings(), new=args.new)
    if done.before == done.after:
        said = f"The database is up to date, at revision {done.after}."
    elif not done.before:
        said = f"The database was made, at revision {done.after}."
    else:
        said = f"The database was brought from revision {done.before} to {done.after}."
    if done.safety:
        said = f"{said} {done.rehearsed} What stood before is kept as {done.safety}."
    print(said)
    return 0
