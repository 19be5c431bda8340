"""A company as one file, a ZIP: a SQLite database of its rows alone, and a manifest that says what is in it."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data import clock
from crm_data.rights import Act, Person, demand
from crm_data.store.blueprint import empty
from crm_data.store.heads import heads
from crm_data.store.migrating import head, migration_engine
from crm_data.store.scope import CompanyScope
from crm_data.store.sqlite_file import opened
from crm_data.store.store import Store
from crm_data.tables import Base, User
from crm_data.transfer.csv_out import noted
from crm_data.transfer.held import workplace
from crm_data.transfer.manifest import product
from crm_data.transfer.moved_rows import Row, company_tables, is_derived, moved
from crm_data.transfer.sealed import ENDING, demand_passphrase, seal
from crm_data.transfer.verify import digest

FORMAT = 1
DATABASE, MANIFEST = "company.db", "manifest.json"
CHUNK = 1000
LOGS = ("change_log", "change_sets")
NO_PASSWORD = "!"  # no password has this hash
_PIECE = 256 << 10
# What the installation knows of a person and the company does not: it stays here.
_OWN = ("password_hash", "role", "last_login", "is_verified", "shut_out", "created_by")
README = """Foyer: the company {company}, as of {at} UTC

company.db is a SQLite database that any SQLite tool opens: the company's records, their history, its members
without their passwords, its settings. manifest.json says which version made it, how many rows each table has, and
their SHA-256, by which the same content is known wherever it is.

To bring it back, beside the company it was made of or in another installation, on SQLite or PostgreSQL:
    python -m crm_data bring-back FILE
"""


@dataclass(frozen=True)
class Content:
    """A table of a company: its rows, and the SHA-256 of what they say whatever their ids are."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class CompanyManifest:
    """`revision` of the schema; `sha256` and `size` (bytes) of the database; `tables` by name.

    `head`: where the company's log ends (see `store.heads`); '' in a file of an older version.
    """

    product: str
    revision: str
    company: str
    made_at: str
    sha256: str
    size: int
    tables: Mapping[str, Content]
    head: str = ""
    format: int = FORMAT


def take_away(store: Store, scope: CompanyScope, passphrase: str = "") -> tuple[str, Iterator[bytes]]:
    """The file's name, and its bytes piece by piece; with a passphrase it is encrypted (see `sealed`).

    Raises NotAllowed, and Invalid for a passphrase that is too short, before anything is read.
    """
    demand(Person(scope.role, scope.operator), Act.TAKE_AWAY)
    if passphrase:
        demand_passphrase(passphrase)
    noted(store, "taken_away", scope.user_id, scope.company_id, as_file=True, encrypted=bool(passphrase))
    ending = f".foyer{ENDING}.zip" if passphrase else ".foyer.zip"
    name = f"foyer-company-{scope.company_id}-{clock.now():%Y-%m-%d}"
    return f"{name}{ending}", _pieces(store, scope, passphrase)


def _pieces(store: Store, scope: CompanyScope, passphrase: str) -> Iterator[bytes]:
    with workplace() as folder:
        database, archive = Path(folder, DATABASE), Path(folder, "company.zip")
        at = clock.now()
        tables, end = _written(store, scope, database)
        manifest = CompanyManifest(
            product(),
            head(),
            scope.company_name,
            at.isoformat(),
            digest(database),
            database.stat().st_size,
            tables,
            end,
        )
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("README.txt", README.format(company=scope.company_name, at=f"{at:%Y-%m-%d %H:%M}"))
            made.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            made.write(database, DATABASE)
        database.unlink()
        if passphrase:
            plain, archive = archive, Path(folder, "sealed.zip")
            with plain.open("rb") as file:
                seal(file, archive, passphrase, "company.foyer.zip")
            plain.unlink()
        with archive.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _written(store: Store, scope: CompanyScope, path: Path) -> tuple[dict[str, Content], str]:
    """Write the rows that the company's own reading session sees into a database of this version; the log as it
    is, so that its chain can be followed there. What each table says, and where the log ends.
    """
    empty(path, head())
    engine = migration_engine(f"sqlite:///{path}")
    try:
        with store.read(scope) as session, engine.begin() as file:
            here, known = session.core(), set()
            users = Base.metadata.tables["users"]
            for rows in chunks(here, users):
                known |= {row["id"] for row in rows}
                file.execute(sa.insert(users), [{**row, **_of_a_person()} for row in rows])

            def kept(table: str, id_: int) -> int | None:
                """A person who never worked here is not in the file, and nothing points at them."""
                return id_ if table != "users" or id_ in known else None

            for rows in chunks(here, Base.metadata.tables["companies"]):
                file.execute(
                    sa.insert(Base.metadata.tables["companies"]), [moved("companies", r, kept) for r in rows]
                )
            for table in company_tables():
                for rows in chunks(here, table):
                    same = table.name in LOGS
                    file.execute(
                        sa.insert(table), rows if same else [moved(table.name, row, kept) for row in rows]
                    )
            content, end = contents(file), heads(here).get(scope.company_id, "")
    finally:
        engine.dispose()
    with opened(path, write=True) as plain:
        for table in filter(is_derived, Base.metadata.tables.values()):
            plain.execute(f"DELETE FROM {table.name}")
        plain.execute("PRAGMA journal_mode=DELETE")
        plain.execute("VACUUM")
    return content, end


def _of_a_person() -> Row:
    return {
        **dict.fromkeys(_OWN),
        "password_hash": NO_PASSWORD,
        "role": "user",
        "is_verified": False,
        "shut_out": False,
    }


def contents(file: Connection, whole: bool = True) -> dict[str, Content]:
    """What each table of a company's file says. Ids are told by their place in order and people by their e-mail,
    so that the same company has the same content in every installation. `whole`: see `moved`.
    """
    people = {row.id: row.email for row in file.execute(sa.select(User.id, User.email))}
    places: dict[str, dict[int, int]] = {}
    found = {}
    for table in company_tables():
        ids = file.execute(sa.select(table.c.id).order_by(table.c.id)).scalars()
        places[table.name] = {id_: place for place, id_ in enumerate(ids)}

    def place(table: str, id_: int) -> Any:
        return people.get(id_) if table == "users" else places.get(table, {}).get(id_)

    for table in (Base.metadata.tables["companies"], *company_tables()):
        sha, count = hashlib.sha256(), 0
        for rows in chunks(file, table):
            for row in rows:
                said = moved(table.name, row, place, whole)
                for name in (
                    "id",
                    "company_id",
                    "is_primary",
                    *(column.name for column in table.columns if column.info.get("of_the_chain")),
                    *(_ITS_OWN if table.name == "companies" else ()),
                ):
                    said.pop(name, None)
                sha.update(repr(sorted(said.items())).encode())
            count += len(rows)
        found[table.name] = Content(count, sha.hexdigest())
    return found


# What a company that came back has of its own: e-mails and marks are of one company alone.
_ITS_OWN = ("email", "export_mark", "created_by", "updated_at", "version")


def chunks(connection: Connection, table: sa.Table) -> Iterator[list[Row]]:
    """All rows that the connection sees, by id, a thousand at a time."""
    last = 0
    while True:
        wanted = sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(CHUNK)
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]
