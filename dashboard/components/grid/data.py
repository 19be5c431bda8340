"""What a grid is told: its columns, rows and words, as its browser modules take them. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crm_data import Field, Kind, Layout, Records
from crm_data.store.summary import ADDED, GROUPED
from dashboard.components.grid import summing, wire
from dashboard.parts import listed

Row = Mapping[str, Any]
MARGIN, MOMENT, WIDE = 120, 150, 220  # pixels of a column that nobody has resized
NARROW, WIDEST, LETTER = 70, 420, 7  # of one of a table: at least, at most, and for each letter
Mark = tuple[str, str]  # a colour, and in words what it says
_WIDE, _SHORT = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.LINK, Kind.URL), 150  # letters at most
_ARCHIVED: Final = "This record is archived. Restore it before changing it."
_THEIRS: Final = "A colleague's record, which only its owner or a manager may change."
_BY_ITSELF: Final = "This is kept by Foyer itself."
LOCKS: Final = (_THEIRS, _ARCHIVED)  # a row gives the number, from 1
_NO_WAY: Final = (Kind.JSON,)


@dataclass(frozen=True)
class Words:
    """A read-only column of the program's own words about a row."""

    name: str
    label: str
    text: Callable[[Row], str]


@dataclass(frozen=True)
class Act:
    """What can be done with rows: `many` with those that are ticked, `one` with the one that is pointed at.

    A `settled` one is for rows of which no edit waits.
    """

    name: str
    label: str
    many: bool = True
    settled: bool = False
    one: bool = True


@dataclass(frozen=True)
class Buttons:
    """A column of buttons: `text` is what is on a row's, nothing for none, and `does` which acts it stands for.

    One act is done by a click; several are offered in a menu.
    """

    name: str
    label: str
    text: Callable[[Row], str]
    does: Mapping[str, Sequence[str]]
    width: int = 90


Beside = Words | Buttons


def columns(
    records: Records,
    layout: Layout,
    colours: Mapping[str, Mapping[str, str]] | None = None,
    currency: str = "",
) -> list[dict[str, Any]]:
    """Every column that the list can show, in the person's order; `layout.hidden` says which are not shown."""
    return [
        column(records.fields[name], layout.widths.get(name), (colours or {}).get(name, {}), currency)
        for name in order(records, layout)
    ]


def order(records: Records, layout: Layout) -> list[str]:
    """The columns as the person has put them; those that they never moved stand where they were declared."""
    usual = [records.title, *(name for name in records.fields if name != records.title)]
    shown = [n for n in usual if records.fields[n].kind not in _NO_WAY and not records.fields[n].hidden]
    moved = [name for name in layout.order if name in shown]
    return [*moved, *(name for name in shown if name not in moved)]


def shown(records: Records, layout: Layout) -> list[str]:
    """The columns that are not hidden, in the person's order."""
    return [name for name in order(records, layout) if name not in layout.hidden]


def usual(records: Records) -> Layout:
    """How a list is arranged before anybody arranged it: the columns that are declared for a grid."""
    columns = order(records, Layout())
    return Layout(hidden=tuple(n for n in columns if not records.fields[n].grid and n != records.title))


def column(declared: Field, width: int | None, colours: Mapping[str, str], currency: str) -> dict[str, Any]:
    """One column; an amount's heading names the currency."""
    money = declared.kind is Kind.MONEY and currency
    options = [[value, label, colours.get(value)] for value, label in declared.choice_labels().items()]
    wide = declared.kind in _WIDE and not (declared.length or WIDE) < _SHORT
    return {
        "name": declared.name,
        "label": f"{declared.label} ({currency})" if money else declared.label,
        "kind": wire.KINDS[declared.kind],
        "width": width or (WIDE if wide else MOMENT if declared.kind is Kind.MOMENT else MARGIN),
        "edit": declared.edit,
        "required": declared.required,
        "most": declared.length,
        "low": declared.low,
        "high": declared.high,
        "options": options or None,
        "offers": list(map(list, listed.offered(declared).items())) if declared.edit else [],
        "names": declared.kind in (Kind.MEMBER, Kind.LINK),
        "ask": declared.kind is Kind.LINK,
        "note": None if declared.edit else _BY_ITSELF,
        "align": "end" if declared.kind in ADDED else None,
        "sort": declared.sortable,
        "measures": summing.measures(declared),
        "group": declared.filter and declared.kind in GROUPED,
    }


def words_column(words: Beside) -> dict[str, Any]:
    """A column of the program's own words or buttons, which cannot be edited, sorted or asked about."""
    made = {**column(Field(words.label, Kind.TEXT, words.name, edit=False), None, {}, ""), "note": None}
    made |= {"measures": [], "sort": False}
    if isinstance(words, Buttons):
        does = {said: list(acts) for said, acts in words.does.items()}
        return made | {"kind": "act", "width": words.width, "stays": True, "does": does}
    return made | {"kind": "words", "width": MARGIN, "stays": True}


def beside_first(columns: Sequence[Any], beside: Iterable[Any]) -> list[Any]:
    """The columns with what is said of a row beside its name: after the first."""
    return [*columns[:1], *beside, *columns[1:]]


def locked(records: Records, row: Row) -> int:
    """The number of the sentence of `LOCKS` that says why a row cannot be changed; 0 for one that can."""
    if row.get("archived_at") is not None:
        return LOCKS.index(_ARCHIVED) + 1
    return 0 if records.may("change", row) else LOCKS.index(_THEIRS) + 1


def packed_rows(
    records: Records, names: Sequence[str], rows: Iterable[Row], beside: Sequence[Beside] = ()
) -> list[list[Any]]:
    """Rows as the grid takes them, with what is said beside their first value."""
    values = wire.packing([records.fields[name] for name in names])
    made = []
    for row in rows:
        told = beside_first(values(row), [each.text(row) for each in beside])
        made.append([row["id"], row["version"], locked(records, row), *told])
    return made


def marked(
    rows: Sequence[Row], marks: Callable[[Sequence[Row]], Sequence[Mapping[str, Mark]]] | None
) -> dict[str, dict[str, Mark]]:
    """Id -> field, or '' for all of the row -> mark, of those that a rule marks and those it marks no more."""
    return {str(row["id"]): dict(of) for row, of in zip(rows, marks(rows), strict=True)} if marks else {}


def named(
    records: Records, names: Mapping[str, Mapping[int, str]], rows: Iterable[Row], members: Mapping[int, str]
) -> dict[str, dict[str, str]]:
    """Field -> id -> name: of those that stand in the rows, and of the colleagues who can be chosen."""
    shown, told = list(rows), {}
    for name, declared in records.fields.items():
        if declared.kind in (Kind.MEMBER, Kind.LINK):
            ids = {row.get(name) for row in shown} - {None}
            known = {id_: called for id_, called in names.get(name, {}).items() if id_ in ids}
            known |= members if declared.kind is Kind.MEMBER else {}
            told[name] = {str(id_): called for id_, called in known.items()}
    return told


def layout_told(layout: Layout) -> dict[str, Any]:
    """An arrangement in the browser's words."""
    return {
        "order": list(layout.order),
        "hidden": list(layout.hidden),
        "widths": dict(layout.widths),
        "pinned": layout.pinned,
        "sort": [[name, "desc" if down else "asc"] for name, down in layout.sort],
        "tall": layout.tall,
        "foot": dict(layout.foot),
        "group": list(layout.group),
    }


def plain_table(
    name: str,
    lines: Sequence[Mapping[str, Any]],
    height: int,
    marks: Sequence[Mapping[str, Mark]] = (),
    opens: Sequence[str] = (),
) -> dict[str, Any]:
    """A read-only grid of words that are no records: lines of value by heading, in their order.

    `marks` and `opens` are of the lines in the same order: colours by heading, and where a line leads. All are
    sent at once: it is for tens of them, as members, backups or sessions. A column is as wide as what stands
    in it; numbers stand at its right.
    """
    fields = []
    for heading in lines[0] if lines else ():
        values = [line[heading] for line in lines]
        longest = max(len(str(value)) for value in [heading, *values])
        fields.append(
            words_column(Words(heading, heading, lambda _: ""))
            | {"width": min(max(NARROW, longest * LETTER + 24), WIDEST)}
            | {"align": "end" if all(isinstance(value, int) for value in values) else None}
        )
    if fields and opens:
        fields[0]["leads"] = True
    rows = [[at, 0, 0, *map(str, line.values())] for at, line in enumerate(lines, 1)]
    return {
        "plain": True,
        "place": "",
        "query": "",
        "label": name,
        "fields": fields,
        "rows": rows,
        "start": 0,
        "total": len(rows),
        "fresh": [],
        "gone": [],
        "names": {},
        "marks": {str(at): dict(of) for at, of in enumerate(marks, 1) if of},
        "opens": {str(at): address for at, address in enumerate(opens, 1)},
        "window": len(rows),
        "height": height,
        "layout": layout_told(Layout(pinned=0)),
        "sentences": [],
        "may": {},
        "acts": [],
        "result": None,
        "answer": None,
    }
