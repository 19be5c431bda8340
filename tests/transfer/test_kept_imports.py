"""The choices for a file are kept for the company, and taken for the next one with the same headings."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Workspace
from crm_data.errors import NotAllowed
from crm_data.store.amounts import COMMA
from crm_data.store.days import DAY_FIRST, MONTH_FIRST
from crm_data.tables import KeptImport
from crm_data.transfer.by_file import Choices, import_file
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.plan import KEEP, Blanks, Column, Mode, Plan, Unmatched
from tests.support.kinds import KINDS
from tests.support.office import Office
from tests.transfer.files import csv_bytes, firm, own_csv

HEADINGS = ["Bezeichnung", "Kundin", "Was es bringt", "Wann", "Wer", "Wie weit", "Sonst"]
DEALS = [
    ["A", "Acme", "1.500", "03/04/2026", "Meier", "Anfang", "x"],
    ["B", "Acme", "2.500", "05/06/2026", "Huber", "Ende", "null"],
]


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


@pytest.fixture
def my(made: Office) -> Workspace:
    opened = made.at()
    opened.customers.add({"name": "Acme"})
    return opened


def sheet_of(
    my: Workspace, rows: list[list[str]], headings: list[str] = HEADINGS, name: str = "x.csv"
) -> Sheet:
    return my.read_file(csv_bytes([headings, *rows]), name)


def chosen(plan: Plan, made: Office) -> Plan:
    """What a person makes of a file that says little of itself."""
    person = str(made.people[0]["admin"])
    columns: dict[str, dict[str, Any]] = {
        "Bezeichnung": {"to": "deal_name"},
        "Kundin": {"to": "customer_id", "unmatched": Unmatched.MAKE},
        "Was es bringt": {"to": "deal_value", "numbers": COMMA},
        "Wann": {"to": "expected_close_date", "dates": MONTH_FIRST},
        "Wer": {"to": "assigned_to", "values": {"Meier": person, "Huber": ""}, "unmatched": Unmatched.EMPTY},
        "Wie weit": {"to": "stage", "values": {"Anfang": "prospect", "Ende": "negotiation"}},
        "Sonst": {"empties": ("null",)},
    }
    for heading, said in columns.items():
        plan = plan.with_column(heading, **said)
    fill = {"source": "Messe", "assigned_to": person}
    return replace(plan, key=("deal_name",), mode=Mode.BOTH, blanks=Blanks.CLEAR, fill=fill)


def brought(made: Office, my: Workspace, name: str = "märz.csv") -> Plan:
    sheet = sheet_of(my, DEALS, name=name)
    plan = chosen(my.guess(sheet, my.deals), made)
    assert my.commit_import(my.deals, sheet, plan).created == 2
    return plan


def test_all_that_was_chosen_is_taken_again(made: Office, my: Workspace) -> None:
    first = brought(made, my)
    sheet = sheet_of(my, [["C", "Acme", "3.500", "07/08/2026", "Meier", "Ende", "null"]], name="april.csv")
    guess = my.guess(sheet, my.deals)
    kept = my.kept_import(my.deals, sheet, guess)
    assert kept is not None
    assert (kept.file, set(kept.differs)) == ("märz", set(HEADINGS))
    assert "The choices made for 'märz' on " in kept.sentence()
    for column in kept.plan.columns:
        before = first.column(column.heading)
        assert (column.to, column.by, column.unmatched) == (before.to, before.by, before.unmatched)
        assert (column.dates, column.numbers, column.empties) == (
            before.dates,
            before.numbers,
            before.empties,
        )
        assert dict(column.values) == dict(before.values)
    assert (kept.plan.key, kept.plan.blanks, kept.plan.fill) == (first.key, first.blanks, first.fill)
    assert my.commit_import(my.deals, sheet, kept.plan).created == 1
    deal = next(row for row in my.deals.page().rows if row["deal_name"] == "C")
    assert (str(deal["deal_value"]), str(deal["expected_close_date"])) == ("3500.00", "2026-07-08")
    assert (deal["stage"], deal["assigned_to"]) == ("negotiation", made.people[0]["admin"])


def test_another_order_or_case_of_headings_is_the_same_file(made: Office, my: Workspace) -> None:
    brought(made, my)
    order = [3, 1, 0, 6, 2, 5, 4]
    headings = [HEADINGS[n].upper() for n in order]
    sheet = sheet_of(my, [[DEALS[0][n] for n in order]], headings)
    kept = my.kept_import(my.deals, sheet, my.guess(sheet, my.deals))
    assert kept is not None
    assert kept.plan.column("WAS ES BRINGT").to == "deal_value"
    other = sheet_of(my, [["A", "b"]], ["Bezeichnung", "Anderes"])
    assert my.kept_import(my.deals, other, my.guess(other, my.deals)) is None
    assert my.kept_import(my.tasks, sheet, my.guess(sheet, my.tasks)) is None


def test_what_the_cells_leave_no_choice_about_is_read_as_it_stands(made: Office, my: Workspace) -> None:
    """The last file had the month first and a decimal comma; this one cannot be read so."""
    brought(made, my)
    sheet = sheet_of(my, [["C", "Acme", "1,234.50", "25/12/2026", "Meier", "Ende", ""]])
    kept = my.kept_import(my.deals, sheet, my.guess(sheet, my.deals))
    assert kept is not None
    assert kept.plan.column("Wann").dates == DAY_FIRST
    assert kept.plan.column("Was es bringt").numbers != COMMA
    assert my.commit_import(my.deals, sheet, kept.plan).created == 1
    deal = next(row for row in my.deals.page().rows if row["deal_name"] == "C")
    assert (str(deal["deal_value"]), str(deal["expected_close_date"])) == ("1234.50", "2026-12-25")


def test_the_same_system_is_known_by_other_columns(my: Workspace) -> None:
    headings = [
        "Record ID",
        "First Name",
        "Last Name",
        "Email",
        "Contact owner",
        "Lifecycle Stage",
        "Shoe size",
    ]
    sheet = sheet_of(my, [["1", "Ann", "Ace", "a@x.example", "Who", "Other", "38"]], headings)
    plan = my.guess(sheet, my.customers).with_column("Lifecycle Stage", values={"Other": "inactive"})
    my.commit_import(my.customers, sheet, plan)
    fewer = [*headings[:6], "Phone Number"]
    other = sheet_of(my, [["2", "Bob", "Bat", "b@x.example", "Who", "Other", "1234567"]], fewer)
    kept = my.kept_import(my.customers, other, my.guess(other, my.customers))
    assert kept is not None
    assert dict(kept.plan.column("Lifecycle Stage").values) == {"Other": "inactive"}
    assert (kept.plan.column("Phone Number").to, kept.plan.fill) == ("phone", plan.fill)


def test_a_column_that_is_new_takes_no_field_that_was_chosen(my: Workspace) -> None:
    headings = ["Name", "Email", "Remark", "Contact owner", "First Name"]
    sheet = sheet_of(my, [["A", "a@x.example", "1234567", "", ""]], headings)
    plan = my.guess(sheet, my.customers).with_column("Remark", to="phone")
    my.commit_import(my.customers, sheet, plan)
    more = sheet_of(my, [["B", "b@x.example", "1234568", "", "", "7654321"]], [*headings, "Phone Number"])
    kept = my.kept_import(my.customers, more, my.guess(more, my.customers))
    assert kept is not None
    assert (kept.plan.column("Remark").to, kept.plan.column("Phone Number").to) == ("phone", KEEP)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_good_guess_is_no_choice_and_an_export_of_ours_has_none(my: Workspace, kind: str) -> None:
    records = my.records(kind)
    sheet = sheet_of(my, [["A", "b"]], ["Name", "Beside"])
    my.rehearse(records, sheet, my.guess(sheet, records))
    assert my.kept_import(records, sheet, my.guess(sheet, records)) is None  # a rehearsal keeps nothing
    if kind == "customers":
        my.commit_import(records, sheet, my.guess(sheet, records))
        assert my.kept_import(records, sheet, my.guess(sheet, records)) is None
    own = my.read_file(own_csv(my, [["Id", "Name"], ["", "A"]]), "own.csv")
    assert my.kept_import(records, own, my.guess(own, records)) is None


def test_only_the_company_that_chose_and_those_who_may_import(made: Office, my: Workspace) -> None:
    brought(made, my)
    sheet = sheet_of(my, DEALS)
    there = made.at(1)
    assert there.kept_import(there.deals, sheet, there.guess(sheet, there.deals)) is None
    colleague = made.at(0, "admin")
    assert colleague.kept_import(colleague.deals, sheet, colleague.guess(sheet, colleague.deals)) is not None
    for role in ("user", "sales_rep"):
        low = made.at(0, role)
        with pytest.raises(NotAllowed):
            low.kept_import(low.deals, sheet, low.guess(sheet, low.deals))


def test_no_number_of_a_person_or_record_is_kept(made: Office, my: Workspace) -> None:
    brought(made, my)
    with made.store.system("what is kept") as session:
        (kept,) = session.scalars(sa.select(KeptImport)).all()
        assert kept.company_id == made.companies[0]
        said = {column["heading"]: column for column in kept.plan["columns"]}
        assert said["Wer"]["values"] == {"Meier": "admin@alpha.example", "Huber": ""}
        assert kept.plan["fill"] == {"source": "Messe", "assigned_to": "admin@alpha.example"}


def test_who_is_no_colleague_any_more_is_asked_for_anew(made: Office, my: Workspace) -> None:
    brought(made, my)
    with made.store.system("a plan of before") as session:
        (kept,) = session.scalars(sa.select(KeptImport)).all()
        plan = Plan.from_json(json.dumps(kept.plan))
        gone = plan.with_column("Wer", values={"Meier": "gone@alpha.example"})
        kept.plan = json.loads(replace(gone, fill={"assigned_to": "gone@alpha.example"}).to_json())
    sheet = sheet_of(my, DEALS)
    found = my.kept_import(my.deals, sheet, my.guess(sheet, my.deals))
    assert found is not None
    assert "Meier" not in found.plan.column("Wer").values
    assert my.strangers(my.deals, sheet, found.plan)["Wer"] == {"Meier": 1, "Huber": 1}
    assert "assigned_to" not in found.plan.fill or found.plan.fill["assigned_to"] != "gone@alpha.example"


def test_what_an_earlier_version_kept_and_nobody_can_read_is_left(made: Office, my: Workspace) -> None:
    brought(made, my)
    sheet = sheet_of(my, DEALS)
    for plan in ({}, {"columns": [{"heading": "Wann", "to": "no_such_field"}]}, {"columns": 3}):
        with made.store.system("a plan of another version") as session:
            (kept,) = session.scalars(sa.select(KeptImport)).all()
            kept.plan = plan
        found = my.kept_import(my.deals, sheet, my.guess(sheet, my.deals))
        assert found is None or found.plan.column("Wann") == my.guess(sheet, my.deals).column("Wann")


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_by_command(made: Office, my: Workspace, tmp_path: Any) -> None:
    file = tmp_path / "deals.csv"
    file.write_bytes(csv_bytes([["Bezeichnung", "Kundin", "Wert"], ["A", "Acme", "5"]]))
    said = {"Bezeichnung": "deal_name", "Kundin": "customer_id", "Wert": "deal_value"}
    assert import_file(my.deals, file, Choices(columns=said)).report.created == 1
    file.write_bytes(csv_bytes([["Bezeichnung", "Kundin", "Wert"], ["B", "Acme", "6"]]))
    dry = import_file(my.deals, file, Choices(dry_run=True))
    assert dry.report.created == 1
    assert any("taken again" in note and "--anew" in note for note in dry.notes)
    alone = import_file(my.deals, file, Choices(dry_run=True, anew=True))
    assert (alone.report.created, len(alone.report.refused)) == (0, 1)
    assert not any("taken again" in note for note in alone.notes)
    over = import_file(my.deals, file, Choices(dry_run=True, columns={"Wert": "imported"}))
    assert over.plan.column("Wert") == Column("Wert", KEEP, numbers=over.plan.column("Wert").numbers)
