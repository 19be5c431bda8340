"""What leaves a company comes back to it unchanged, and into another company as new records with their links."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest

from crm_data import Edit, Records, Workspace
from crm_data.transfer.plan import Newer, Plan, Unmatched
from crm_data.transfer.report import Report
from tests.support.office import Office
from tests.transfer.files import csv_bytes, firm


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


def filled(my: Workspace) -> None:
    """A record of every kind, one of them put away, linked with each other."""
    customer = my.customers.add({"name": "Acme", "email": "a@acme.example", "source": "Web"})
    my.customers.archive([my.customers.add({"name": "Gone"})])
    lead = my.leads.add({"lead_name": "Lead", "customer_id": customer, "source": "Web"})
    deal = my.deals.add({"customer_id": customer, "lead_id": lead, "deal_name": "Big", "deal_value": "10"})
    task = my.tasks.add({"title": "Call", "deal_id": deal})
    my.activities.log("note", "Met", task_id=task)


def files(my: Workspace) -> dict[str, bytes]:
    _, pieces = my.take_away()
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bring(my: Workspace, records: Records, data: bytes, name: str = "x.csv", **changes: object) -> Report:
    sheet = my.read_file(data, name)
    plan = replace(my.guess(sheet, records), **changes)  # type: ignore[arg-type]
    told = my.rehearse(records, sheet, plan)
    done = my.commit_import(records, sheet, plan)
    assert counts(told) == counts(done)
    return done


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def rows(records: Records) -> list[dict[str, object]]:
    return [row for page in records.walk() for row in page.rows]


def _former(my: Workspace, plan: Plan) -> Plan:
    """Who works there is nobody here: added as former colleagues."""
    fields = my.tasks.fields | my.activities.fields
    for column in plan.columns:
        if column.to in fields and fields[column.to].to == "users":
            plan = plan.with_column(column.heading, unmatched=Unmatched.FORMER)
    return plan


@pytest.mark.slow
def test_every_file_of_the_archive_comes_back(made: Office) -> None:
    my, there = made.at(0, "admin"), made.at(1, "admin")
    filled(my)
    taken = files(my)
    for kind in my.kinds:
        for ending in ("", "-archived"):
            data = taken[f"{kind}{ending}.csv"]
            if data.count(b"\r\n") < 2:
                continue
            report = bring(my, my.records(kind), data)
            assert counts(report)[:2] == (0, 0), (kind, ending, report)
            assert not report.refused
            records, sheet = there.records(kind), there.read_file(data, "x.csv")
            plan = _former(there, there.guess(sheet, records))
            for wanted in ("created", "unchanged"):  # a second time nothing is made
                again = there.commit_import(records, sheet, plan)
                assert getattr(again, wanted) == len(sheet.lines), (kind, ending, again.refused)
    (deal,), (lead,) = rows(there.deals), rows(there.leads)
    (task,), (activity,) = rows(there.tasks), rows(there.activities)
    acme = next(row for row in rows(there.customers) if row["name"] == "Acme")
    assert (deal["customer_id"], deal["lead_id"]) == (acme["id"], lead["id"])
    assert (task["deal_id"], activity["task_id"]) == (deal["id"], task["id"])
    assert acme["source"] == "Web"


def test_an_export_of_another_company_changes_no_record_of_the_same_number(made: Office) -> None:
    my, there = made.at(), made.at(1)
    my.customers.add({"name": "Alpha"})
    ours = there.customers.add({"name": "Own"})
    name, pieces = my.export(my.customers)
    data = b"".join(pieces)
    report = bring(there, there.customers, data.replace(b"\r\n1,", f"\r\n{ours},".encode()), name)
    assert counts(report) == (1, 0, 0, 0)
    assert there.customers.get(ours)["name"] == "Own"


@pytest.mark.parametrize("column", ["Foyer", "Id"])
def test_without_its_mark_an_id_finds_nothing(made: Office, column: str) -> None:
    my = made.at()
    id_ = my.customers.add({"name": "Alpha"})
    _, pieces = my.export(my.customers)
    headings, row = b"".join(pieces).decode("utf-8-sig").splitlines()
    at = headings.split(",").index(column)
    cut = [
        ",".join(cell for place, cell in enumerate(line.split(",")) if place != at)
        for line in (headings, row)
    ]
    data = "\n".join(cut).replace("Alpha", "Other").encode()
    bring(my, my.customers, data)
    assert my.customers.get(id_)["name"] == "Alpha"


def test_two_systems_that_number_from_one_stay_apart(made: Office) -> None:
    """Whatever the lead's source is, and though both files have the same name."""
    my = made.at()
    first = csv_bytes([["Id", "Name", "Source"], ["1", "Ann", "Web"], ["2", "Bob", "Web"]])
    other = csv_bytes([["Id", "Name", "Source"], ["1", "Cid", "Web"], ["2", "Dot", "Web"]])
    assert counts(bring(my, my.customers, first, "contacts.csv")) == (2, 0, 0, 0)
    asked = bring(my, my.customers, other, "contacts.csv")
    assert (counts(asked), asked.doubted) == ((0, 0, 0, 2), 2)
    assert "'Ann'" in asked.refused[0].reason or "'ann'" in asked.refused[0].reason
    assert counts(bring(my, my.customers, other, "contacts.csv", source="Shop", named=True)) == (2, 0, 0, 0)
    assert sorted(str(row["name"]) for row in rows(my.customers)) == ["Ann", "Bob", "Cid", "Dot"]
    assert counts(bring(my, my.customers, first, "contacts.csv")) == (0, 0, 2, 0)


def test_what_a_colleague_changed_since_is_told_and_stays(made: Office) -> None:
    my = made.at()
    id_ = my.customers.add({"name": "Acme", "phone": "111 111", "city": "Bern"})
    _, pieces = my.export(my.customers)
    data = b"".join(pieces)
    edited = data.replace(b"Bern", b"Basel")
    my.customers.change([Edit(id_, {"phone": ("111 111", "222 222")})])
    report = bring(my, my.customers, edited)
    assert (counts(report), report.newer_rows) == ((0, 0, 0, 1), 1)
    assert {(c.field, c.before, c.after) for c in report.newer} == {
        ("phone", "222 222", "111 111"),
        ("city", "Bern", "Basel"),
    }
    assert my.customers.get(id_)["phone"] == "222 222"
    assert counts(bring(my, my.customers, edited, newer=Newer.FILE)) == (0, 1, 0, 0)
    assert my.customers.get(id_)["city"] == "Basel"
