"""Many at once: a value for ticked rows, or for all rows of a list, by the rules of one edit and as one act."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from crm_data.errors import Invalid, NotAll, NotAllowed, Recounted
from crm_data.rights import Act, demand
from crm_data.store import writer
from crm_data.store.away import put_away
from crm_data.store.changes import Doing
from crm_data.store.many import table_of
from crm_data.store.query import Query
from crm_data.store.reading import Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import parse, row_id
from crm_data.tables import ChangeLog, noun
from crm_data.tables.fields import Kind
from crm_data.tables.reading import fold

if TYPE_CHECKING:
    from crm_data.store.records import Records

MOST = 100_000  # rows of one act, as of one file
CHUNK = 1_000
GONE = "It is not here any more."
_TOLD = 3  # refused rows of a sentence
Told = Callable[[int], object]


class Way(StrEnum):
    """What is done with each row."""

    SET = "set"
    CLEAR = "clear"
    ADD = "add"
    TAKE = "take"
    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True)
class All:
    """All rows of a list, and how many a person was told that they are."""

    query: Query
    count: int


@dataclass(frozen=True)
class Given:
    """What rows are given: a value of a field, set, added or taken away; a field cleared; or put away and back."""

    way: Way
    field: str = ""
    value: Any = None


@dataclass(frozen=True)
class Refused:
    """A row that stays as it is: its name, '' where it is gone, and why."""

    id: int
    name: str
    sentence: str


@dataclass(frozen=True)
class Changed:
    """How many rows were changed, how many had it so already, and which were refused."""

    count: int
    same: int
    refused: tuple[Refused, ...] = ()


def nobody_listens(done: int) -> None:
    """A listener for progress that does nothing."""


class Wish(Protocol):
    """What becomes of each row: it is put away or brought back, or else what it should hold."""

    @property
    def away(self) -> Way | None:
        """What puts it away or brings it back, if anything does."""
        ...

    def of(self, row: Row) -> Row:
        """What one row should hold. Raises Invalid."""
        ...


class Wanted:
    """The value that is given, judged by its field before any row is read. Raises Invalid."""

    def __init__(self, records: "Records", given: Given, zone: tzinfo) -> None:
        self.given, self.zone = given, zone
        self.away = given.way if given.way in (Way.ARCHIVE, Way.RESTORE) else None
        self._values: Row = {}
        if self.away:
            demand(records.person, Act.ARCHIVE, records.name)
            return
        field = records._editable(given.field)
        self._field = field
        if given.way in (Way.ADD, Way.TAKE):
            if field.kind is not Kind.TAGS:
                raise Invalid(
                    f"{field.label}: only tags are added and taken away. Set the value.", field.name
                )
            self._tags: list[str] = parse(field, given.value, zone) or []
            if not self._tags:
                raise Invalid(f"{field.label}: say which.", field.name)
        else:
            value = None if given.way is Way.CLEAR else given.value
            self._values = records.parse_all({field.name: value}, zone, adding=False)

    def of(self, row: Row) -> Row:
        """What one row should hold. Raises Invalid."""
        if self.given.way not in (Way.ADD, Way.TAKE):
            return self._values
        held: list[str] = list(row[self._field.name] or [])
        adds = self.given.way is Way.ADD
        known = {fold(tag) for tag in (held if adds else self._tags)}
        new = [tag for tag in (self._tags if adds else held) if fold(tag) not in known]
        return {self._field.name: parse(self._field, [*held, *new] if adds else new, self.zone)}


def change_many(
    records: "Records",
    session: CompanySession,
    doing: Doing,
    which: Sequence[int] | All,
    wanted: Wish,
    rest: bool,
    told: Told,
) -> Changed:
    """Do it in an open transaction; see `Records.change_many`. What is done already is not done again."""
    if doing.named and (done := _done(session, doing.act_id, records.name)):
        return Changed(done, 0)
    ids, refused = _locked(records, session, which)
    count = same = 0
    for start in range(0, len(ids), CHUNK):
        rows = rows_of(records, session, ids[start : start + CHUNK])
        changes, wrong = judge_rows(records, session, doing, rows, wanted)
        same += len(rows) - len(changes) - len(wrong)
        refused += wrong
        if rest or not refused:
            _write(records, session, doing, wanted, changes)
            count += len(changes)
        told(start + len(rows))
    if refused and not rest:
        raise NotAll(refused, f"{sentence(refused, records.name)} So none was changed.")
    return Changed(count, same, tuple(refused))


def sentence(refused: Sequence[Refused], table: str) -> str:
    """'2 deals cannot be changed. A: why. B: why.', the first ones by name."""
    count = len(refused)
    said = [f"{one.name or 'One of them'}: {one.sentence}" for one in refused[:_TOLD]]
    more = [f"And {count - _TOLD:,} more."] if count > _TOLD else []
    return " ".join([f"{count:,} {noun(table, count)} cannot be changed.", *said, *more])


def _done(session: CompanySession, act_id: str, table: str) -> int:
    """How many rows an act of this name has changed already."""
    mine = (ChangeLog.act_id == act_id, ChangeLog.table_name == table)
    return session.scalar(sa.select(sa.func.count()).select_from(ChangeLog).where(*mine)) or 0


def _locked(
    records: "Records", session: CompanySession, which: Sequence[int] | All
) -> tuple[list[int], list[Refused]]:
    """The ids of the rows, all of them locked before any is written; and those that are not here."""
    model: Any = records.table
    every = sa.select(model.id).order_by(model.id).with_for_update()
    if isinstance(which, All):
        found = list(session.scalars(every.where(*records.matching(which.query.first())).limit(MOST + 1)))
        few_enough(len(found))
        if len(found) != which.count:
            raise Recounted(which.count, len(found))
        return found, []
    few_enough(len(which))
    asked = {id_: row_id(id_) for id_ in which}
    known = sorted({number for number in asked.values() if number is not None})
    here = [id_ for some in chunks(known) for id_ in session.scalars(every.where(model.id.in_(some)))]
    there = set(here)
    return here, [Refused(number or 0, "", GONE) for number in asked.values() if number not in there]


def few_enough(rows: int) -> None:
    """Raises Invalid for more rows than one act may change."""
    if rows > MOST:
        raise Invalid(
            f"At most {MOST:,} records can be changed at once. Narrow the list with a filter first."
        )


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ids a thousand at a time."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def rows_of(records: "Records", session: CompanySession, ids: Sequence[int]) -> list[Row]:
    """Whole rows, in the order of their ids; those of a thousand ids at most."""
    model: Any = records.table
    result = session.execute(records._select.where(model.id.in_(ids)).order_by(model.id))
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def judge_rows(
    records: "Records", session: CompanySession, doing: Doing, rows: Sequence[Row], wanted: Wish
) -> tuple[list[tuple[Row, Row]], list[Refused]]:
    """Rows with what is to be written of them, those left out that have it already; and those refused."""
    if wanted.away:
        archive = wanted.away is Way.ARCHIVE
        mine = [row for row in rows if (row["archived_at"] is None) == archive]
        stay = {row["id"]: why for row in mine if (why := records.stays(row, doing))}
        refused = [
            Refused(row["id"], str(row[records.title]), stay[row["id"]]) for row in mine if row["id"] in stay
        ]
        return [(row, put_away(row, doing, archive)) for row in mine if row["id"] not in stay], refused
    refused = []
    judged: list[tuple[Row, Row]] = []
    for row in rows:
        try:
            judged.append((row, records._judged(doing, row, wanted.of(row))))
        except (Invalid, NotAllowed) as wrong:
            refused.append(Refused(row["id"], str(row[records.title]), str(wrong)))
    known = records._known_links(session, [values for _, values in judged])
    changes: list[tuple[Row, Row]] = []
    with records._parents_known(session, judged):
        for row, values in judged:
            try:
                records._check_links(values, known)
                linked: Mapping[str, Any] = records.linked(session, values, row)
            except Invalid as wrong:
                refused.append(Refused(row["id"], str(row[records.title]), str(wrong)))
            else:
                new = {name: value for name, value in linked.items() if row[name] != value}
                changes += [(row, new)] if new else []
    return changes, refused


def _write(
    records: "Records",
    session: CompanySession,
    doing: Doing,
    wanted: Wish,
    changes: Sequence[tuple[Row, Row]],
) -> None:
    if wanted.away:
        writer.update(session, doing, table_of(records.table), changes, wanted.away)
    else:
        records._write_rows(session, doing, changes)
