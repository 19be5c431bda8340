"""The choices for a file, kept for the company and offered when a file with the same headings comes again."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import CrmError, Invalid
from crm_data.rights import Act, demand
from crm_data.store import amounts, days
from crm_data.store.again import again
from crm_data.store.bulk import Bulk, reading
from crm_data.store.changes import Doing
from crm_data.store.days import ANY
from crm_data.store.locks import lock_company
from crm_data.store.records import Records
from crm_data.tables import KeptImport
from crm_data.tables.fields import Field, Kind
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.headings import refused_tail, squeezed
from crm_data.transfer.mapping import BESIDE, PLACEHOLDER, fitted, importable, shaped
from crm_data.transfer.plan import ID, KEEP, LEAVE, MARK, Column, Newer, Plan

log = logging.getLogger("foyer.transfer")


@dataclass(frozen=True)
class Kept:
    """The choices of an earlier file laid over what was guessed of this one.

    `file`, `at`: which file they were made for, and when it came in. `differs`: headings whose column is read
    otherwise than guessed.
    """

    plan: Plan
    file: str
    at: datetime
    differs: tuple[str, ...]

    def sentence(self) -> str:
        """What is taken from where."""
        what = f", for {', '.join(self.differs[:5])}" if self.differs else ""
        more = f" and {len(self.differs) - 5:,} others" if len(self.differs) > 5 else ""
        return f"The choices made for {self.file!r} on {self.at:%Y-%m-%d} are taken again{what}{more}."


def kept(records: Records, sheet: Sheet, plan: Plan) -> Kept | None:
    """The choices of the last file with these headings, or of the same system, where they are not the guess.

    `plan` is the guess. Needs the right to import.
    """
    demand(records.person, Act.IMPORT, records.name)
    if plan.going_to(MARK) is not None:
        return None  # an export of ours is read in one way
    same = KeptImport.headings == _digest(sheet)
    mine = same | (KeptImport.made_by == plan.system) if plan.system else same
    wanted = sa.select(KeptImport).where(KeptImport.list_name == records.name, mine)
    newest = wanted.order_by(sa.case((same, 0), else_=1), KeptImport.updated_at.desc(), KeptImport.id.desc())
    with reading(records) as bulk:
        row = bulk._session.scalars(newest.limit(1)).first()
        if row is None:
            return None
        file, at, whole = row.file_name, row.updated_at, row.headings == _digest(sheet)
        ids = {person.email: str(person.id) for person in bulk.colleagues()}
        said = dict(row.plan)
    try:
        old = _with_people(Plan.from_json(json.dumps(said)), records, ids)
        laid = fitted(_laid(old, plan, sheet, records, whole), sheet, records)
    except Invalid:
        return None  # made by another version, for columns that are no more
    differs = tuple(c.heading for c in laid.columns if _read(c) != _read(plan.column(c.heading)))
    return None if not differs and _rest(laid) == _rest(plan) else Kept(laid, file, at, differs)


def keep(records: Records, sheet: Sheet, plan: Plan) -> None:
    """Keep the choices of a file that came in. What cannot be kept is no reason to fail what was imported."""
    if plan.going_to(MARK) is not None:
        return
    try:
        _keep(records, sheet, fitted(plan, sheet, records))
    except CrmError as trouble:
        log.warning("the choices of an import were not kept: %s", type(trouble).__name__)


@again
def _keep(records: Records, sheet: Sheet, plan: Plan) -> None:
    demand(records.person, Act.IMPORT, records.name)
    with records._store.write(records._scope) as session:
        lock_company(session)  # two imports of one file come one after the other
        bulk = Bulk(records, session, Doing(records._scope.user_id), writes=True)
        emails = {str(person.id): person.email for person in bulk.colleagues()}
        here = (KeptImport.list_name == records.name, KeptImport.headings == _digest(sheet))
        row = session.scalars(sa.select(KeptImport).where(*here)).first()
        if row is None:
            row = KeptImport(list_name=records.name, headings=_digest(sheet))
            session.add(row)
        row.made_by, row.file_name, row.updated_at = plan.system or None, sheet.stem, clock.now()
        lasting = replace(plan, alike={})  # rows are of one file
        row.plan = json.loads(_with_people(lasting, records, emails).to_json())


def _digest(sheet: Sheet) -> str:
    """The file's headings as one word, whatever their order and case; without those of a file of refused rows."""
    ours = refused_tail(sheet.headings)
    said = sorted(squeezed(heading) or heading for heading in sheet.headings if heading not in ours)
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def _with_people(plan: Plan, records: Records, names: Mapping[str, str]) -> Plan:
    """The plan with each colleague named otherwise: by e-mail to be kept, by number to be used.

    Who is not known is left out, and so is a record that a word or a value for all means: its number is of this
    company, and of this day.
    """
    fields = importable(records)
    columns = []
    for column in plan.columns:
        field = fields.get(column.to)
        if field is not None and field.kind in (Kind.MEMBER, Kind.LINK):
            people = names if field.kind is Kind.MEMBER else {}
            values = {word: people.get(said, "") for word, said in column.values.items()}
            column = replace(column, values={w: v for w, v in values.items() if v or not column.values[w]})
        columns.append(column)
    fill = {}
    for name, said in plan.fill.items():
        kind = fields[name].kind if name in fields else None
        if kind in (Kind.MEMBER, Kind.LINK) and not PLACEHOLDER.search(said):
            said = names.get(said, "") if kind is Kind.MEMBER else ""
        if said:
            fill[name] = said
    return replace(plan, columns=tuple(columns), fill=fill)


def _laid(old: Plan, plan: Plan, sheet: Sheet, records: Records, whole: bool) -> Plan:
    """The earlier choices laid over the guess. `whole`: the headings are the same."""
    known = {squeezed(column.heading): column for column in old.columns}
    fields = importable(records)
    columns: list[Column] = []
    for fresh in plan.columns:
        column = known.get(squeezed(fresh.heading))
        if column is None or not (column.to in BESIDE or column.to in fields) or column.to in (ID, MARK):
            columns.append(fresh)
            continue
        columns.append(_column(column, fresh, sheet, records))
    chosen = {
        c.to for c, fresh in zip(columns, plan.columns, strict=True) if squeezed(fresh.heading) in known
    }
    columns = [
        replace(c, to=KEEP) if squeezed(c.heading) not in known and c.to in chosen - {KEEP, LEAVE} else c
        for c in columns
    ]
    made = replace(plan, columns=tuple(columns), mode=old.mode, blanks=old.blanks)
    headings = {squeezed(heading): heading for heading in sheet.headings}
    fill = {n: said for n, text in old.fill.items() if n in fields and (said := _here(text, headings))}
    missing = plan.fill if not whole else {n: said for n, said in plan.fill.items() if n in _links(records)}
    made = replace(made, fill={**missing, **fill}, newer=Newer.LEAVE)
    if whole:
        made = replace(made, system=old.system)
    if old.named:
        made = replace(made, source=old.source, named=True)
    usable = all(made.going_to(n) is not None or PLACEHOLDER.search(made.fill.get(n, "")) for n in old.key)
    return replace(made, key=old.key) if usable else made


def _column(column: Column, fresh: Column, sheet: Sheet, records: Records) -> Column:
    """One column as it was read the last time, unless this file's own cells cannot be read so."""
    field, cells = importable(records).get(column.to), _cells(sheet, fresh, column)
    if field is not None and column.to != fresh.to:
        fresh = shaped(replace(fresh, to=column.to), field, cells, records.name)
    dates = all(days.sure(cell) or column.dates in days.orders(cell) for cell in cells if days.orders(cell))
    numbers = all(column.numbers in found for cell in cells if (found := amounts.readings(cell)))
    return replace(
        column,
        heading=fresh.heading,
        dates=column.dates if dates and column.dates != ANY else fresh.dates,
        numbers=column.numbers if numbers else fresh.numbers,
        values={**fresh.values, **_words_of(column, field)},
        maybe_empty=fresh.maybe_empty,
        unsure=fresh.unsure if not (dates and numbers) else "",
    )


def _words_of(column: Column, field: Field | None) -> Mapping[str, str]:
    """What words meant the last time. Whether numbers are parts of one is for each file to say."""
    if field is None or field.kind is not Kind.WHOLE:
        return column.values
    return {word: meant for word, meant in column.values.items() if not meant.endswith("%")}


def _cells(sheet: Sheet, fresh: Column, column: Column) -> set[str]:
    """What the cells of a column say, without words for nothing."""
    nothing = {"", *fresh.maybe_empty, *column.empties}
    return {cell for text in sheet.column(fresh.heading) if (cell := text.strip()) not in nothing}


def _here(text: str, headings: Mapping[str, str]) -> str:
    """A text for new records with the headings as this file writes them; '' where it has one of them not."""
    if any(squeezed(heading) not in headings for heading in PLACEHOLDER.findall(text)):
        return ""
    return PLACEHOLDER.sub(lambda found: f"{{{headings[squeezed(found[1])]}}}", text)


def _links(records: Records) -> set[str]:
    return {name for name, field in records.fields.items() if field.kind in (Kind.LINK, Kind.MEMBER)}


def _read(column: Column) -> Any:
    return replace(column, maybe_empty=(), unsure="")


def _rest(plan: Plan) -> Any:
    return plan.mode, set(plan.key), plan.blanks, dict(plan.fill), plan.source if plan.named else ""
