"""`make migration` writes what the tables declare anew: a column, a link and a whole table, for both engines."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crm_data.settings import ROOT
from crm_data.store import migrating
from tests.support import run
from tests.support.databases import Database, fresh

COLUMNS = """    region: Mapped[str | None] = f.text("Region", 12, sort=True)
    second_owner: Mapped[int | None] = f.member("Second owner")
    rating: Mapped[int] = f.whole("Rating", 0, 5, default=3)
    is_partner: Mapped[bool] = f.yes_no("Partner")
"""
TABLE = '''"""contracts: what a customer has signed."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import (
    Archivable, Base, CompanyOwned, Imported, Made, Recorded, same_company, same_company_member, table_args,
)


class Contract(CompanyOwned, Made, Recorded, Archivable, Imported, Base):
    """One contract of one company."""

    __tablename__ = "contracts"
    __table_args__ = table_args(
        "contracts",
        same_company("contracts", "customer_id", "customers"),
        same_company_member("contracts"),
        parent=True,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    title: Mapped[str] = f.text("Title", 255, required=True, sort=True)
    source: Mapped[str | None] = f.text("Source", 100)
    customer_id: Mapped[int] = f.link("Customer", "customers", "CASCADE", required=True)
    value: Mapped[Decimal | None] = f.money("Value")
    ends_on: Mapped[date | None] = f.day("Ends on", sort=True)
    assigned_to: Mapped[int | None] = f.member("Owner")
'''
# In the copy: up, the same words as declared, down, the same words as before, up again.
TRIAL = """
import sys
from crm_data.store import migrating
from tests.migrations.trial import older
from tests.support.databases import Database, create_declared
from tests.support.plain import plain
from tests.tables.facts import words

def held(database):
    with plain(database, owner=True) as sql:
        return words(sql)

kind, url, declared = sys.argv[1:]
here, other = Database(kind, url, url), Database(kind, declared, declared)
migrating.upgrade(url, older())
before = held(here)
migrating.upgrade(url)
migrating.check(url)
engine = migrating.migration_engine(declared)
with engine.begin() as connection:
    create_declared(connection)
engine.dispose()
made, said = held(here), held(other)
for table in said:
    assert made[table] == said[table], (table, set(made[table]) ^ set(said[table]))
migrating.downgrade(url, "-1")
assert held(here) == before
migrating.upgrade(url)
assert held(here) == said
print("the same")
"""


def copy(folder: Path) -> Path:
    """A copy of the house, to change."""
    for name in ("crm_data", "dashboard", "pages", "migrations", "tests", ".streamlit"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("alembic.ini", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def told(folder: Path, *command: str) -> str:
    """What a command says in the copy; it must end well."""
    # Not this run's template of a database: in the copy another one is the newest.
    own = {name: value for name, value in os.environ.items() if name != run.FOLDER}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder, env={**own, "PYTHONPATH": str(folder)}, capture_output=True, text=True, timeout=1100,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout.strip()


def written(folder: Path, message: str) -> Path:
    """The migration that `make migration` writes: its recipe, line by line as the Makefile has it."""
    recipe = re.search(r"^migration:.*\n\t@(.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe
    line = recipe[1].replace("$$", "$").replace("$(PY)", sys.executable).replace("$(m)", message)
    own = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, env=own, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def declare(folder: Path) -> None:
    """Declare columns and a table, as CONTRIBUTING says."""
    customer = folder / "crm_data" / "tables" / "customer.py"
    text, marker = customer.read_text("utf-8"), "    notes: Mapped"
    assert text.count(marker) == 1
    customer.write_text(text.replace(marker, COLUMNS + marker), "utf-8")
    (folder / "crm_data" / "tables" / "contract.py").write_text(TABLE, "utf-8")
    rooms = folder / "crm_data" / "tables" / "__init__.py"
    marker = "from crm_data.tables.customer import Customer\n"
    text = rooms.read_text("utf-8")
    assert marker in text
    rooms.write_text(
        text.replace(marker, f"from crm_data.tables.contract import Contract\n{marker}"), "utf-8"
    )


@pytest.mark.slow
def test_what_is_declared_is_migrated(empty_database: Database, tmp_path: Path) -> None:
    folder = copy(tmp_path / "copy")
    declare(folder)
    file = written(folder, "customers get a region")
    assert file.name == f"{int(migrating.head()) + 1:03d}_customers_get_a_region.py"
    told(folder, "-m", "ruff", "check", "migrations")
    told(folder, "-m", "ruff", "format", "--check", str(file))
    other = fresh(empty_database.kind, migrated=False)
    said = told(folder, "-c", TRIAL, empty_database.kind, empty_database.admin_url, other.admin_url)
    assert said.endswith("the same")
    other.drop()
