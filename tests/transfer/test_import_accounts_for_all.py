"""Every row of a file is made, changed, unchanged or refused, once; every cell is in a record or beside it."""

from collections.abc import Iterator
from typing import Any

import pytest

from crm_data import Kind, Records, Workspace
from crm_data.store.values import to_text
from crm_data.transfer.mapping import importable
from tests.support import chance
from tests.support.office import Office
from tests.transfer.files import csv_bytes, firm

# Words that some kinds take and others do not.
CELLS = (
    "",
    "Normal",
    "2026-03-12",
    "31.02.2026",
    "12.50",
    "-4",
    "x@y.co",
    "nope",
    "Acme",
    "high",
    "140",
    "a" * 300,
)
SEEDS = range(2)


@pytest.fixture
def engine_kind() -> str:
    return "sqlite"


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        opened.at().customers.add({"name": "Acme"})
        yield opened


def rows(records: Records) -> list[dict[str, Any]]:
    return [row for page in records.walk() for row in page.rows]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", Workspace.kinds)
def test_every_row_and_every_cell_is_somewhere(made: Office, kind: str, seed: int) -> None:
    my, dice = made.at(), chance.dice(seed)
    records = my.records(kind)
    before = {row["id"] for row in rows(records)}
    fields = [*dice.sample(sorted(importable(records)), 8), "Colour"]
    if records.title not in fields:
        fields.append(records.title)
    lines = [[f"row {n}" if f == records.title else dice.choice(CELLS) for f in fields] for n in range(25)]
    sheet = my.read_file(csv_bytes([fields, *lines]), "x.csv")
    plan = my.guess(sheet, records)
    report = my.commit_import(records, sheet, plan)
    refused = {refusal.row for refusal in report.refused}
    assert len(refused) == len(report.refused)
    assert report.created + report.updated + report.unchanged + len(refused) == len(lines), f"seed {seed}"
    made_here = {row[records.title]: row for row in rows(records) if row["id"] not in before}
    assert len(made_here) == report.created
    for number, line in enumerate(lines, start=2):
        if number in refused:
            continue
        row = made_here[line[fields.index(records.title)]]
        kept = row["imported"] or {}
        for name, cell in zip(fields, line, strict=True):
            placed = not cell or cell in kept.get(name, "") or row.get(name) not in (None, "")
            moved = name == "actual_close_date" and row.get("expected_close_date") is not None
            assert placed or moved, (name, cell, row)
        for name, field in importable(records).items():  # nothing became a default in silence
            if name in fields and field.kind is Kind.CHOICE and line[fields.index(name)]:
                said, column = line[fields.index(name)], plan.going_to(name)
                assert column is not None
                if said in column.values:  # another system's word; the dialog shows what it is read as
                    assert row[name] == column.values[said] != "", (name, said, row[name])
                    continue
                assert said in (to_text(field, row[name]), kept.get(name)), (name, said, row[name])


@pytest.mark.slow
@pytest.mark.parametrize("kind", Workspace.kinds)
def test_a_reason_names_columns_of_the_file_or_says_that_there_is_none(made: Office, kind: str) -> None:
    """Each field alone in a file, under a heading of its own, with each word."""
    my = made.at()
    records = my.records(kind)
    fields = importable(records)
    for name, field in fields.items():
        for cell in (cell for cell in CELLS if cell):
            sheet = my.read_file(csv_bytes([[f"My {name}"], [cell]]), "x.csv")
            plan = my.guess(sheet, records).with_column(f"My {name}", to=name)
            for refusal in my.rehearse(records, sheet, plan).refused:
                said = refusal.reason
                for other, told in fields.items():
                    alone = f"{told.label}: " in said or f"{told.label} is needed" in said
                    absent = f"no column for {told.label}" in said
                    assert not alone or absent or other == name, (name, cell, said)
                assert f"{field.label} is" not in said.replace(f"My {name} is", ""), (name, cell, said)
