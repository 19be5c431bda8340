"""Rows of a file that look like records here, or like a row before: told first, and left out on request."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from crm_data import Records, Workspace
from crm_data.alike.likeness import known_by
from crm_data.errors import Invalid
from crm_data.store.changes import new_act
from crm_data.tables import noun
from crm_data.transfer import hints
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.plan import Lookalikes, Plan
from crm_data.transfer.report import Report
from tests.support.kinds import KINDS, TITLES
from tests.support.office import Office
from tests.support.statements import counted
from tests.transfer.files import csv_bytes, firm, snapshot

ALIKE = [kind for kind in KINDS if known_by(kind)]
ROWS = [
    ["Nordwind", "INFO@acme.example", ""],
    ["Ostwind", "", "0041 44 1234567"],
    ["Acme Werke AG", "", ""],
    ["Westfalia", "west@x.example", ""],
    ["Suedhang", "West@X.example", ""],
    ["Nobody else", "else@x.example", "+41 44 999 88 77"],
]
LEAVE: dict[str, Any] = {"lookalikes": Lookalikes.LEAVE}


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


def acme(my: Workspace, kind: str) -> int:
    said = {TITLES[kind]: "Acme Werke", "email": "info@acme.example", "phone": "+41 44 123 45 67"}
    return my.records(kind).add(said)


def file(
    my: Workspace, records: Records, rows: list[list[str]] = ROWS, **changes: Any
) -> tuple[Records, Sheet, Plan]:
    heads = [records.fields[name].label for name in (records.title, "email", "phone")]
    sheet = my.read_file(csv_bytes([heads, *rows]), "x.csv")
    plan = my.guess(sheet, records)
    return records, sheet, replace(plan, **{"fill": {}, "key": (), **changes})


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


@pytest.mark.parametrize("kind", ALIKE)
def test_they_are_told_and_come_in_all_the_same(made: Office, kind: str) -> None:
    my = made.at()
    id_ = acme(my, kind)
    told = my.rehearse(*file(my, my.records(kind)))
    assert counts(told) == (6, 0, 0, 0)
    here = f"{noun(kind)} Acme Werke"
    assert [(each.row, each.title, each.words) for each in told.resembling] == [
        (2, "Nordwind", f"{here} (same e-mail)"),
        (3, "Ostwind", f"{here} (same phone number)"),
        (4, "Acme Werke AG", f"{here} (same name)"),
        (6, "Suedhang", "row 5 (same e-mail)"),
    ]
    assert {like.id for each in told.resembling for like in each.likes} == {id_}
    (hint,) = hints.resembling(told.resembling, Plan(()), my.records(kind))
    assert hint.startswith(
        f"4 new {noun(kind)}s look like a record here or like another row: row 2 like {here}"
    )
    assert counts(my.commit_import(*file(my, my.records(kind)))) == (6, 0, 0, 0)


@pytest.mark.parametrize("kind", ALIKE)
def test_they_are_left_out_with_their_reason(made: Office, kind: str) -> None:
    my = made.at()
    acme(my, kind)
    wanted = file(my, my.records(kind), **LEAVE)
    told, done = my.rehearse(*wanted), my.commit_import(*wanted)
    assert counts(told) == counts(done) == (2, 0, 0, 4)
    assert told.refused == done.refused
    assert told.resembling == done.resembling
    assert [refusal.row for refusal in told.refused] == [2, 3, 4, 6]
    assert f"looks like {noun(kind)} Acme Werke (same e-mail)" in told.refused[0].reason
    labels = {name: my.records(kind).fields[name].label for name in (TITLES[kind], "email", "phone")}
    cells = [labels["email"], labels["phone"], labels[TITLES[kind]], labels["email"]]
    assert [list(refusal.at) for refusal in told.refused] == [[cell] for cell in cells]
    names = {row[TITLES[kind]] for page in my.records(kind).walk() for row in page.rows}
    assert names == {"Acme Werke", "Westfalia", "Nobody else"}
    again = my.read_file(done.refused_csv(), "x.refused.csv")
    plan = replace(my.guess(again, my.records(kind)), fill={}, key=())
    assert counts(my.commit_import(my.records(kind), again, plan)) == (4, 0, 0, 0)


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("choice", Lookalikes)
def test_what_its_key_finds_is_no_question(made: Office, kind: str, choice: str) -> None:
    my = made.at()
    acme(my, kind)
    rows = [["Acme Neu", "info@acme.example", "+41 44 123 45 67"]]
    wanted = file(my, my.records(kind), rows, key=("email",), lookalikes=choice)
    told = my.rehearse(*wanted)
    assert counts(told) == (0, 1, 0, 0)
    assert told.resembling == ()


def test_who_came_in_since_the_rehearsal_is_found_by_the_commit(made: Office) -> None:
    my = made.at()
    wanted = file(my, my.customers, ROWS[:2], **LEAVE)
    assert counts(my.rehearse(*wanted)) == (2, 0, 0, 0)
    made.at(0, "sales_rep").customers.add({"name": "Meanwhile", "email": "info@acme.example"})
    act = new_act()
    done = my.commit_import(*wanted, act_id=act)
    assert counts(done) == (1, 0, 0, 1)
    assert "customer Meanwhile (same e-mail)" in done.refused[0].reason
    assert my.commit_import(*wanted, act_id=act).repeated


def test_what_a_left_row_keeps_beside_is_not_told(made: Office) -> None:
    my = made.at()
    acme(my, "customers")
    data = csv_bytes([["Name", "E-mail", "Status"], ["A", "info@acme.example", "odd"], ["B", "", "odd"]])
    sheet = my.read_file(data, "x.csv")
    plan = my.guess(sheet, my.customers)
    assert my.rehearse(my.customers, sheet, plan).beside == {"Status": {"odd": 2}}
    assert my.rehearse(my.customers, sheet, replace(plan, **LEAVE)).beside == {"Status": {"odd": 1}}
    alone = my.read_file(
        csv_bytes([["Name", "E-mail", "Status"], ["A", "info@acme.example", "odd"]]), "y.csv"
    )
    assert my.rehearse(my.customers, alone, replace(plan, **LEAVE)).beside == {}


def test_a_row_that_is_refused_for_itself_is_like_nobody(made: Office) -> None:
    my = made.at()
    told = my.rehearse(*file(my, my.customers, [["", "a@x.example", ""], ["Second", "a@x.example", ""]]))
    assert counts(told) == (1, 0, 0, 1)
    assert told.resembling == ()


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("choice", Lookalikes)
def test_a_record_of_another_company_is_never_named(made: Office, kind: str, choice: str) -> None:
    for one in ALIKE:
        acme(made.at(1), one)
    my = made.at()
    wanted = file(my, my.records(kind), ROWS[:4], lookalikes=choice)
    before = snapshot(made.at(1))
    for report in (my.rehearse(*wanted), my.commit_import(*wanted)):
        assert counts(report) == (4, 0, 0, 0)
        assert report.resembling == ()
        assert "Acme Werke (" not in repr(report)
    assert snapshot(made.at(1)) == before


def test_a_choice_that_is_none_is_refused(made: Office) -> None:
    my = made.at()
    wanted = file(my, my.customers, lookalikes="perhaps")
    for verb in (my.rehearse, my.commit_import):
        with pytest.raises(Invalid, match="'perhaps' is not one of add it all the same, leave it out"):
            verb(*wanted)
    assert my.customers.count() == 0
    assert Plan.from_json(replace(wanted[2], **LEAVE).to_json()).lookalikes == Lookalikes.LEAVE


def test_it_is_asked_of_each_file_anew(made: Office) -> None:
    """The choice is about the rows of one file: it is not taken for the next."""
    my = made.at()
    records, sheet, plan = file(my, my.customers, **LEAVE)
    my.commit_import(records, sheet, replace(plan, key=("email",)))
    kept = my.kept_import(records, sheet, my.guess(sheet, records))
    assert kept is not None
    assert kept.plan.lookalikes == Lookalikes.ADD


def test_it_costs_a_few_statements_whatever_the_file(made: Office) -> None:
    """Who is here is read once for the file; a commit that adds them all the same does not look."""
    my = made.at()
    for kind in ALIKE:
        acme(my, kind)
    sent: dict[tuple[int, str], int] = {}
    for number in (2, 300):
        rows = [[f"Firm {at}", f"f{at}@x.example", f"+41 44 {at:07}"] for at in range(number)]
        for choice in Lookalikes:
            wanted = file(my, my.customers, rows, lookalikes=choice, key=("name",))
            with counted(made.store) as said:
                my.rehearse(*wanted)
            sent[number, choice] = len(said)
            assert sum("leads.lead_name" in one for one in said) == 1
    assert len(set(sent.values())) == 1, sent
    with counted(made.store) as said:
        my.commit_import(*file(my, my.customers, [["Firm", "f@x.example", ""]]))
    assert not any("leads.lead_name" in one for one in said)
