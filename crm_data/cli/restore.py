"""restore: put a verified backup in the place of everything there is."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from crm_data.cli.common import Commands, acting_arguments, command, opened, operator_of, tell_cleared
from crm_data.cli.verify import backup_argument, chosen
from crm_data.settings import Settings, settings
from crm_data.store.connections import private_file, sqlite_path


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "restore",
        run,
        "Put a verified backup in the place of everything there is, after a safety backup; all are signed out",
        "restore crm_backup_20260302-093000.db",
    )
    backup_argument(parser)
    acting_arguments(parser, company=False)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    told = settings()
    with _some_file(told), opened(owner=True, ready=False) as here:
        actor = operator_of(here, args) if args.person else None
        backups = here.installation.backups
        backup = chosen(told, args.backup)
        lost = backups.since_file(backup, actor)
        print(lost.sentence(), *lost.companies, sep="\n", flush=True)
        done = backups.restore_file(backup, actor)
        tell_cleared(backups)
        print(done.sentence())
    return 0


@contextmanager
def _some_file(told: Settings) -> Iterator[None]:
    """Where the database was lost altogether, an empty one to restore into; gone again when that fails."""
    lost = told.database_url.startswith("sqlite") and not sqlite_path(told.database_url).exists()
    path = sqlite_path(told.database_url)
    if lost:
        private_file(path)
    try:
        yield
    except BaseException:
        if lost:
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
        raise
