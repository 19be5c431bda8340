"""Importing leads, deals, tasks and activities: the same code, with the rules and links of each kind."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Kind, Records, Workspace
from crm_data.tables import DealStageHistory
from crm_data.transfer.csv_out import Form
from crm_data.transfer.plan import ID, By, Plan, Unmatched
from crm_data.transfer.report import Report
from tests.support.kinds import KINDS, TITLES, least
from tests.support.office import Office
from tests.support.timeline import timeline
from tests.transfer.files import REAL, accounts, csv_bytes, firm, own_csv, pipeline


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


@pytest.fixture
def my(made: Office) -> Workspace:
    return made.at()


def bring(my: Workspace, records: Records, data: bytes, name: str = "x.csv", plan: Any = None) -> Report:
    sheet = my.read_file(data, name)
    guessed = my.guess(sheet, records)
    wanted: Plan = plan(guessed) if plan else guessed
    told = my.rehearse(records, sheet, wanted)
    done = my.commit_import(records, sheet, wanted)
    assert (told.created, told.updated, told.unchanged) == (done.created, done.updated, done.unchanged)
    assert [r.row for r in told.refused] == [r.row for r in done.refused]
    return done


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def rows(records: Records) -> list[dict[str, Any]]:
    return [row for page in records.walk() for row in page.rows]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_from_a_file_and_back_from_its_own(my: Workspace, kind: str) -> None:
    records, title = my.records(kind), TITLES[kind]
    values = {**least(my, kind), title: "As it came"}
    cells = {}
    for name, value in values.items():  # a record that is named is named by its title
        to = records.fields[name].to
        if to in KINDS:
            value = my.records(to).get(value)[TITLES[to]]
        if records.fields[name].kind is not Kind.MEMBER:
            cells[records.fields[name].label] = value
    assert counts(bring(my, records, csv_bytes([[*cells], [*cells.values()]]))) == (1, 0, 0, 0)
    (made,) = (row for row in rows(records) if row[title] == "As it came")
    assert all(made[name] == value for name, value in values.items() if records.fields[name].to in KINDS)
    file = b"".join(my.export(records)[1]).replace(b"As it came", b"As it is")
    assert bring(my, records, file).updated == 1
    assert records.get(made["id"])[title] == "As it is"


def former(plan: Plan) -> Plan:
    return plan.with_column("sales_agent", unmatched=Unmatched.FORMER).with_column(
        "account", empties=("null",)
    )


@pytest.mark.slow
def test_a_pipeline_of_another_system(made: Office, my: Workspace) -> None:
    bring(my, my.customers, accounts(10), "accounts.csv")
    sheet = my.read_file(pipeline(), "sales_pipeline.csv")
    told = my.rehearse(my.deals, sheet, my.guess(sheet, my.deals))
    assert (told.created, len(told.refused)) == (35, 5)
    assert told.beside == {"sales_agent": {"Gone Person": 15}}
    assert told.unknown == {"sales_agent": {"Gone Person": 20}, "account": {"null": 5}}
    report = bring(my, my.deals, pipeline(), "sales_pipeline.csv", former)
    assert counts(report)[:2] == (35, 0)
    assert Counter(refusal.reason for refusal in report.refused) == {
        "account is 'null', which says nothing here, and is needed; fill it in.": 5
    }
    deals = rows(my.deals)
    won = [deal for deal in deals if deal["stage"] == "closed_won"]
    assert {deal["status"] for deal in won} == {"won"}
    assert all(deal["probability"] == 100 and deal["actual_close_date"].year == 2017 for deal in won)
    lost = [deal for deal in deals if deal["stage"] == "closed_lost"]
    assert {deal["loss_reason"] for deal in lost} == {"Not recorded"}
    assert {deal["probability"] for deal in deals if deal["stage"] == "qualified"} == {25}
    one = next(deal for deal in deals if deal["external_id"] == "OP00000")
    assert one["deal_name"] == "GTX Basic, Firm 0"
    assert one["actual_close_date"] == date(2017, 1, 1)
    assert one["imported"] == {"product": "GTX Basic"}
    assert f"{one['created_at']:%d-%m-%Y}" == "20-10-2016"
    with made.store.read(my.scope) as session:
        moves = session.scalars(sa.select(DealStageHistory)).all()
    assert len(moves) == len(deals)
    closed = next(move for move in moves if move.deal_id == one["id"])
    assert str(closed.from_stage) == "None"
    assert (closed.to_stage, closed.moved_at.date()) == ("closed_won", date(2017, 1, 1))


def test_a_pipeline_twice_and_with_a_fallback_customer(my: Workspace) -> None:
    bring(my, my.customers, accounts(10), "accounts.csv")
    unnamed = my.customers.add({"name": "Not named"})
    bring(my, my.deals, pipeline(), "sales_pipeline.csv", former)

    def fallback(plan: Plan) -> Plan:
        plan = former(plan)
        return replace(plan, fill={**plan.fill, "customer_id": str(unnamed)})

    assert counts(bring(my, my.deals, pipeline(), "sales_pipeline.csv", fallback)) == (5, 0, 35, 0)
    assert sum(deal["customer_id"] == unnamed for deal in rows(my.deals)) == 5
    moved = pipeline().replace(b",Engaging,", b",Won,", 1)
    report = bring(my, my.deals, moved, "sales_pipeline.csv", fallback)
    assert counts(report) == (0, 0, 39, 1)
    assert "won deal needs the amount" in report.refused[0].reason


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")
def test_the_real_pipeline(my: Workspace) -> None:
    bring(my, my.customers, (REAL / "accounts.csv").read_bytes(), "accounts.csv")
    data = (REAL / "sales_pipeline.csv").read_bytes()
    report = bring(my, my.deals, data, "sales_pipeline.csv", former)
    assert counts(report) == (7375, 0, 0, 1425)
    won = [deal for deal in rows(my.deals) if deal["status"] == "won"]
    assert (len(won), sum(deal["deal_value"] for deal in won)) == (4238, Decimal(10_005_534))
    assert my.deals.count(my.deals.query({"status": "lost"})) == 2473
    assert counts(bring(my, my.deals, data, "sales_pipeline.csv", former)) == (0, 0, 7375, 1425)


def test_a_move_by_import_is_a_move(made: Office, my: Workspace) -> None:
    customer = my.customers.add({"name": "Acme"})
    deal = my.deals.add({"customer_id": customer, "deal_name": "Big", "deal_value": "10"})
    row = [str(deal), "Big", "closed_won", "2026-01-31"]
    file = own_csv(my, [["Id", "Name", "Stage", "Closed on"], row])
    assert counts(bring(my, my.deals, file)) == (0, 1, 0, 0)
    now = my.deals.get(deal)
    assert (now["status"], now["probability"], now["actual_close_date"]) == ("won", 100, date(2026, 1, 31))
    assert [(move.before, move.stage) for move in my.deals.moves(deal)] == [
        (None, "prospect"),
        ("prospect", "closed_won"),
    ]
    happened = timeline(my, {"deal_id": deal})
    assert [row["activity_type"] for row in happened.rows] == ["status_change"]


def test_a_status_alone_does_not_move_a_deal(my: Workspace) -> None:
    customer = my.customers.add({"name": "Acme"})
    deal = my.deals.add({"customer_id": customer, "deal_name": "Big", "deal_value": "10"})
    file = own_csv(my, [["Id", "Name", "Status"], [str(deal), "Big", "won"]])
    report = bring(my, my.deals, file)
    assert (counts(report), report.beside) == ((0, 1, 0, 0), {"Status": {"won": 1}})
    now = my.deals.get(deal)
    assert (now["status"], now["stage"], now["imported"]) == ("open", "prospect", {"Status": "won"})


def test_links_by_name_id_and_external_id(made: Office, my: Workspace) -> None:
    bring(my, my.customers, csv_bytes([["External id", "Name"], ["A1", "Acme"], ["B1", "Bolt"]]), "crm.csv")
    acme = next(row["id"] for row in rows(my.customers) if row["name"] == "Acme")
    theirs = made.at(1).customers.add({"name": "Theirs"})

    def go(heading: str, cell: str, by: By) -> Report:
        file = csv_bytes([["Name", heading], [f"Lead {by} {cell}", cell]])
        sheet = my.read_file(file, "x.csv")
        plan = my.guess(sheet, my.leads)
        assert plan.column(heading).to == "customer_id"
        plan = replace(plan, source="crm").with_column(heading, by=by, unmatched=Unmatched.REFUSE)
        return my.commit_import(my.leads, sheet, plan)

    for heading, cell, by in (("Account", "ACME", By.NAME), ("customer_id", "A1", By.EXTERNAL)):
        assert go(heading, cell, by).created == 1
    assert go("Customer", str(acme), By.ID).created == 1
    assert {lead["customer_id"] for lead in rows(my.leads)} == {acme}
    refused = [go("Customer", cell, By.ID).refused[0].reason for cell in (str(theirs), "99999")]
    assert refused[0].replace(str(theirs), "?") == refused[1].replace("99999", "?")
    assert "there is no customer" in go("Customer", "Theirs", By.NAME).refused[0].reason


def test_a_name_of_two_records_is_refused(my: Workspace) -> None:
    for _ in range(2):
        my.customers.add({"name": "Twin"})
    file = csv_bytes([["Name", "Customer"], ["L", "Twin"]])
    refuse = {"unmatched": Unmatched.REFUSE}
    report = bring(my, my.leads, file, plan=lambda plan: plan.with_column("Customer", **refuse))
    assert "2 records" in report.refused[0].reason
    assert bring(my, my.leads, file).beside == {"Customer": {"Twin": 1}}


def test_tasks_and_activities(made: Office, my: Workspace) -> None:
    customer = my.customers.add({"name": "Acme"})
    deal = my.deals.add({"customer_id": customer, "deal_name": "Big", "deal_value": "10"})
    file = csv_bytes(
        [
            ["Subject", "Due", "Deal", "Status"],
            ["Call", "31.01.2026 14:30", "Big", "done"],
            ["Call", "", "", ""],
            ["Write", "30.02.2026", "", ""],
        ]
    )
    report = bring(my, my.tasks, file, "todo.csv", lambda plan: replace(plan, zone="Europe/Zurich"))
    assert counts(report) == (3, 0, 0, 0)
    assert report.beside == {"Due": {"30.02.2026": 1}}
    first = next(task for task in rows(my.tasks) if task["deal_id"] == deal)
    assert (first["customer_id"], first["status"]) == (customer, "completed")
    assert first["due_date"].isoformat() == "2026-01-31T13:30:00+00:00"
    assert first["completed_at"] is not None
    assert {task["assigned_to"] for task in rows(my.tasks)} == {my.scope.user_id}
    assert counts(bring(my, my.tasks, file, "todo.csv")) == (0, 0, 3, 0)
    file = csv_bytes(
        [["Title", "Type", "Date", "Customer", "Minutes"], ["Met", "meeting", "2026-01-05", "Acme", "30"]]
    )
    assert counts(bring(my, my.activities, file, "log.csv")) == (1, 0, 0, 0)
    assert counts(bring(my, my.activities, file, "log.csv")) == (0, 0, 1, 0)
    met = timeline(my, {"customer_id": customer}).rows[0]
    assert (met["title"], met["duration"], met["user_id"]) == ("Met", 30, my.scope.user_id)


def test_of_contradicting_links_one_steps_back(my: Workspace) -> None:
    mine, other = (my.customers.add({"name": name}) for name in ("Acme", "Bolt"))
    my.deals.add({"customer_id": mine, "deal_name": "Big", "deal_value": "10"})
    file = csv_bytes([["Title", "Deal", "Customer"], ["Call", "Big", "Bolt"], ["Call", "Big", "Acme"]])
    report = bring(my, my.tasks, file)
    assert counts(report) == (2, 0, 0, 0)
    assert report.beside == {"Deal": {"Big": 1}}
    found = {(task["customer_id"], task["deal_id"] is None) for task in rows(my.tasks)}
    assert found == {(other, True), (mine, False)}


def test_what_hangs_on_a_deal_moves_with_it(my: Workspace) -> None:
    first, second = (my.customers.add({"name": name}) for name in ("Acme", "Bolt"))
    deal = my.deals.add({"customer_id": first, "deal_name": "Big", "deal_value": "10"})
    task = my.tasks.add({"title": "Call", "deal_id": deal})
    file = own_csv(my, [["Id", "Name", "Customer id"], [str(deal), "Big", str(second)]])
    assert counts(bring(my, my.deals, file)) == (0, 1, 0, 0)
    assert my.tasks.get(task)["customer_id"] == second


@pytest.mark.slow
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("kind", Workspace.kinds)
def test_an_export_of_every_kind_comes_back_unchanged(my: Workspace, kind: str, form: Form) -> None:
    customer = my.customers.add({"name": "=Acme", "tags": ["a", "b"], "notes": "one\ntwo", "phone": "+41 1"})
    lead = my.leads.add({"lead_name": "Lead", "customer_id": customer, "estimated_value": "12.30"})
    deal = my.deals.add({"customer_id": customer, "lead_id": lead, "deal_name": "-Big", "deal_value": "10"})
    won = {"customer_id": customer, "deal_name": "Won", "deal_value": "10", "stage": "closed_won"}
    my.deals.add(won)
    task = my.tasks.add({"title": "Call", "deal_id": deal, "due_date": "2026-03-12T10:00:00Z"})
    my.tasks.complete(task)
    my.activities.log("note", "Met", deal_id=deal)
    records = my.records(kind)
    records.add(least(my, kind))
    before = rows(records)
    name, pieces = my.export(records, form=form)
    data = b"".join(pieces)
    sheet = my.read_file(data, name)
    plan = my.guess(sheet, records)
    assert plan.key == (ID,)
    report = my.commit_import(records, sheet, plan)
    assert counts(report) == (0, 0, len(before), 0)
    assert rows(records) == before


def test_an_export_makes_the_same_records_elsewhere(made: Office, my: Workspace) -> None:
    bring(my, my.customers, accounts(10), "accounts.csv")
    _, pieces = my.export(my.customers)
    data = b"".join(pieces)
    there = made.at(1)
    report = bring(there, there.customers, data, "customers.csv")
    assert counts(report) == (10, 0, 0, 0)  # the ids are not of this company
    assert counts(bring(there, there.customers, data, "customers.csv")) == (0, 0, 10, 0)
    kept = ("name", "industry", "country", "customer_type")
    one, other = ([{n: row[n] for n in kept} for row in rows(w.customers)] for w in (my, there))
    assert sorted(one, key=str) == sorted(other, key=str)
