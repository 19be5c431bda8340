"""Exporting: every row that a list means as CSV, streamed; importing the file again changes nothing."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.rights import Act, demand
from crm_data.store.query import Query
from crm_data.store.records import Page, Records
from crm_data.store.security_log import note
from crm_data.store.values import to_text
from crm_data.tables.fields import Field, Kind
from crm_data.transfer.formulas import disarmed
from crm_data.transfer.headings import OWN_ID, Own, own_columns

_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.CHOICE)


def export(
    records: Records, query: Query | None = None, columns: Sequence[str] | None = None
) -> tuple[str, Iterator[bytes]]:
    """The file's name, and its bytes piece by piece: UTF-8 with a mark that spreadsheets know.

    All fields, or the named ones; the record's id is always there. Raises NotAllowed and Invalid at once.
    """
    demand(records.person, Act.EXPORT, records.name)
    query = (query or records.default_query()).first()
    chosen = _chosen(records, columns)
    _note(records, records.count(query))
    return f"{records.name}-{clock.now():%Y-%m-%d}.csv", _pieces(records, query, chosen)


def _chosen(records: Records, columns: Sequence[str] | None) -> list[Own]:
    ours = own_columns(records)
    if columns is None:
        return ours
    known = {own.field.name for own in ours}
    for name in columns:
        if name not in known:
            raise Invalid("One of these columns cannot be exported. Choose columns from the list.")
    return [own for name in dict.fromkeys(columns) for own in ours if own.field.name == name]


def _note(records: Records, rows: int) -> None:
    """Who takes how much away is known before the first byte has left."""
    scope = records._scope
    with records._store.system("an export is noted") as session:
        note(session, "export", scope.user_id, scope.company_id, table=records.name, rows=rows)


def _pieces(records: Records, query: Query, chosen: Sequence[Own]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([OWN_ID, *(own.heading for own in chosen)])
    yield buffer.getvalue().encode("utf-8-sig")
    for page in records.walk(query):
        buffer.seek(0)
        buffer.truncate()
        columns = [[str(row["id"]) for row in page.rows], *(_column(own, page) for own in chosen)]
        writer.writerows(zip(*columns, strict=True))
        yield buffer.getvalue().encode("utf-8")


def _column(own: Own, page: Page) -> list[str]:
    """One column of a chunk, made in one go: a function a cell would take most of the time."""
    name, kind = own.field.name, own.field.kind
    values = [row[name] for row in page.rows]
    if own.part == "name":
        names = page.names.get(name, {})
        return ["" if value is None else disarmed(names.get(value, "")) for value in values]
    if kind in _TEXTS:
        return ["" if value is None else disarmed(value) for value in values]
    if kind is Kind.JSON:
        return ["" if not value else _json(value) for value in values]
    write = _writer(own.field)
    return ["" if value is None else write(value) for value in values]


def _writer(field: Field) -> Callable[[Any], str]:
    if field.kind in (Kind.MEMBER, Kind.LINK, Kind.WHOLE, Kind.MONEY):
        return str
    if field.kind is Kind.MOMENT:
        return lambda value: f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return lambda value: disarmed(to_text(field, value))


def _json(value: Any) -> str:
    return disarmed(json.dumps(value, ensure_ascii=False))
