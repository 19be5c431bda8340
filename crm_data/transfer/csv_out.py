"""Exporting: every row that a list means, as CSV or XLSX; importing the file again changes nothing."""

import csv
import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from itertools import chain
from typing import Any

from crm_data import clock
from crm_data.errors import DiskFull, Invalid
from crm_data.rights import Act, demand
from crm_data.store.query import Query
from crm_data.store.records import Page, Records
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.store.values import to_text
from crm_data.tables.fields import Kind
from crm_data.transfer import xlsx_out
from crm_data.transfer.formulas import disarmed, is_live
from crm_data.transfer.headings import OWN_ID, Own, own_columns
from crm_data.transfer.marks import MARKED, given_mark

log = logging.getLogger("foyer.transfer")


class Form(StrEnum):
    """What kind of file rows are written as; the name's ending."""

    CSV = "csv"
    XLSX = "xlsx"


# Told how many rows are written so far; what it raises ends the export.
Written = Callable[[int], object]


def nobody_counts(rows: int) -> None:
    """Where nobody asks how far it is."""


_AS_THEY_ARE = (Kind.MEMBER, Kind.LINK, Kind.WHOLE, Kind.NUMBER, Kind.MONEY, Kind.RATE)
_MOMENT = "%04d-%02d-%02dT%02d:%02d:%02dZ"
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.CHOICE)


def export(
    records: Records,
    query: Query | None = None,
    columns: Sequence[str] | None = None,
    form: str = Form.CSV,
    written: Written = nobody_counts,
) -> tuple[str, Iterator[bytes]]:
    """The file's name, and its bytes piece by piece: CSV in UTF-8 with a mark that spreadsheets know, or XLSX.

    All fields, or the named ones; the record's id is always there. `written` is told every thousand rows how many
    there are. Raises NotAllowed and Invalid at once.
    """
    demand(records.person, Act.EXPORT, records.name)
    query = (query or records.default_query()).first()
    chosen = _chosen(records, columns)
    scope, rows = records._scope, records.count(query)
    noted(records._store, "export", scope.user_id, scope.company_id, table=records.name, rows=rows)
    headings = [OWN_ID, *(own.heading for own in chosen), MARKED]
    chunks = _chunks(records, query, chosen, given_mark(records), written)
    name = f"{records.name}-{clock.now():%Y-%m-%d}.{Form(form)}"
    if form == Form.XLSX:
        days = [at for at, own in enumerate(chosen, 1) if own.field.kind is Kind.DAY]
        return name, xlsx_out.pieces(records.name, headings, chain.from_iterable(chunks), days)
    return name, _csv(headings, chunks)


def _chosen(records: Records, columns: Sequence[str] | None) -> list[Own]:
    ours = own_columns(records)
    if columns is None:
        return ours
    known = {own.field.name for own in ours}
    for name in columns:
        if name not in known:
            raise Invalid("One of these columns cannot be exported. Choose columns from the list.")
    return [own for name in dict.fromkeys(columns) for own in ours if own.field.name == name]


def noted(store: Store, event: str, user_id: int | None, company_id: int, **detail: Any) -> None:
    """Who takes how much away is known before the first byte has left.

    On a full disk it stands in the server's log alone: people must be able to take their data from there.
    """
    try:
        with store.system("what is taken away is noted") as session:
            note(session, event, user_id, company_id, **detail)
    except DiskFull:
        log.warning(
            "%s by person %s of company %s, not in the security log: %s", event, user_id, company_id, detail
        )


def _csv(headings: Sequence[str], chunks: Iterable[Iterable[Sequence[Any]]]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(map(disarmed, headings))  # some are called by the company
    yield buffer.getvalue().encode("utf-8-sig")
    for rows in chunks:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows(rows)
        yield buffer.getvalue().encode("utf-8")


def _chunks(
    records: Records, query: Query, chosen: Sequence[Own], mark: str, written: Written
) -> Iterator[Iterable[Sequence[Any]]]:
    """The rows as they are written: texts, whole numbers, amounts."""
    done = 0
    with closing(records.walk(query)) as pages:  # however it ends, its connection is given back at once
        for page in pages:
            # Column by column: a function a cell would take most of the time. The writer knows None as empty.
            names, values = list(page.rows[0]), zip(*(row.values() for row in page.rows), strict=True)
            cells = dict(zip(names, values, strict=True))
            marks = [f"{mark}-{version}" for version in cells["version"]]
            yield zip(cells["id"], *(_column(own, cells, page) for own in chosen), marks, strict=True)
            done += len(page.rows)
            written(done)


def _column(own: Own, cells: Mapping[str, Sequence[Any]], page: Page) -> Sequence[Any]:
    """One column of a chunk as it is written."""
    name, kind = own.field.name, own.field.kind
    values = cells[name]
    if own.part == "name":
        names = {id_: disarmed(said) for id_, said in page.names.get(name, {}).items()}
        return [names.get(value) for value in values]
    if kind in _AS_THEY_ARE:
        return values
    if own.field.called:  # what the company calls its choices; where it says nothing, the codes
        called = dict(own.field.called)
        return [value and disarmed(called.get(value, value)) for value in values]
    if kind in _TEXTS:
        return [f"'{value}" if value and is_live(value) else value for value in values]
    if kind is Kind.MOMENT:  # always in UTC; isoformat would ask each for its zone
        return [
            value and _MOMENT % (value.year, value.month, value.day, value.hour, value.minute, value.second)
            for value in values
        ]
    if kind is Kind.JSON:
        return [value and disarmed(json.dumps(value, ensure_ascii=False)) for value in values]
    return [None if value is None else disarmed(to_text(own.field, value)) for value in values]
