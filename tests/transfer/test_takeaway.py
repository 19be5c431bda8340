"""A company as a ZIP: everything that is its own, nothing of another's, for its admins alone."""

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest

from crm_data import errors
from crm_data.rights import ROLES
from crm_data.store.guards import guarded_tables
from tests.support.office import Office, office


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    made = office(database_url)
    for company, word in enumerate(("alpha", "omega")):
        my = made.at(company)
        customer = my.customers.add({"name": f"{word} customer", "notes": f"=canary-{word}"})
        gone = my.customers.add({"name": f"{word} archived"})
        my.customers.archive([gone])
        my.deals.add({"deal_name": f"{word} deal", "deal_value": "12.30", "customer_id": customer})
    yield made
    made.store.close()


def opened(two: Office, company: int, role: str = "admin") -> dict[str, str]:
    name, pieces = two.at(company, role).take_away()
    assert name.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        return {entry: archive.read(entry).decode("utf-8-sig") for entry in archive.namelist()}


def test_it_holds_everything_of_one_company_and_nothing_of_another(two: Office) -> None:
    files = opened(two, 0)
    everything = "\n".join(files.values())
    assert "omega" not in everything.casefold()
    rows = {
        name: list(csv.DictReader(io.StringIO(text))) for name, text in files.items() if name.endswith("csv")
    }
    assert [row["Name"] for row in rows["customers.csv"]] == ["alpha customer"]
    assert [row["Name"] for row in rows["customers-archived.csv"]] == ["alpha archived"]
    assert rows["customers.csv"][0]["Notes"] == "'=canary-alpha"
    assert len(rows["deal_stage_history.csv"]) == len(rows["deals.csv"]) == 1
    assert {row["role"] for row in rows["members.csv"]} == {*ROLES}
    assert "password" not in everything
    assert len(rows["company.csv"]) == 1
    assert "How they link" in files["README.txt"]


# What the product makes anew by itself, and one person's habits.
ELSEWHERE = {"chain_heads", "search_lists", "search_pieces", "search_due", "grid_layouts", "looks"}
CALLED = {"companies": "company", "user_companies": "members"}


def test_every_table_of_a_company_has_its_file(two: Office) -> None:
    tables = guarded_tables().keys() - ELSEWHERE
    named = {f"{CALLED.get(table, table)}.csv" for table in tables}
    files = opened(two, 0)
    assert named - files.keys() == set()
    assert {name for name in named if name not in files["README.txt"]} == set(), "and is told of"


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_only_admins_take_it_away(two: Office, role: str) -> None:
    with pytest.raises(errors.NotAllowed):
        two.at(0, role).take_away()
