"""Import and export of 10,000 customers, each against Python's csv module and sqlite3 with nothing in between."""

import csv
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

from bench import databases
from bench.databases import COMPANY
from bench.reading import workspace
from bench.rounds import Times, interleave
from bench.section import Line, Section
from crm_data.tables import Customer
from crm_data.tables.fields import fields_of
from crm_data.transfer.by_file import Choices, import_file
from crm_data.transfer.csv_out import export

ROWS = 10_000
HEADINGS = {
    "Code": "customer_code",
    "Name": "name",
    "E-mail": "email",
    "Phone": "phone",
    "City": "city",
    "Country": "country",
    "Type": "customer_type",
    "Status": "status",
    "Source": "source",
    "Credit limit": "credit_limit",
    "Notes": "notes",
}
INSERT = "INSERT INTO customers (company_id, created_by, {}) VALUES (?, 1, {})"
LOG = (
    "INSERT INTO change_log (company_id, act_id, user_id, action, table_name, row_id, after)"
    " VALUES (?, ?, 1, ?, ?, ?, ?)"
)


def section(even: Path, folder: Path, rounds: int) -> Section:
    """On copies of their own, in the run's folder; the export is of what was imported."""
    file = _written(folder / "customers.csv")
    live = folder / "import.db"
    brought_in = _import(even, live, file, rounds)
    taken_out = _export(live, folder, rounds)
    databases.remove(live)
    return Section(
        "Import and export",
        f"{ROWS:,} customers. The import reads, maps, judges and matches every row and logs every change; the "
        "barest way puts what csv.reader finds through executemany. The export writes all fields, with names; the "
        "barest way is csv.writer over a cursor with the same fields. Seconds of import and undo are "
        "those of this process's processor.",
        [
            Line("import", "csv.reader and executemany", brought_in.ratio("product", "plain"), 2),
            Line("import", "the same and a row in the log for each", brought_in.ratio("product", "logged")),
            Line(
                "the undo of the import, right after it",
                "the import",
                brought_in.ratio("undo", "product"),
                1.5,
            ),
            Line("export", "csv.writer over a cursor", taken_out.ratio("product", "plain"), 1.5),
        ],
    )


def _written(path: Path) -> Path:
    with open(path, "w", newline="", encoding="utf-8") as file:
        write(file, range(ROWS))
    return path


def write(file: TextIO, numbers: Iterable[int]) -> None:
    """Customers with the product's own headings, so that nothing has to be mapped by hand."""
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    for n in numbers:
        writer.writerow(
            (
                f"IN-{n:05d}",
                f"Brought In {n:05d}",
                f"office{n}@brought.example",
                f"+1 503 555 01{n % 100:02d}",
                "Portland",
                "United States",
                ("business", "individual")[n % 2],
                ("active", "inactive", "prospect")[n % 3],
                "Trade show",
                f"{n % 9000}.50",
                "Came with the file. " * 4,
            )
        )


def _import(even: Path, live: Path, file: Path, rounds: int) -> Times:
    def on_a_copy(work: Callable[[], None], first: Callable[[], None] | None = None) -> Callable[[], float]:
        """A fresh copy each time; copying, and what comes `first`, are not counted."""

        def run() -> float:
            databases.copy(even, live)
            if first is not None:
                first()
            begun = time.process_time()
            work()
            return time.process_time() - begun

        return run

    def product() -> None:
        store, my = workspace(databases.address(live))
        try:
            outcome = import_file(my.customers, file, Choices(key=("customer_code",), source="Bench"))
        finally:
            store.close()
        if outcome.refused is not None:
            raise RuntimeError(
                "The import refused rows of a file that is in order; the measure means nothing."
            )

    def undo() -> None:
        store, my = workspace(databases.address(live))
        try:
            my.changes.undo(my.changes.page()[0][0].id)
        finally:
            store.close()

    works = {"plain": lambda: _plain(live, file, False), "logged": lambda: _plain(live, file, True)}
    timed = {name: on_a_copy(work) for name, work in {**works, "product": product}.items()}
    times = interleave({**timed, "undo": on_a_copy(undo, product)}, rounds)
    on_a_copy(product)()
    return times


def _plain(live: Path, file: Path, log: bool) -> None:
    columns = list(HEADINGS.values())
    insert = INSERT.format(", ".join(columns), ", ".join("?" * len(columns)))
    with open(file, newline="", encoding="utf-8") as opened, closing(_connected(live)) as connection:
        rows = csv.reader(opened)
        next(rows)
        taken = [(COMPANY, *row[:9], float(row[9]), row[10]) for row in rows]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, taken)
        if log:
            last = connection.execute("SELECT max(id) FROM customers").fetchone()[0]
            first = last - len(taken) + 1
            connection.executemany(LOG, (_entry(first + at, columns, row) for at, row in enumerate(taken)))
        connection.execute("COMMIT")


def _entry(id_: int, columns: Sequence[str], row: Sequence[Any]) -> tuple[Any, ...]:
    return COMPANY, "bench", "add", "customers", id_, json.dumps(dict(zip(columns, row[1:], strict=True)))


def _connected(live: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(live, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _export(live: Path, folder: Path, rounds: int) -> Times:
    store, my = workspace(databases.address(live))
    fields = ["id", *fields_of(Customer)]
    question = (
        f"SELECT {', '.join(fields)} FROM customers WHERE company_id = ? ORDER BY created_at DESC, id DESC"
    )

    def product() -> None:
        with open(folder / "product.csv", "wb") as file:
            for piece in export(my.customers)[1]:
                file.write(piece)

    def plain() -> None:
        with (
            open(folder / "plain.csv", "w", newline="", encoding="utf-8") as file,
            closing(_connected(live)) as connection,
        ):
            writer = csv.writer(file)
            writer.writerow(fields)
            writer.writerows(connection.execute(question, (COMPANY,)))

    try:
        return interleave({"product": product, "plain": plain}, rounds)
    finally:
        store.close()
