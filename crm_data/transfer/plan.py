"""What a person decides about a file before it is imported: plain data that a page can edit and keep."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_data.errors import Invalid
from crm_data.store.amounts import POINT
from crm_data.store.days import ANY
from crm_data.transfer.formats import DATES, NUMBERS

ID = "id"
MARK = "mark"
CHANGED = "changed"
KEEP = "imported"
LEAVE = ""


class Mode(StrEnum):
    """What may happen to a row of the file."""

    BOTH = "create and update"
    CREATE = "create only"
    UPDATE = "update only"


class Blanks(StrEnum):
    """What an empty cell does to a record that is there already."""

    LEAVE = "leave as it is"
    CLEAR = "clear the value"


class By(StrEnum):
    """How a cell names a colleague or another record."""

    NAME = "name"
    ID = "id"
    EXTERNAL = "external id"


class Unmatched(StrEnum):
    """What happens to a row whose cell names nothing that is known. Whatever it is, the word is not lost."""

    REFUSE = "refuse the row"
    EMPTY = "leave it empty"
    FORMER = "add as a former colleague"
    MAKE = "make a customer of it"


class Newer(StrEnum):
    """What happens to a record that was changed here since the file was made, where the file says otherwise."""

    LEAVE = "leave what stands here"
    FILE = "take what the file says"


class Lookalikes(StrEnum):
    """What happens to a new row that looks like a record here, or like a row before it."""

    ADD = "add it all the same"
    LEAVE = "leave it out"
    CHANGE = "change the one that is there"


@dataclass(frozen=True)
class Column:
    """Where one column of the file goes and how its cells are read.

    `to`: a field's name, ID (a match key, never written), MARK (says of which company the ids are), CHANGED (when
    the row was last changed, to be compared), KEEP (kept beside the record) or LEAVE.
    `dates`: an order of `formats.DATES`. `numbers`: one of `formats.NUMBERS`. `empties`: words that mean
    empty here.
    `values`: a word of the file -> what to read instead ("" for nothing).
    `maybe_empty`, `unsure`: what the guess wants confirmed; they change nothing.
    """

    heading: str
    to: str = KEEP
    by: str = By.NAME
    dates: str = ANY
    numbers: str = POINT
    empties: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    unmatched: str = Unmatched.REFUSE
    maybe_empty: tuple[str, ...] = ()
    unsure: str = ""


@dataclass(frozen=True)
class Plan:
    """All that is decided about a file.

    `key`: the fields by which a row finds its record; none means the whole row. `fill`: field -> text for
    new records where the file has nothing; a text with {Heading} in it is put together from the row.
    `source`: the name of the system that the ids come from, under which they are unique; `named`: a person said
    so, it is not guessed from the file's name. `newer`, `lookalikes`: see Newer and Lookalikes; `alike`: row of
    the file -> one of Lookalikes, where it is not the file's. `zone`: of times and days that name none. `system`:
    the file of another system that this is taken for, as 'HubSpot contacts'; '' for none.
    """

    columns: tuple[Column, ...]
    mode: str = Mode.BOTH
    key: tuple[str, ...] = ()
    blanks: str = Blanks.LEAVE
    fill: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    named: bool = False
    newer: str = Newer.LEAVE
    lookalikes: str = Lookalikes.ADD
    zone: str = "UTC"
    system: str = ""
    alike: Mapping[str, str] = field(default_factory=dict)

    def column(self, heading: str) -> Column:
        """The column under a heading. Raises Invalid when there is none."""
        for column in self.columns:
            if column.heading == heading:
                return column
        raise Invalid(f"This file has no column {heading!r}.")

    def going_to(self, name: str) -> Column | None:
        """The column that fills a field, or None."""
        return next((column for column in self.columns if column.to == name), None)

    def with_column(self, heading: str, **changes: Any) -> "Plan":
        """The plan with one column decided differently."""
        changed = replace(self.column(heading), **changes)
        return replace(self, columns=tuple(changed if c.heading == heading else c for c in self.columns))

    def choice(self, row: int) -> str:
        """What happens to a row if it looks like something."""
        return self.alike.get(str(row), self.lookalikes)

    @property
    def asks_who_is_here(self) -> bool:
        """Whether what a row looks like decides on what becomes of it."""
        return any(choice != Lookalikes.ADD for choice in (self.lookalikes, *self.alike.values()))

    def to_json(self) -> str:
        """The plan as text, to be kept."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """A plan that was kept. Raises Invalid when it is none."""
        try:
            said = json.loads(text)
            columns = tuple(_made(Column, column) for column in said.pop("columns"))
            plan: Plan = _made(cls, {**said, "columns": columns})
            plan.check()
            return plan
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Invalid("This is not a plan for an import. Make a new one.") from None

    def check(self) -> None:
        """Raise Invalid where a choice is none of those offered."""
        choices: list[tuple[str, Any]] = [(self.mode, Mode), (self.blanks, Blanks)]
        choices += [(self.newer, Newer), (self.lookalikes, Lookalikes)]
        choices += [(choice, Lookalikes) for choice in self.alike.values()]
        for column in self.columns:
            choices += [(column.by, By), (column.unmatched, Unmatched)]
            choices += [(column.dates, DATES), (column.numbers, NUMBERS)]
        for said, offered in choices:
            if said not in list(offered):
                raise Invalid(f"{said!r} is not one of {', '.join(map(str, offered))}.")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Invalid(f"{self.zone!r} is not the name of a time zone, like Europe/Zurich.") from None


def _made(kind: Any, said: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in said.items() if name in known}
    return kind(**values)
