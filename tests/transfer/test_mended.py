"""Cells that are put right before a file comes in: each wrong one is told, and what stands instead comes in."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from crm_data import Workspace
from crm_data.errors import Invalid
from crm_data.transfer.csv_read import LONGEST_CELL, Sheet, read
from crm_data.transfer.mended import mended
from tests.support.kinds import KINDS
from tests.transfer.files import csv_bytes, firm


@pytest.fixture
def my(database_url: str) -> Iterator[Workspace]:
    with firm(database_url) as made:
        yield made.at()


def sheet(*rows: list[str]) -> Sheet:
    return read(csv_bytes(rows), "x.csv")


FILE = (["Name", "City"], ["A", "Bern"], ["", "Biel"])


def test_only_the_cells_that_were_written_anew_are_others() -> None:
    file = sheet(*FILE)
    assert mended(file, {}) is file
    new = mended(file, {3: {"Name": "B"}, 2: {}})
    assert [line.cells for line in new.lines] == [["A", "Bern"], ["B", "Biel"]]
    assert [line.cells for line in file.lines] == [["A", "Bern"], ["", "Biel"]]
    assert (new.headings, new.name) == (file.headings, file.name)


@pytest.mark.parametrize(
    "cells",
    [
        {9: {"Name": "B"}},
        {3: {"Nobody": "B"}},
        {3: {"Name": "x" * (LONGEST_CELL + 1)}},
        {3: {"Name": "a\0b"}},
    ],
)
def test_what_the_file_has_not_or_nobody_can_read_is_refused(cells: dict[int, dict[str, str]]) -> None:
    with pytest.raises(Invalid):
        mended(sheet(*FILE), cells)


@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_refused_row_says_which_cells_to_put_right(my: Workspace, kind: str) -> None:
    """Each required field of each kind, left empty, is told at its own cell."""
    records = my.records(kind)
    needed = [field for name, field in records.fields.items() if field.required and field.imports]
    labels = [field.label for field in needed]
    rows = [["" if at == gap else "x" for at in range(len(labels))] for gap in range(len(labels))]
    file = sheet([*labels, "Beside"], *([*row, "y"] for row in rows))
    plan = replace(my.guess(file, records), fill={})
    report = my.rehearse(records, file, plan)
    for refusal in report.refused:
        assert refusal.at, refusal.reason
        assert set(refusal.at) <= set(file.headings)
        assert all(why in refusal.reason for why in refusal.at.values())
    assert report.refused
    assert report.created + report.updated + report.unchanged + len(report.refused) == len(rows)
    assert (len(report.adding), len(report.left)) == (report.created, report.unchanged)


def test_what_was_put_right_comes_in_with_the_rest_in_one_act(my: Workspace) -> None:
    file = sheet(["Name", "Email", "City"], ["A", "a@x.example", "Bern"], ["", "b@x.example", "Biel"])
    plan = my.guess(file, my.customers)
    first = my.rehearse(my.customers, file, plan)
    (refusal,) = first.refused
    assert (refusal.row, set(refusal.at)) == (3, {"Name"})
    new = mended(file, {3: {"Name": "B"}})
    act = "a" * 32
    assert my.commit_import(my.customers, new, plan, act_id=act).created == 2
    found = my.changes.find(act)
    assert found is not None
    assert my.changes.get(found).counts["customers"] == 2
    my.changes.undo(found)
    assert my.customers.count() == 0


def test_two_rows_of_one_key_are_told_at_the_cells_of_the_key(my: Workspace) -> None:
    file = sheet(["Name", "Email"], ["A", "a@x.example"], ["B", "a@x.example"])
    plan = replace(my.guess(file, my.customers), key=("email",))
    (refusal,) = my.rehearse(my.customers, file, plan).refused
    assert "Email" in refusal.at


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_name_that_is_put_together_says_of_what(my: Workspace) -> None:
    rows = [["Ann", "Ace", "Bern"], ["", "", "Biel"]]
    file = sheet(["First Name", "Last Name", "City"], *rows)
    (refusal,) = my.rehearse(my.customers, file, my.guess(file, my.customers)).refused
    assert refusal.reason == (
        "Name is put together of First Name, Last Name, which say nothing here; fill in one."
    )
    assert set(refusal.at) == {"First Name", "Last Name"}
