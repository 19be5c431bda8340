"""Parsed rows: the cells of a file read into values as the plan says. Pure: nothing is looked up here."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from crm_data.errors import Invalid
from crm_data.store.records import Records, Row
from crm_data.store.values import Ways, clean_text, parse, to_text
from crm_data.tables.fields import Field, Kind
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.headings import refused_tail
from crm_data.transfer.mapping import PLACEHOLDER, importable
from crm_data.transfer.marks import Mark, mark_in
from crm_data.transfer.plan import CHANGED, ID, KEEP, LEAVE, MARK, By, Column, Plan

VALUE, BLANK, NAMED, WRONG, LEFT, SEVERAL = range(6)
Read = tuple[int, Any]
Progress = Callable[[float], object]
# Begins the external id of a record that is known by its whole row in the file it came from.
PRINT = "row-"
_STEP = 500
# Between several addresses or numbers in one cell; ' ::: ' is Google's.
_BETWEEN = re.compile(r"\s*(?::::|[;,|\n]| / )\s*")


@dataclass(frozen=True)
class Named:
    """A colleague or a record as a cell names it. `heading` is the column's, '' for a value for all rows.

    `system`: which system an external id is of. `chosen`: a person gave the word this meaning.
    """

    by: str
    said: str
    heading: str = ""
    system: str = ""
    chosen: bool = False


@dataclass
class Draft:
    """One row of the file, read: values by field, names still to be looked up, and what is wrong with it.

    `wrong`: what a field does not take; `refused`: what refuses the row; `beside`: what was not understood and is
    kept beside the record; each with its field and cell. `several`: headings of cells of which only the first
    address or number went into the field. `changed`: when the row was last changed there.
    """

    number: int
    cells: list[str]
    values: Row = field(default_factory=dict)
    named: dict[str, Named] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    blank: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)  # field, cell, sentence
    refused: list[tuple[str, str, str]] = field(default_factory=list)  # field, cell, sentence
    beside: list[tuple[str, str]] = field(default_factory=list)  # field, cell
    several: list[str] = field(default_factory=list)
    id: str = ""
    marked: Mark | None = None
    changed: datetime | None = None


def drafts(sheet: Sheet, plan: Plan, records: Records, progress: Progress) -> list[Draft]:
    """Every row of the sheet read; `progress` hears the share that is done, from 0 to 1."""
    fields, zone = importable(records), ZoneInfo(plan.zone)
    steps: list[tuple[int, Column, Cells | None]] = []
    for at, column in enumerate(plan.columns):
        to = records.fields["updated_at"] if column.to == CHANGED else fields.get(column.to)
        if column.to != LEAVE:
            steps.append((at, column, Cells(column, to, zone, plan.source) if to else None))
    made_up = [(n, Template(text, sheet, plan, fields[n])) for n, text in templates(plan).items()]
    own_json = records.fields[KEEP].label if KEEP in records.fields else ""
    found = []
    for count, line in enumerate(sheet.lines):
        if count % _STEP == 0:
            progress(count / len(sheet.lines))
        draft = Draft(line.number, line.cells)
        for at, column, cells in steps:
            if column.to == CHANGED and cells is not None:
                state, moment = cells.read(line.cells[at])
                draft.changed = moment if state == VALUE else None
            elif cells is not None:
                read = cells.read(line.cells[at])
                if read[0] == VALUE:  # nearly always, and there may be millions of cells
                    draft.values[column.to] = read[1]
                else:
                    _put(draft, column.to, line.cells[at], read)
            elif column.to == ID:
                draft.id = line.cells[at].strip()
            elif column.to == MARK:
                draft.marked = mark_in(line.cells[at])
            else:
                _keep(draft, column, line.cells[at], own_json)
        for name, template in made_up:
            if _says_nothing(draft, name):
                said = template.text(line.cells)
                _put(draft, name, said, template.cells.read(said))
        found.append(draft)
    return found


def templates(plan: Plan) -> dict[str, str]:
    """The values for new records that are put together from each row."""
    return {name: text for name, text in plan.fill.items() if PLACEHOLDER.search(text)}


def constants(plan: Plan, records: Records) -> tuple[Row, dict[str, Named]]:
    """The values that every new record gets where the file has none: values, and names to be looked up."""
    draft, fields = Draft(0, []), importable(records)
    for name, text in plan.fill.items():
        if not PLACEHOLDER.search(text):
            by = By.ID if text.strip().isdigit() else By.NAME
            column = Column("", name, by=by)
            _put(draft, name, text, Cells(column, fields[name], ZoneInfo(plan.zone)).read(text))
    if draft.wrong:
        raise Invalid(f"The value for new records: {draft.wrong[0][2]}", draft.wrong[0][0])
    return draft.values, draft.named


def fingerprint(sheet: Sheet, cells: list[str]) -> str:
    """A name for a whole row: the same for the same row of the same columns, whatever the plan."""
    digest = hashlib.sha256()
    ours = refused_tail(sheet.headings)
    for heading, cell in zip(sheet.headings, cells, strict=True):
        if cell.strip() and heading not in ours:
            digest.update(f"{heading}\x1e{cell.strip()}\x1f".encode("utf-8", "surrogatepass"))
    return f"{PRINT}{digest.hexdigest()[:32]}"


class Cells:
    """Reads the cells of one column; the same text is read once."""

    def __init__(self, column: Column, to: Field, zone: tzinfo, system: str = "") -> None:
        self._column, self._field, self._zone, self._system = column, to, zone, system
        self._ways = Ways(column.numbers, column.dates)
        self._empties = {word.casefold() for word in column.empties}
        self._known: dict[str, Read] = {}

    def read(self, cell: str) -> Read:
        """(VALUE, value), (BLANK, None), (NAMED, Named) or (WRONG, sentence)."""
        found = self._known.get(cell)
        if found is None:
            found = self._known[cell] = self._read(cell)
        return found

    def empty(self, cell: str) -> bool:
        """Whether the cell means nothing."""
        said = cell.strip()
        return not said or said.casefold() in self._empties

    def _read(self, cell: str) -> Read:
        if self.empty(cell):
            return BLANK, None
        said, to, by = cell.strip(), self._field, self._column.by
        chosen = said in self._column.values
        if chosen:
            said, by = self._column.values[said], By.ID
            if not said:
                return LEFT, None
        if to.kind in (Kind.MEMBER, Kind.LINK):
            return NAMED, Named(by, said, self._column.heading, self._system, chosen)
        if to.kind is Kind.LONG_TEXT:
            said = cell
        try:
            value = parse(to, said, self._zone, self._ways)
        except Invalid as wrong:
            first = self._first(said)
            return (WRONG, str(wrong)) if first is None else (SEVERAL, (first, self._column.heading))
        return (BLANK, None) if value is None else (VALUE, value)

    def _first(self, said: str) -> Any:
        """The first of several addresses or numbers, where each of them is one; else None."""
        parts = [part for part in _BETWEEN.split(said) if part]
        if self._field.kind not in (Kind.EMAIL, Kind.PHONE) or len(parts) < 2:
            return None
        try:
            first, *_ = [parse(self._field, part, self._zone, self._ways) for part in parts]
        except Invalid:
            return None
        return first


class Template:
    """A value put together from the cells of a row: '{First name} {Last name} | {Company}', the first that says
    something. It is read as a cell of the column that it stands in for, where there is one."""

    def __init__(self, text: str, sheet: Sheet, plan: Plan, to: Field) -> None:
        self._text = text
        self._at = {heading: at for at, heading in enumerate(sheet.headings)}
        self._empties = {c.heading: {"", *(word.casefold() for word in c.empties)} for c in plan.columns}
        column = plan.going_to(to.name) or Column("", to.name)
        self.cells = Cells(column, to, ZoneInfo(plan.zone), plan.source)
        for heading in PLACEHOLDER.findall(text):
            if heading not in self._at:
                raise Invalid(f"This file has no column {heading!r}; {to.label} cannot be made from it.")

    def text(self, cells: list[str]) -> str:
        """The value for a row; '' when none of its cells says anything."""
        return next(filter(None, (self._said(part, cells) for part in self._text.split(" | "))), "")

    def _said(self, text: str, cells: list[str]) -> str:
        said: list[str] = []

        def cell(match: Any) -> str:
            text = cells[self._at[match[1]]].strip()
            said.append("" if text.casefold() in self._empties[match[1]] else text)
            return said[-1]

        whole = " ".join(PLACEHOLDER.sub(cell, text).split())
        return whole.strip(" ,;-") if any(said) else ""


def _says_nothing(draft: Draft, name: str) -> bool:
    """Whether the row has nothing for a field so far; what was wrong or kept beside is something."""
    told = {name for name, *_ in (*draft.wrong, *draft.beside)}
    return name not in draft.values and name not in draft.named and name not in told


def _put(draft: Draft, name: str, cell: str, read: Read) -> None:
    state, value = read
    if state in (VALUE, NAMED) and name in draft.blank:
        draft.blank.remove(name)
    if state == VALUE:
        draft.values[name] = value
    elif state == SEVERAL:
        draft.values[name], heading = value
        if heading:  # else it was put together of columns that are kept themselves
            draft.kept[heading] = shown(cell)
            draft.several.append(heading)
    elif state == BLANK:
        draft.blank.append(name)
    elif state == NAMED:
        draft.named[name] = value
    elif state == LEFT:
        draft.beside.append((name, cell))
    else:
        draft.wrong.append((name, cell, value))


def _keep(draft: Draft, column: Column, cell: str, own_json: str) -> None:
    said = cell.strip()
    if not said or said.casefold() in {word.casefold() for word in column.empties}:
        return
    before = _kept_before(said) if column.heading == own_json else None
    if before is not None:
        draft.kept |= before
        return
    draft.kept[column.heading] = shown(cell)


def shown(cell: str) -> str:
    """A cell as it is kept beside a record: what no database or screen can hold is shown by its picture."""
    try:
        return clean_text(cell, many_lines=True) or cell.strip()
    except Invalid:
        return "".join(_picture(c) for c in cell.strip())


def _picture(c: str) -> str:
    if "\ud800" <= c <= "\udfff":
        return "\ufffd"
    if c in "\n\t" or unicodedata.category(c) != "Cc":
        return c
    return chr(0x2400 + ord(c)) if ord(c) < 0x20 else "\u2421" if c == "\x7f" else f"\\x{ord(c):02x}"


def _kept_before(said: str) -> dict[str, str] | None:
    """What an export wrote of the columns of an earlier file; None when it is something else."""
    try:
        kept = json.loads(said)
    except ValueError:
        return None
    if isinstance(kept, dict) and all(isinstance(value, str) for value in kept.values()):
        return kept
    return None


def says_same(field: Field, before: Any, after: Any) -> bool:
    """Whether a file says what is stored; a value put there by other ways may be spelled as no field would."""
    if before == after:
        return True
    if before is None or after is None or field.kind in (Kind.MEMBER, Kind.LINK):
        return False
    try:
        return bool(parse(field, to_text(field, before)) == after)
    except Invalid:
        return False
