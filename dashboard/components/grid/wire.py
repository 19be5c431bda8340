"""What a browser's grid says, made into what Python means by it, and the other way. Pure; all of it may be forged.

A message that has not the shape is None. In a Save each cell is judged by itself: what cannot be meant comes back
as a problem of that cell, so that nothing that a person typed is lost in silence. Values are judged by the verbs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from crm_data import Edit, Field, Kind

MOST_CELLS: Final = 2_000  # of one Save: 200 rows by 10 columns
MOST_IDS = 500  # of rows that are ticked one by one
MOST_ROWS = 200  # of one window
_LONGEST, _LONGEST_ASKED, _MOST_TAGS = 40_000, 100, 100
_MOST_ACTS = 50  # of one Save, which goes out in parts
_HIGHEST = 2**53
_WAYS = ("undo", "redo")
_NOT_HERE = "This column cannot be changed here."
_UNREADABLE = "This value could not be read. Type it again."
Problems = dict[int, dict[str, str]]

KINDS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "text",
    Kind.LONG_TEXT: "long",
    Kind.EMAIL: "email",
    Kind.PHONE: "phone",
    Kind.URL: "url",
    Kind.CHOICE: "choice",
    Kind.MONEY: "money",
    Kind.WHOLE: "whole",
    Kind.NUMBER: "decimal",
    Kind.YES_NO: "tick",
    Kind.DAY: "day",
    Kind.MOMENT: "moment",
    Kind.TAGS: "tags",
    Kind.MEMBER: "member",
    Kind.LINK: "link",
}
# What a cell of a kind may send beside text, which every one of them may.
_SENT: Mapping[Kind, tuple[type, ...]] = {
    Kind.WHOLE: (int,),
    Kind.YES_NO: (bool,),
    Kind.MEMBER: (int,),
    Kind.LINK: (int,),
    Kind.TAGS: (list,),
}


@dataclass(frozen=True)
class Save:
    """Edits that a person wants kept, under the token of this very Save; `problems` are of cells left out."""

    token: str
    edits: list[Edit]
    problems: Problems = field(default_factory=dict)
    refusal: str = ""

    @property
    def cells(self) -> int:
        """How many cells they are."""
        return sum(len(edit.fields) for edit in self.edits)


@dataclass(frozen=True)
class Undo:
    """The acts of one Save by their names, the first one first; `rest`: what was changed since may stay.

    `last`: with no names, one's own last act in the list, or with 'redo' the last one that was undone.
    """

    token: str
    acts: tuple[str, ...]
    rest: bool = False
    last: str = ""


@dataclass(frozen=True)
class Ask:
    """The `n`th question of a picker: what can be chosen in a field for what was typed."""

    n: int
    field: str
    text: str


@dataclass(frozen=True)
class Acted:
    """An act upon rows: those ticked, or with `ids` None all that the list means by this fingerprint of it.

    `count`: how many the person was told that these are. `text`: what the find bar looks for meanwhile.
    """

    act: str
    ids: tuple[int, ...] | None
    query: str = ""
    count: int = 0
    text: str = ""


@dataclass(frozen=True)
class Find:
    """The `n`th question of the find bar: a text, and the place in the list from which to look on."""

    n: int
    text: str
    after: int
    back: bool


@dataclass(frozen=True)
class Added:
    """Records for lines that were pasted or typed below the end: what is wanted of each; `problems` by line.

    `each`: one that cannot be kept keeps no other out.
    """

    token: str
    rows: list[dict[str, Any]]
    problems: Problems = field(default_factory=dict)
    each: bool = False


# from the browser


def save(said: Any, fields: Mapping[str, Field]) -> Save | None:
    """A Save of cells; `fields` are those that can be edited there."""
    token, rows = _of(said, "token"), _of(said, "edits")
    if not _short(token) or not isinstance(rows, Mapping):
        return None
    if (
        len(rows) > MOST_CELLS
        or sum(len(cells) for cells in rows.values() if isinstance(cells, Mapping)) > MOST_CELLS
    ):
        return Save(
            token, [], refusal=f"At most {MOST_CELLS:,} cells can be saved at once. Save in smaller steps."
        )
    edits: list[Edit] = []
    problems: Problems = {}
    rows_by_id = {
        id_: cells for key, cells in rows.items() if (id_ := _id(key)) and isinstance(cells, Mapping)
    }
    for id_, cells in rows_by_id.items():
        pairs, wrong = _cells(cells, fields)
        edits += [Edit(id_, pairs)] if pairs else []
        if wrong:
            problems[id_] = wrong
    return Save(token, edits, problems)


def _cells(
    cells: Mapping[Any, Any], fields: Mapping[str, Field]
) -> tuple[dict[str, tuple[Any, Any]], dict[str, str]]:
    """The pairs (seen, wanted) of one row, and what is wrong with the others that name a column."""
    pairs: dict[str, tuple[Any, Any]] = {}
    wrong: dict[str, str] = {}
    for name, pair in cells.items():
        if not isinstance(name, str) or len(name) > _LONGEST_ASKED:
            continue
        declared = fields.get(name)
        if declared is None or not declared.edit:
            wrong[name] = _NOT_HERE
        elif not isinstance(pair, list) or len(pair) != 2 or not all(_value(declared, each) for each in pair):
            wrong[name] = _UNREADABLE
        else:
            pairs[name] = (pair[0], pair[1])
    return pairs, wrong


def _value(declared: Field, said: Any) -> bool:
    """Whether a cell of this field can hold or send it."""
    if said is None:
        return True
    if isinstance(said, str):
        return len(said) <= _LONGEST and _utf8(said)
    if type(said) not in _SENT.get(declared.kind, ()):
        return False
    if isinstance(said, list):
        return len(said) <= _MOST_TAGS and all(isinstance(tag, str) and _value(declared, tag) for tag in said)
    return isinstance(said, bool) or abs(said) <= _HIGHEST


def added(said: Any, fields: Mapping[str, Field]) -> Added | None:
    """Lines that were pasted or typed below the end."""
    token, rows = _of(said, "token"), _of(said, "rows")
    if not _short(token) or not isinstance(rows, list) or len(rows) > MOST_ROWS:
        return None
    made: list[dict[str, Any]] = []
    problems: Problems = {}
    for at, row in enumerate(rows):
        cells = {name: [None, wanted] for name, wanted in row.items()} if isinstance(row, Mapping) else {}
        pairs, wrong = _cells(cells, fields)
        made.append({name: pair[1] for name, pair in pairs.items()})
        if wrong:
            problems[at] = wrong
    return Added(token, made, problems, _of(said, "each") is True)


def undo(said: Any) -> Undo | None:
    """The acts of a Save that are to be undone, or a step back or forth."""
    token, acts, last = _of(said, "token"), _of(said, "acts"), _of(said, "last")
    if _short(token) and last in _WAYS:
        return Undo(token, (), last=last)
    if not _short(token) or not isinstance(acts, list) or not 0 < len(acts) <= _MOST_ACTS:
        return None
    return Undo(token, tuple(acts), _of(said, "rest") is True) if all(map(_short, acts)) else None


def want(said: Any, usual: int) -> tuple[int, int]:
    """(start, n) of the window that is in sight; the first one for what is none."""
    start, n = _of(said, "start"), _of(said, "n")
    return (
        start if _whole(start) and 0 <= start <= _HIGHEST else 0,
        min(n, MOST_ROWS) if _whole(n) and n > 0 else usual,
    )


def ask(said: Any, fields: Mapping[str, Field]) -> Ask | None:
    """What a picker asks for, or wants made."""
    n, name, text = _of(said, "n"), _of(said, "field"), _of(said, "text")
    if not _whole(n) or not isinstance(name, str) or name not in fields or not isinstance(text, str):
        return None
    return Ask(n, name, text[:_LONGEST_ASKED]) if _utf8(text) else None


def find(said: Any) -> Find | None:
    """What the find bar looks for."""
    n, text, after = _of(said, "n"), _of(said, "text"), _of(said, "after")
    if not _whole(n) or not isinstance(text, str) or not _utf8(text) or not _whole(after):
        return None
    return Find(n, text[:_LONGEST_ASKED], min(max(after, -1), _HIGHEST), _of(said, "back") is True)


def fold(said: Any) -> str:
    """The head of a group that was clicked; '' for what is none."""
    return said if _short(said) else ""


def acted(said: Any, acts: Sequence[str]) -> Acted | None:
    """An act of those that are offered, upon rows."""
    act, ids, query, count = (_of(said, name) for name in ("act", "ids", "query", "count"))
    if act not in [*acts]:
        return None
    text = found if _short(found := _of(said, "text")) else ""
    if _of(said, "all") is True:
        return Acted(act, None, query, count, text) if _short(query) and _whole(count) else None
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST_IDS or not all(map(_whole, ids)):
        return None
    known = dict.fromkeys(_id(each) for each in ids)
    ids = tuple(id_ for id_ in known if id_ is not None)
    return None if None in known else Acted(act, ids, text=text)


def opened(said: Any) -> int | None:
    """The record to be opened."""
    return _id(said) if _whole(said) else None


def cell(said: Any, fields: Mapping[str, Field]) -> tuple[int, str] | None:
    """The cell whose history is asked for."""
    id_, name = opened(_of(said, "id")), _of(said, "field")
    return (id_, name) if id_ is not None and isinstance(name, str) and name in fields else None


def count(said: Any) -> int:
    """How many edits wait in the browser; 0 for what is no number."""
    return said if _whole(said) and 0 <= said <= _HIGHEST else 0


# to the browser


def packed(declared: Field, value: Any) -> Any:
    """A value as the grid holds it."""
    spoken = _SPOKEN.get(declared.kind)
    return value if value is None or spoken is None else spoken(value)


def packing(fields: Sequence[Field]) -> Callable[[Mapping[str, Any]], list[Any]]:
    """What makes of a row its values as the grid holds them, in the order of these fields."""
    ways = [(each.name, _SPOKEN.get(each.kind)) for each in fields]

    def values(row: Mapping[str, Any]) -> list[Any]:
        return [
            value if (value := row.get(name)) is None or spoken is None else spoken(value)
            for name, spoken in ways
        ]

    return values


def _amount(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


_SPOKEN: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.MONEY: _amount,
    Kind.NUMBER: str,
    Kind.DAY: lambda day: day.isoformat(),
    Kind.MOMENT: lambda moment: f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z",
}


# the parts


def _of(said: Any, name: str) -> Any:
    return said.get(name) if isinstance(said, Mapping) else None


def _short(said: Any) -> bool:
    return isinstance(said, str) and 0 < len(said) <= _LONGEST_ASKED and _utf8(said)


def _whole(said: Any) -> bool:
    return type(said) is int


def _id(said: Any) -> int | None:
    """A row's id: JSON has the keys of an object as text."""
    if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) <= 10:
        said = int(said)
    return said if _whole(said) and 1 <= said < 2**31 else None


def _utf8(said: str) -> bool:
    """Whether it can be sent on: half a surrogate pair cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in said)
