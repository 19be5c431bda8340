"""What commands share: the database opened, who acts, and the row in the security log that says so."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from crm_data.accounts.people import SYSTEM, Actor, find_user, is_operator
from crm_data.errors import Invalid, NotFound, NotReady
from crm_data.installation import Installation
from crm_data.settings import Settings, settings
from crm_data.store.migrating import head
from crm_data.store.scope import CompanyScope
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace], int]


@dataclass(frozen=True)
class Opened:
    """The installation that a command works on."""

    settings: Settings
    store: Store
    installation: Installation


@dataclass(frozen=True)
class Operator:
    """A person named by --as who acts on the whole installation."""

    user_id: int
    operator: bool
    role: str = "operator"


def command(commands: Commands, name: str, run: Run, help: str, example: str) -> argparse.ArgumentParser:
    """Add a command with its line of help and an example."""
    parser = commands.add_parser(
        name,
        help=help[0].lower() + help[1:],
        description=f"{help}.",
        epilog=f"Example:\n  python -m crm_data {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def acting_arguments(parser: argparse.ArgumentParser, company: bool) -> None:
    """--as, and for a command inside one company also --company."""
    if company:
        parser.add_argument("--company", type=int, required=True, metavar="ID", help="number of the company")
    parser.add_argument(
        "--as",
        dest="person",
        metavar="EMAIL",
        help="act with this person's rights; without it as the system itself, which the security log tells",
    )


def passphrase_argument(parser: argparse.ArgumentParser) -> None:
    """Where the passphrase of an encrypted file stands: never among the arguments, which others may see."""
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="the file is encrypted: its passphrase is the first line here",
    )


def passphrase_of(args: argparse.Namespace) -> str:
    """The passphrase that was meant; '' where none was. Raises Invalid for a file without one."""
    if args.passphrase_file is None:
        return ""
    with open(args.passphrase_file, encoding="utf-8", errors="replace") as file:
        said = file.readline(2000).strip()
    if not said:
        raise Invalid(f"There is no passphrase in the first line of {args.passphrase_file}.")
    return said


@contextmanager
def opened(owner: bool = False, ready: bool = True) -> Iterator[Opened]:
    """The installation of the settings. `owner`: by DATABASE_ADMIN_URL, where there is one.

    Raises NotReady for half a copy; where `ready` is asked, also when the database is not at this version's
    revision.
    """
    told = settings()
    store = Store(told.owner_url if owner else told.database_url)
    try:
        installation = Installation(store, told)
        installation.demand_whole()
        if ready:
            _demand_ready(installation)
        yield Opened(told, store, installation)
    finally:
        store.close()


def scope_of(here: Opened, args: argparse.Namespace) -> CompanyScope:
    """Who acts in the company of --company; leaves a row in the security log."""
    scope = here.installation.scope(args.company, args.person)
    with here.store.system("the command line acts in a company") as session:
        note(session, "command_line", scope.user_id, scope.company_id, command=args.command)
    return scope


def operator_of(here: Opened, args: argparse.Namespace, noted: bool = True) -> Actor:
    """Who acts on the whole installation; leaves a row in the security log where it is to be `noted`.

    Raises NotFound.
    """
    actor: Actor = SYSTEM
    with here.store.system("the command line acts on the installation", write=noted) as session:
        if args.person is not None:
            user = find_user(session, args.person)
            if user is None or not user.is_active:
                raise NotFound("Nobody with this e-mail may sign in here. Check its spelling.")
            actor = Operator(user.id, is_operator(user))
        if noted:
            note(session, "command_line", actor.user_id, command=args.command)
    return actor


def tell_cleared(backups: Backups) -> None:
    """Say what acts that were killed had left behind."""
    if backups.cleared:
        print(backups.cleared, file=sys.stderr)


def counted(number: int, what: str, several: str = "") -> str:
    """'1 row', '2,000 rows', '2 people'."""
    return f"{number:,} {what if number == 1 else several or what + 's'}"


def link(told: Settings, token: str) -> str:
    """The address of a one-time link."""
    return f"{told.address}/?link={token}"


def _demand_ready(installation: Installation) -> None:
    state = installation.state()
    if not state.database:
        raise NotReady("The database does not answer. Check DATABASE_URL, and that it is running.")
    if state.revision != head():
        raise NotReady(
            f"The database is at revision {state.revision or 'none'}, and this version needs {head()}. "
            "Run: python -m crm_data migrate"
        )
