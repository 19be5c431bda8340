"""Small CSV files, by chance, for each kind of record; and what comes out as files, read again."""

import csv
import io
import random
import zipfile
from typing import Any

from crm_data.tables.fields import Kind, fields_of
from crm_data.transfer.marks import MARKED
from tests.model.values import Around
from tests.model.world import mark
from tests.support.kinds import CLASSES, TITLES

_HEADINGS = {
    "customers": ["Name", "E-mail", "City", "Owner"],
    "leads": ["Name", "E-mail", "Estimated value", "Status"],
    "deals": ["Id", "Name", "Customer id", "Value", "Stage", "Closed on", MARKED],
    "tasks": ["Title", "Owner", "Due", "Deal id"],
    "activities": ["Title", "Type", "When", "Person"],
}


def headings(kind: str) -> list[str]:
    """What a file of a kind has: of one that has no list of its own, what names it and what it must have."""
    fields = fields_of(CLASSES[kind].table)
    needed = [name for name, f in fields.items() if f.required or name == TITLES[kind]]
    ids = {name: " id" * (fields[name].kind is Kind.LINK) for name in needed}
    return _HEADINGS.get(kind) or [fields[name].label + ids[name] for name in needed]


def some(dice: random.Random, kind: str, around: Around) -> bytes:
    """A file of a few rows, good and bad ones, one that is foreign among them."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(headings(kind))
    for _ in range(dice.randint(1, 6)):
        writer.writerow([_cell(dice, heading, around) for heading in headings(kind)])
    return made.getvalue().encode()


def _cell(dice: random.Random, heading: str, around: Around) -> Any:
    canary, day = around.canary, around.today.isoformat()
    ids = [*around.own["customers"][-5:], *around.foreign["customers"][:2]]
    deals = [*around.own["deals"][-5:], *around.foreign["deals"][:1], ""]
    cells: dict[str, list[Any]] = {
        "Name": [f"{canary} firm {dice.randrange(30)}", f"'={canary}", "", f"{canary}\n"],
        "Title": [f"{canary} thing {dice.randrange(30)}", f"'={canary}"],
        "E-mail": [f"ann{dice.randrange(20)}@{canary}.example", "", "nobody"],
        "City": [canary, ""],
        "Owner": [f"admin@{canary}.example", "nobody here", "both@example.com", ""],
        "Person": [f"admin@{canary}.example", "nobody here"],
        "Estimated value": ["12.50", "0.005", "", "1e3"],
        "Value": ["12.50", "0.005", "7", "9999999999999.99"],
        "Status": ["New", "qualified", "strange", ""],
        "Stage": ["Prospecting", "Won", "Lost", "strange"],
        "Closed on": [day, "", "2026-02-30"],
        "Due": [f"{day} 10:00", day, ""],
        "When": [f"{day} 10:00", "soon"],
        "Type": ["Call", "note", "status_change"],
        "Customer id": ids,
        "Deal id": deals,
        "Id": ["", "", *deals],
        MARKED: [
            f"{mark(canary)}-1000",
            f"{mark(canary)}-1000",
            "",
        ],  # without it an id is not of this company
    }
    return dice.choice(cells.get(heading, [canary, ""]))


def rows(data: bytes) -> list[dict[str, str]]:
    """A CSV file's rows."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def unzipped(data: bytes) -> dict[str, bytes]:
    """What is in a ZIP, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
