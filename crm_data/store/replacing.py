"""Find and replace: a text in columns of many rows, shown before it is done, and done to what was shown alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from crm_data.errors import Invalid, Problem
from crm_data.rights import Act, demand
from crm_data.store import at_once
from crm_data.store.again import again
from crm_data.store.at_once import MOST, All, Changed, Refused
from crm_data.store.changes import Doing, doing_of
from crm_data.store.folding import holds, is_like, like, reading
from crm_data.store.linking import Linking
from crm_data.store.reading import Row
from crm_data.store.respelled import means_nothing, respelled
from crm_data.store.scope import CompanySession
from crm_data.store.values import parse, row_id, sound_text
from crm_data.tables.fields import Field, Kind, words
from crm_data.tables.reading import reading_order

if TYPE_CHECKING:
    from crm_data.store.records import Records

LONGEST = 1_000  # letters of what is looked for and of what stands there then
SHOWN = 200  # values of a preview
SINCE = "It was changed after it was shown. Look at it again."
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)


@dataclass(frozen=True)
class Replacing:
    """A text to be found and what is to stand there; in these columns, or in all that `texts` names.

    `exact`: with the same case and accents. `whole`: only where it is the whole value.
    """

    find: str
    by: str
    fields: tuple[str, ...] = ()
    exact: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Respelled:
    """One value as it is and as it would be."""

    id: int
    name: str
    field: str
    before: str
    after: str | None


@dataclass(frozen=True)
class Replaceable:
    """What replacing would do: how many records and values it changes, how many hold it and stay as they are.

    `first`: the first values; `refused`: the records that stay, and why. `seen`: of each record that would be
    changed a digest of the values that hold the text, by which it is known whether they are still as shown.
    """

    asked: Replacing
    count: int
    values: int
    same: int
    first: tuple[Respelled, ...]
    refused: tuple[Refused, ...]
    seen: Mapping[int, int]


def texts(fields: Mapping[str, Field]) -> dict[str, Field]:
    """The columns in which a text can be replaced: of text, not hidden, and no code that is never empty."""
    return {
        name: field
        for name, field in fields.items()
        if field.edit and field.kind in _TEXTS and not field.hidden and field.default is None
    }


class Replacer(Linking):
    """The records of one kind, in which a text may be replaced by another."""

    def replaceable(
        self, which: Sequence[int] | All, replacing: Replacing, zone: tzinfo = UTC
    ) -> Replaceable:
        """What replacing a text in ticked rows, or in all of a list, would do; nothing is changed. For managers.

        The rows that hold the text are found in SQL, and each is judged by the rules of one edit. A row is changed
        in all the columns in which it holds the text, or in none. Raises Invalid, NotAllowed.
        """
        demand(self.person, Act.BULK, self.name)
        records = cast("Records", self)
        doing = replace(doing_of(self._scope.user_id, None, zone), bulk=True)
        wanted = _Wanted(records, replacing, zone)
        with self._store.read(self._scope) as session:
            return _looked(records, session, doing, which, wanted)

    @again
    def replace_many(
        self,
        found: Replaceable,
        act_id: str | None = None,
        zone: tzinfo = UTC,
        told: at_once.Told = at_once.nobody_listens,
    ) -> Changed:
        """Replace a text as it was shown, in one act; see `replaceable`. For managers.

        A record whose values are no longer as they were shown stays and is named, as does one that the rules of
        one edit refuse by now. `told` hears how many are done. Raises Invalid, NotAllowed.
        """
        demand(self.person, Act.BULK, self.name)
        records = cast("Records", self)
        doing = replace(doing_of(self._scope.user_id, act_id, zone), bulk=True)
        wanted = _Wanted(records, found.asked, zone)
        with self._store.write(self._scope) as session:
            return at_once.change_many(
                records, session, doing, list(found.seen), _AsShown(wanted, found.seen), True, told
            )


class _Wanted:
    """What each row should hold; what is asked for is judged before any row is read. Raises Invalid."""

    away = None

    def __init__(self, records: "Records", asked: Replacing, zone: tzinfo) -> None:
        self.zone = zone
        self.asked = asked = _sound(asked)
        known = texts(records.fields)
        for name in asked.fields:
            if name not in known:
                raise Invalid(f"{words(name)} holds no text that can be replaced here.", name)
        self.fields = {
            name: field for name, field in known.items() if name in asked.fields or not asked.fields
        }
        if not self.fields:
            raise Invalid("Nothing here holds a text that can be replaced.")

    def held(self, row: Row) -> dict[str, str]:
        """The values of a row that hold the text, as they would be written, before they are judged."""
        found = {}
        for name in self.fields:
            if row[name]:
                new = respelled(row[name], self.asked.find, self.asked.by, self.asked.exact, self.asked.whole)
                if new is not None:
                    found[name] = new
        return found

    def of(self, row: Row) -> Row:
        """What one row should hold. Raises Invalid with all that is wrong."""
        values: Row = {}
        problems: list[Problem] = []
        for name, new in self.held(row).items():
            try:
                values[name] = parse(self.fields[name], new, self.zone)
            except Invalid as wrong:
                problems += wrong.problems
        if problems:
            raise Invalid(problems)
        return values

    def where(self, table: Any) -> sa.ColumnElement[bool]:
        """Rows that may hold the text: all that do, and hardly any other."""
        return sa.or_(*(self._may_hold(getattr(table, name)) for name in self.fields))

    def _may_hold(self, column: Any) -> sa.ColumnElement[bool]:
        find = self.asked.find
        if self.asked.exact:
            return is_like(column, find) if self.asked.whole else holds(column, find)
        plain = reading_order(find)
        return (
            reading(column) == plain if self.asked.whole else reading(column).like(like(plain), escape="\\")
        )


class _AsShown(_Wanted):
    """The same, of rows that are still as they were shown."""

    def __init__(self, wanted: _Wanted, seen: Mapping[int, int]) -> None:
        self.zone, self.asked, self.fields = wanted.zone, wanted.asked, wanted.fields
        self.seen = seen

    def of(self, row: Row) -> Row:
        """What one row should hold. Raises Invalid where it is no longer as it was shown."""
        if self.seen.get(row["id"]) != _digest(row, self.held(row)):
            raise Invalid(SINCE)
        return super().of(row)


def _sound(asked: Replacing) -> Replacing:
    """What is asked for, in NFC, if it can be asked for. Raises Invalid."""
    if not isinstance(asked.find, str) or not isinstance(asked.by, str):
        raise Invalid("Say the text to look for, and what shall stand there.")
    find, by = sound_text(asked.find), sound_text(asked.by)
    if not find or means_nothing(find, asked.exact):
        raise Invalid("Say the text to look for.")
    if max(len(find), len(by)) > LONGEST:
        raise Invalid(f"At most {LONGEST:,} characters can be looked for or put in.")
    if find == by and asked.exact:
        raise Invalid("Both texts are the same, so that nothing would change.")
    return Replacing(find, by, asked.fields, asked.exact, asked.whole)


def _looked(
    records: "Records",
    session: CompanySession,
    doing: Doing,
    which: Sequence[int] | All,
    wanted: _Wanted,
) -> Replaceable:
    """See `Replacer.replaceable`; in an open transaction that reads."""
    ids = [id_ for some in _ids(records, session, which, wanted) for id_ in some]
    at_once.few_enough(len(ids))
    first: list[Respelled] = []
    refused: list[Refused] = []
    seen: dict[int, int] = {}
    values = same = 0
    for start in range(0, len(ids), at_once.CHUNK):
        rows = at_once.rows_of(records, session, ids[start : start + at_once.CHUNK])
        held = [row for row in rows if wanted.held(row)]
        changes, wrong = at_once.judge_rows(records, session, doing, held, wanted)
        refused += wrong
        same += len(held) - len(changes) - len(wrong)
        for row, new in changes:
            now = wanted.held(row)
            seen[row["id"]] = _digest(row, now)
            changed = [name for name in now if name in new]
            values += len(changed)
            if len(first) < SHOWN:
                name = str(row[records.title])
                first += [Respelled(row["id"], name, field, row[field], new[field]) for field in changed]
    return Replaceable(wanted.asked, len(seen), values, same, tuple(first[:SHOWN]), tuple(refused), seen)


def _ids(
    records: "Records", session: CompanySession, which: Sequence[int] | All, wanted: _Wanted
) -> Iterator[Sequence[int]]:
    """The ids of the rows that may hold the text, in their order."""
    model: Any = records.table
    every = sa.select(model.id).where(wanted.where(model)).order_by(model.id)
    if isinstance(which, All):
        yield session.scalars(every.where(*records.matching(which.query.first())).limit(MOST + 1)).all()
        return
    at_once.few_enough(len(which))
    known = sorted({number for id_ in which if (number := row_id(id_)) is not None})
    for some in at_once.chunks(known):
        yield session.scalars(every.where(model.id.in_(some), *records.visible())).all()


def _digest(row: Row, held: Mapping[str, Any]) -> int:
    """Values of a row in eight bytes."""
    said = repr([(name, row[name]) for name in held]).encode()
    return int.from_bytes(blake2b(said, digest_size=8).digest())
