"""What a list shows: search, filters, sort and place, as values, as URL parameters, and as SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from crm_data.errors import Invalid
from crm_data.store import filtering, filters
from crm_data.store.conditions import ANY, EMPTY, NOTHING, RANGES, Except
from crm_data.store.filters import NO_FILTER, Condition, Filter, Op
from crm_data.store.folding import has_word, holds, like
from crm_data.store.values import clean_text, parse, row_id
from crm_data.store.zones import within
from crm_data.tables.fields import Field, Kind
from crm_data.tables.reading import fold
from crm_data.tables.spare import spares

PAGE = 50
NOBODY = "none"
_EXACTLY, _EXCEPT = "=", "!"  # before the values in an address; alone, the first means none at all
_UNFILLED = "%"  # in place of a text: that nothing is filled in; within one it is spelled as in an address
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
_LONGEST = 10_000  # characters of one part of an address: thousands of ids
MOST_SORTS = 3
_NOT_SORTED = "This list cannot be sorted in that way. Choose a column from the list."
_LONGEST_TEXT = 1_000  # of what is looked for; SQLite itself takes 50,000 bytes
# What an address says of a list beside its columns.
OF_A_LIST = ("q", "preset", "sort", "after", "before", "at", "archived", "filter")


@dataclass(frozen=True)
class Query:
    """One list. `where`: field -> what is asked of it, as `conditions` has it: values, a range, a text, ...

    `filter`: what a person asks beside that, of any column. Rows meet both.
    `preset` is a selection by name that only one kind of record knows, as 'overdue'; several are joined by
    commas, and one about a period carries its days, as 'timed:2026-01-01..2026-03-31'.
    `after`, `before` are cursors of a Page; `last` asks for the end. `zone` says where a day begins.
    `then`: what rows are sorted by where `sort` finds them alike, as (field, descending); two at most.
    """

    search: str = ""
    preset: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    sort: str = "created_at"
    descending: bool = True
    archived: bool = False
    after: str | None = None
    before: str | None = None
    last: bool = False
    size: int = PAGE
    zone: tzinfo = UTC
    then: tuple[tuple[str, bool], ...] = ()
    filter: Filter = NO_FILTER

    def asks(self, name: str) -> bool:
        """Whether anything is asked of a column."""
        return bool(self.where.get(name)) or any(each.field == name for each in self.filter.conditions())

    def only(self, name: str) -> Any:
        """What a column is asked to hold, as `where` has it; None where it may be several things or any."""
        said = [
            each.values
            for each in self.filter.parts
            if isinstance(each, Condition) and each.field == name and each.op is Op.IS and not self.filter.any
        ]
        return self.where.get(name) or (said[0] if said else None)

    @property
    def narrowed(self) -> bool:
        """Whether it is searched, filtered or of archived records: less than a whole list."""
        return bool(self.search or self.where or self.filter or self.archived)

    @property
    def sorts(self) -> tuple[tuple[str, bool], ...]:
        """All that it is sorted by, as (field, descending), the first first."""
        return ((self.sort, self.descending), *self.then)

    def sorted_by(self, sorts: Sequence[tuple[str, bool]]) -> "Query":
        """The same list from its beginning in another order; as it was when there is none."""
        if not sorts:
            return self.first()
        (sort, down), *then = sorts
        return replace(self.first(), sort=sort, descending=down, then=tuple(then))

    def first(self) -> "Query":
        """The same list from its beginning."""
        return replace(self, after=None, before=None, last=False)


def from_params(
    declared: Mapping[str, Field], params: Mapping[str, str], zone: tzinfo = UTC, base: Query | None = None
) -> Query:
    """The list that a URL names. Raises Invalid when a part cannot be read; unknown names are left alone."""
    start = base or Query()
    where: dict[str, Any] = dict(start.where)
    for name, said in params.items():
        if name in declared and _asked(declared[name]) and name not in OF_A_LIST:
            if len(said) > _LONGEST:
                raise Invalid("This link asks for more values than a list can. Choose the filter again.")
            where[name] = _condition(declared[name], said, zone)
    sorts = _sorts(declared, params.get("sort", "")) or start.sorts
    return replace(
        start,
        search=clean_text(params.get("q", ""), False) or "",
        preset=params.get("preset", start.preset),
        where=where,
        sort=sorts[0][0],
        descending=sorts[0][1],
        then=sorts[1:],
        archived=params.get("archived") == "1",
        after=params.get("after") or None,
        before=params.get("before") or None,
        last=params.get("at") == "last",
        zone=zone,
        filter=filters.read_text(declared, params["filter"]) if "filter" in params else start.filter,
    )


def to_params(declared: Mapping[str, Field], query: Query, base: Query | None = None) -> dict[str, str]:
    """The URL parameters that bring a list back; what is as in `base` is left out."""
    start = base or Query()
    said = {"q": query.search, "after": query.after or "", "before": query.before or ""}
    if query.sorts != start.sorts:
        said["sort"] = ",".join(f"{'-' if down else ''}{name}" for name, down in query.sorts)
    if query.preset != start.preset:
        said["preset"] = query.preset
    if query.filter != start.filter:
        said["filter"] = filters.say_text(query.filter)
    said["archived"] = "1" if query.archived else ""
    said["at"] = "last" if query.last else ""
    for name, wanted in query.where.items():
        if wanted != start.where.get(name):
            said[name] = _spoken(declared[name], wanted)
    return {name: text for name, text in said.items() if text}


def _sorts(declared: Mapping[str, Field], said: str) -> tuple[tuple[str, bool], ...]:
    """What an address names as order, as '-due_date,title'. Raises Invalid."""
    found = tuple((part.removeprefix("-"), part.startswith("-")) for part in said.split(",") if said)
    demand_sorts(declared, found)
    return found


def demand_sorts(declared: Mapping[str, Field], sorts: Sequence[tuple[str, bool]]) -> None:
    """Raise Invalid unless each is a column that the list can be sorted by, none comes twice, and they are few."""
    names = [name for name, _ in sorts]
    known = all(name in declared and declared[name].sortable for name in names)
    if not known or len(set(names)) < len(names) or len(names) > MOST_SORTS:
        raise Invalid(_NOT_SORTED)


def _asked(declared: Field) -> bool:
    """Whether a list can ask it: of what was hidden since, an old list still means what it meant."""
    return declared.filter or declared.hidden


def _condition(declared: Field, said: str, zone: tzinfo) -> Any:
    if said == _EXACTLY:
        return NOTHING
    chosen = declared.kind in (Kind.MEMBER, Kind.LINK, Kind.CHOICE)
    if said.startswith(_EXCEPT) and (chosen or said.startswith(_EXCEPT + _EXACTLY)):
        rest = said.removeprefix(_EXCEPT)
        values = None if rest.startswith(_EXCEPT) else _condition(declared, rest, zone)
        return Except(values if isinstance(values, tuple) else (_known(None),))
    if declared.kind in RANGES:
        if said == NOBODY:
            return EMPTY
        low, dots, high = said.partition("..")
        judge = replace(declared, required=False, default=None, kind=_edge_kind(declared))
        return (parse(judge, low, zone), parse(judge, high if dots else low, zone))
    if declared.kind in (Kind.MEMBER, Kind.LINK):
        return tuple(None if part == NOBODY else _known(row_id(part)) for part in said.split(","))
    if declared.kind is Kind.CHOICE:
        judge = replace(declared, default=None)
        return tuple(None if part == NOBODY else parse(judge, part) for part in said.split(",") if part)
    if declared.kind is Kind.TAGS:
        return tuple(parse(declared, said) or ())
    if declared.kind is Kind.YES_NO:
        return (said == "yes",)
    if said.startswith(_EXACTLY):
        values = (_text(part) for part in said[1:].split(",") if part)
        return tuple(part for part in values if part != "") or NOTHING
    return clean_text(said, False) or ""


def _text(said: str) -> str | None:
    """One of some texts as an address has it: a comma in it is spelled, and nothing filled in is a sign.

    It is asked for as it stands: a row of another program may hold a space at its end.
    """
    if said == _UNFILLED:
        return None
    text = unquote(said)
    clean_text(text, True)  # what no row can hold is refused
    return text


def _edge_kind(declared: Field) -> Kind:
    return Kind.DAY if declared.kind is Kind.MOMENT else declared.kind


def _known(number: int | None) -> int:
    if number is None:
        raise Invalid("This link names a filter that cannot be read. Choose the filter again.")
    return number


def _spoken(declared: Field, wanted: Any) -> str:
    if wanted == NOTHING:
        return _EXACTLY
    if isinstance(wanted, Except):
        return _EXCEPT + _spoken(declared, wanted.values)
    if isinstance(wanted, str):
        return f" {wanted}" if wanted.startswith((_EXACTLY, _EXCEPT + _EXACTLY)) else wanted
    if declared.kind in RANGES:
        if wanted == EMPTY:
            return NOBODY
        low, high = ("" if edge is None else str(edge) for edge in wanted)
        return f"{low}..{high}" if low or high else ""
    if declared.kind is Kind.YES_NO:
        return "yes" if wanted and wanted[0] else "no"
    if declared.kind in _TEXTS:
        texts = [_UNFILLED if value is None else _spelled(str(value)) for value in wanted]
        return f"{_EXACTLY}{','.join(texts)}" if texts else ""
    return ",".join(NOBODY if value is None else str(value) for value in wanted)


def _spelled(text: str) -> str:
    return text.replace("%", "%25").replace(",", "%2C")


def conditions(
    table: type, declared: Mapping[str, Field], query: Query, me: int | None = None, fiscal: int = 1
) -> list[ColumnElement[bool]]:
    """The WHERE of a list as a person sees it, without the company: the scoped session adds that.

    `fiscal`: the month, from 1, in which the company's fiscal year begins.
    """
    model: Any = table
    made: list[ColumnElement[bool]] = []
    if hasattr(model, "archived_at"):
        made.append(model.archived_at.is_not(None) if query.archived else model.archived_at.is_(None))
    if any(
        isinstance(said, str) and len(said) > _LONGEST_TEXT for said in (query.search, *query.where.values())
    ):
        raise Invalid(f"Look for a shorter text: at most {_LONGEST_TEXT:,} characters.")
    if query.search:
        made.append(_search(model, declared, query.search))
    for name, wanted in query.where.items():
        if not (name in declared and _asked(declared[name])):
            raise Invalid("This list cannot be filtered in that way.")
        clause = _clause(getattr(model, name), declared[name], wanted, query.zone)
        if clause is not None:
            made.append(clause)
    viewer = filtering.Viewer.now(me, query.zone, fiscal)
    return [*made, *filtering.where(model, declared, query.filter, viewer)]


def _search(model: Any, declared: Mapping[str, Field], said: str) -> ColumnElement[bool]:
    found = []
    digits = "".join(c for c in said if c.isdigit())
    for name, field_ in declared.items():
        if name in spares(Kind.CHOICE) and field_.kind is Kind.CHOICE and not field_.hidden:  # one's own
            codes = [code for code, words in field_.called if fold(said) in fold(words)]
            found += [getattr(model, name).in_(codes)] if codes else []
        if not field_.search:
            continue
        column = getattr(model, name)
        found.append(holds(column, said))
        if field_.kind is Kind.PHONE and len(digits) >= 4 and not any(c.isalpha() for c in said):
            found.append(_digits_of(column).like(like(digits), escape="\\"))
    return sa.or_(*found)


def _digits_of(column: Any) -> ColumnElement[str]:
    for sign in " -()./+":
        column = sa.func.replace(column, sign, "")
    return column  # type: ignore[no-any-return]


def _clause(column: Any, declared: Field, wanted: Any, zone: tzinfo) -> ColumnElement[bool] | None:
    if wanted in ANY:
        return None
    if wanted == NOTHING:
        return sa.false()
    if isinstance(wanted, Except):
        return _except(column, declared, wanted.values)
    if declared.kind in RANGES:
        if wanted == EMPTY:
            # Not as IS NULL: an index on this column alone, of all companies, would be taken before the company's.
            return sa.case((column.is_(None), 1), else_=0) == 1
        low, high = wanted
        return _between(column, declared, low, high, zone)
    if declared.kind is Kind.TAGS:
        return sa.or_(*(has_word(column, tag) for tag in wanted))
    if isinstance(wanted, str):
        return holds(column, wanted)
    values = [value for value in wanted if value is not None]
    choices = [column.in_(values)] if values else []
    empty = [column.is_(None), *([column == ""] if declared.kind in _TEXTS else [])]
    return sa.or_(*choices, *(empty if None in wanted else []))


def _except(column: Any, declared: Field, values: tuple[Any, ...]) -> ColumnElement[bool]:
    others = [value for value in values if value is not None]
    if None not in values:
        return sa.or_(column.not_in(others), column.is_(None))
    filled = column.not_in([*others, ""]) if declared.kind in _TEXTS else column.not_in(others)
    return sa.and_(filled, column.is_not(None))


def _between(column: Any, declared: Field, low: Any, high: Any, zone: tzinfo) -> ColumnElement[bool]:
    if declared.kind is Kind.MOMENT:
        return within(column, low, high, zone)
    parts = [column >= low] if low is not None else []
    return sa.and_(*parts, *([column <= high] if high is not None else []))


def days_of(said: str) -> tuple[date | None, date | None]:
    """The first and last day of 'FIRST..LAST', either of them left out for open. Raises Invalid."""
    first, _, last = said.partition("..")
    judge = Field("Period", Kind.DAY)
    return parse(judge, first), parse(judge, last)
