"""The one writer of a company's records: rows, their lines in the log, and the side effects of both, together.

Every verb, file, bulk act and undo writes through it; `tests/walls/test_calls.py` finds whoever does not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.errors import NotFound
from crm_data.store.chain import ERASED_FOR_GOOD
from crm_data.store.changes import Doing
from crm_data.store.log import record
from crm_data.store.log_erased import blank_lines, blank_titles, titles_of
from crm_data.store.many import change_each, next_ids, put, table_of
from crm_data.store.scope import CompanySession
from crm_data.tables import by_name, title_of
from crm_data.tables.sort_keys import sorted_texts, with_sort_keys
from crm_data.tables.types import UtcDateTime

CHUNK = 1000
MOST_IDS = 500  # in one IN (...)
_ALIKE = 200  # rows that are given the same, from which one statement for them all is worth it
Row = dict[str, Any]
Told = Callable[[int], object]


class Following(Protocol):
    """What knows which rows follow from a write: a kind of record."""

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """Rows of other tables that follow from a write, without their company."""
        ...


def insert(
    session: CompanySession,
    doing: Doing,
    records: Any,
    rows: Sequence[Row],
    told: Told = lambda done: None,
) -> list[int]:
    """Add rows of one kind of record, in order, and what follows from them; their ids.

    `told` hears after each chunk how many rows are in.
    """
    table = table_of(records.table)
    names = dict.fromkeys(chain.from_iterable(rows))
    empty = {name: _absent(table.c[name], doing) for name in names}
    stamp = {"created_by": doing.user_id, "created_at": doing.at, "updated_at": doing.at}
    if "created_at" in empty:  # the file says when some of them began
        empty["created_at"] = stamp.pop("created_at")
        rows = [{**row, "created_at": row.get("created_at") or empty["created_at"]} for row in rows]
    given: list[int] = []
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        ids = next_ids(session, table, len(some))
        given += ids
        full = [{**empty, **row, "id": id_} for id_, row in zip(ids, some, strict=True)]
        put(session, table, full, stamp)
        added = [(id_, None, _filled(row)) for id_, row in zip(ids, some, strict=True)]
        record(session, doing, table.name, "add", added, name=name_of(table.name, some[0]))
        follow(session, doing, records, [(None, row) for row in full])
        told(start + len(some))
    return given


def update(
    session: CompanySession,
    doing: Doing,
    table: sa.Table,
    changes: Sequence[tuple[Row, Row]],
    action: str = "change",
    follows: bool = False,
) -> None:
    """Change rows that are locked, as their next version: what each was, with its id, and its new values.

    Many that are given the same get it by one statement for a thousand of them. Of the others every row is sent
    with the columns of them all: one statement then does, however they differ.
    """
    for some, alike in _parts(changes):
        names = dict.fromkeys(name for _, changed in some for name in changed)
        sent = some[:1] if alike else some
        whole = [{name: changed.get(name, before.get(name)) for name in names} for before, changed in sent]
        written = with_sort_keys(table, whole)
        ids = [before["id"] for before, _ in some]
        if alike:
            count = _give_all(session, doing, table, ids, written)
        else:
            count = change_each(session, table, ids, written, doing.at)
        if count != len(some):
            raise NotFound
        held: dict[str, Row] = {}  # rows that had the same share it in the log
        lines = []
        for before, new in some:
            was = {n: before.get(n) for n in new}
            lines.append((before["id"], held.setdefault(repr(was), was), new))
        name = name_of(table.name, {**some[0][0], **some[0][1]})
        record(session, doing, table.name, action, lines, name=name, follows=follows)


def _parts(changes: Sequence[tuple[Row, Row]]) -> Iterator[tuple[Sequence[tuple[Row, Row]], bool]]:
    """Changes a thousand at a time, those alike together: (some, whether they are given the same).

    Rows that are given the same share the very object, so that what goes into the log is put into words once.
    """
    groups: dict[str, list[tuple[Row, Row]]] = defaultdict(list)
    for before, new in changes:
        group = groups[repr(new)]
        group.append((before, group[0][1] if group else new))
    rest: list[tuple[Row, Row]] = []
    for group in groups.values():
        if len(group) < _ALIKE:
            rest += group
        else:
            yield from ((group[at : at + CHUNK], True) for at in range(0, len(group), CHUNK))
    yield from ((rest[at : at + CHUNK], False) for at in range(0, len(rest), CHUNK))


def _give_all(
    session: CompanySession, doing: Doing, table: sa.Table, ids: list[int], rows: Sequence[Row]
) -> int:
    statement = (
        sa.update(table)
        .where(table.c.company_id == session.company, table.c.id.in_(ids))
        .values(**rows[0], updated_at=doing.at, version=table.c.version + 1)
    )
    return session.core().execute(statement).rowcount


def follow(
    session: CompanySession, doing: Doing, records: Following, written: Sequence[tuple[Row | None, Row]]
) -> None:
    """What follows from each row, as it was and as it is, put in together by table and logged as it is."""
    rows: dict[tuple[type, tuple[str, ...]], list[Row]] = defaultdict(list)
    for before, after in written:
        for model, values in records.consequences(doing, after, before):
            rows[model, tuple(sorted(values))].append({name: values[name] for name in sorted(values)})
    for (model, _), alike in rows.items():
        table = table_of(model)
        now = [c.name for c in table.c if isinstance(c.type, UtcDateTime) and not c.nullable]
        stamps = {name: doing.at for name in now if name not in alike[0]}
        ids = next_ids(session, table, len(alike))
        put(session, table, [{**row, "id": id_} for id_, row in zip(ids, alike, strict=True)], stamps)
        added: list[Any] = [(id_, None, row) for id_, row in zip(ids, alike, strict=True)]
        record(session, doing, table.name, "add", added, follows=True)


def put_back(session: CompanySession, doing: Doing, table: sa.Table, rows: Sequence[Row]) -> None:
    """Rows that were erased, whole and under the ids that they had."""
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        put(session, table, some, {})
        added: list[Any] = [(row["id"], None, _filled(row)) for row in some]
        record(session, doing, table.name, "add", added, name=name_of(table.name, some[0]))


def erase(session: CompanySession, doing: Doing, table: sa.Table, rows: Sequence[Row]) -> None:
    """Take rows away that nothing names, each kept whole in the log. What only grows goes with its parent."""
    model: Any = by_name(table.name)
    for start in range(0, len(rows), MOST_IDS):
        some = rows[start : start + MOST_IDS]
        erased: list[Any] = [(row["id"], row, None) for row in some]
        record(session, doing, table.name, "erase", erased, name=name_of(table.name, some[0]))
        if not table.info.get("append_only"):
            gone = sa.delete(model).where(model.id.in_([row["id"] for row in some]))
            session.execute(gone.execution_options(synchronize_session=False))


def erase_for_good(
    session: CompanySession, doing: Doing, rows: Mapping[str, Sequence[int]], names: Sequence[str]
) -> None:
    """Take rows away, table -> ids, with every word that the log keeps of them: lines say that they were erased.

    `rows`: all that goes, those that others name first; locked. `names`: what they are and were called: titles of
    acts that name one lose their words, too.
    """
    about = {table: sorted(ids) for table, ids in rows.items() if ids}
    titled = titles_of(session, about, names)
    for table, ids in [*about.items(), *([("change_sets", titled)] if titled else [])]:
        for start in range(0, len(ids), CHUNK):
            gone: list[Any] = [(id_, None, None) for id_ in ids[start : start + CHUNK]]
            record(session, doing, table, ERASED_FOR_GOOD, gone)
    for table, ids in about.items():
        blank_lines(session, table, ids)
    blank_titles(session, titled)
    for table, ids in reversed(about.items()):
        model: Any = by_name(table)
        for start in range(0, len(ids) if not table_of(model).info.get("append_only") else 0, MOST_IDS):
            some = sa.delete(model).where(model.id.in_(ids[start : start + MOST_IDS]))
            session.execute(some.execution_options(synchronize_session=False))


def join(
    session: Session,
    doing: Doing,
    row: Any,
    values: Mapping[str, Any],
    company: int | None = None,
    name: str = "",
    follows: bool = False,
) -> None:
    """Add a row that is no record: a membership, or a company itself. `values`: what the log keeps of it."""
    session.add(row)
    session.flush()
    own = [(int(row.id), None, values)]
    company = company or row.id
    record(session, doing, row.__tablename__, "add", own, company=company, name=name, follows=follows)


def amend(
    session: Session,
    doing: Doing,
    row: Any,
    values: Mapping[str, Any],
    companies: Sequence[int],
    name: str = "",
) -> dict[str, Any]:
    """Write what differs in a locked row that is no record, as its next version; the values before.

    `companies`: in whose logs it stands.
    """
    before = {field: getattr(row, field) for field in values if getattr(row, field) != values[field]}
    if not before:
        return before
    for field in before:
        setattr(row, field, values[field])
    row.updated_at, row.version = doing.at, row.version + 1
    session.flush()
    after = {field: values[field] for field in before}
    for company in companies:
        record(
            session,
            doing,
            row.__tablename__,
            "change",
            [(int(row.id), before, after)],
            company=company,
            name=name,
        )
    return before


def seen_anew(rows: Sequence[tuple[Any, Row]], doing: Doing) -> None:
    """Tell ORM rows what `update` wrote into them, without another statement."""
    for row, changed in rows:
        state: Any = sa.inspect(row).dict
        state.update(changed, updated_at=doing.at, version=row.version + 1)
        for key, text in sorted_texts(sa.inspect(type(row)).columns.keys()).items():
            if text in changed:
                state.pop(key, None)  # it is read again where it is asked for


def name_of(table: str, row: Mapping[str, Any]) -> str:
    """What a row is called, where its table says so and the value is at hand."""
    try:
        return str(row.get(title_of(table)) or "")
    except ValueError:
        return ""


def _absent(column: sa.Column[Any], doing: Doing) -> Any:
    """What a column holds in a row that says nothing of it."""
    field = column.info.get("field")
    if field is not None and field.default is not None:
        return field.default
    return doing.at if isinstance(column.type, UtcDateTime) and not column.nullable else None


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value not in (None, "")}
