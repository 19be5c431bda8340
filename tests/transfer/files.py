"""Files to import: the real ones where they are, and made ones of the same shape always."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crm_data import Workspace
from crm_data.transfer.marks import mark_of
from tests.support.office import Office, office

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "crm_sales_opportunities"
ACCOUNTS = "account sector year_established revenue employees office_location subsidiary_of"
PIPELINE = "opportunity_id sales_agent product account deal_stage engage_date close_date close_value"
_SECTORS = ("technolgy", "medical", "retail", "finance")
_PLACES = ("United States", "Kenya", "Philipines", "Côte d'Ivoire")
_STAGES = ("Won", "Lost", "Engaging", "Prospecting")


def csv_bytes(rows: Iterable[Sequence[object]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Rows, the headings first, as a CSV file."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue().encode(encoding)


def accounts(count: int = 85) -> bytes:
    """A made file of the shape of accounts.csv."""
    rows: list[Sequence[object]] = [ACCOUNTS.split()]
    for n in range(count):
        parent = f"Firm {n - 1}" if n % 6 == 1 else ""
        money = f"{1000 + n}.{n % 100:02}"
        rows.append([f"Firm {n}", _SECTORS[n % 4], 1980 + n % 30, money, 10 * n, _PLACES[n % 4], parent])
    return csv_bytes(rows)


def pipeline(count: int = 40, agents: Sequence[str] = ("Alpha Sales_rep", "Gone Person")) -> bytes:
    """A made file of the shape of sales_pipeline.csv: day-first dates, accounts named null, four stages."""
    rows: list[Sequence[object]] = [PIPELINE.split()]
    for n in range(count):
        stage = _STAGES[n % 4]
        closed = f"{1 + n % 28:02}-{1 + n % 12:02}-2017" if stage in ("Won", "Lost") else ""
        worth: object = {"Won": 100 + n, "Lost": 0}.get(stage, "")
        account = "null" if n % 8 == 7 else f"Firm {n % 10}"
        begun = "" if stage == "Prospecting" else f"{20 + n % 8}-10-2016"
        row = [f"OP{n:05}", agents[n % len(agents)], "GTX Basic", account, stage, begun, closed, worth]
        rows.append(row)
    return csv_bytes(rows)


@contextmanager
def firm(url: str) -> Iterator[Office]:
    """Two companies with a person a role, for one test."""
    made = office(url)
    try:
        yield made
    finally:
        made.store.close()


def snapshot(my: Workspace) -> dict[str, int]:
    """How many rows every table of the company holds, the log included: equal before and after a refusal."""
    return {kind: my.records(kind).count() for kind in my.kinds}


def own_csv(my: Workspace, rows: Sequence[Sequence[object]], version: int = 1_000) -> bytes:
    """Rows, the headings first, as a file that says it is an export of this company: each id with its mark.

    `version`: how far the records had come when it was made; from the future, unless it is told.
    """
    mark = mark_of(my.customers)
    first = rows[0].index("Id")
    return csv_bytes(
        [[*rows[0], "Foyer"], *([*row, f"{mark}-{version}" if row[first] else ""] for row in rows[1:])]
    )
