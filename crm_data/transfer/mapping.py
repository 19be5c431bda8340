"""Columns of a file matched with fields: guessed from headings and cells, and checked before use. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from crm_data.errors import Invalid
from crm_data.store import amounts
from crm_data.store.amounts import NoNumber
from crm_data.store.records import Records
from crm_data.store.values import parse, to_text
from crm_data.tables.fields import Field, Kind
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.formats import DECIMALS, EMPTY_WORDS, guess_dates, guess_numbers
from crm_data.transfer.headings import (
    DEFAULTS,
    FIRMS,
    FIRST,
    IGNORED,
    LAST,
    OWN_ID,
    REFUSED,
    own_columns,
    refused_tail,
    squeezed,
)
from crm_data.transfer.marks import MARKED, mark_in, mark_of
from crm_data.transfer.meanings import WORDS
from crm_data.transfer.meant import assigned
from crm_data.transfer.plan import CHANGED, ID, KEEP, LEAVE, MARK, By, Column, Plan, Unmatched
from crm_data.transfer.systems import known
from crm_data.transfer.systems.export import OR, Export

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
# Where a title alone says which record is meant. Two deals or tasks may well share one.
_TITLE_IS_KEY = ("customers", "leads")
_LAST_CHANGED = re.compile(r"(last|date)?(changed|updated?|modified)(at|on|date|time)?")
_BEFORE = re.compile(r"^\s*(?:[#(]?\d{1,3}%?\s*[.):\-–]\s*|\d{1,3}\s+)")
_BEHIND = re.compile(r"\s*\([^()]*\)\s*$")
# Targets that are no field: what a column may say beside the record's own values.
BESIDE = (KEEP, LEAVE, ID, MARK, CHANGED)
_THINGS = ("product", "productname", "item", "service")


def importable(records: Records) -> dict[str, Field]:
    """The fields that a file may fill."""
    return {n: f for n, f in records.fields.items() if f.imports and f.kind is not Kind.JSON}


def targets(records: Records) -> dict[str, str]:
    """Where a column may go -> words for it, for a choice on the screen."""
    offered = {name: field.label for name, field in importable(records).items()}
    beside = {KEEP: "Keep beside the record", LEAVE: "Leave out"}
    about = {
        ID: "Id, to find the record",
        MARK: "The mark that says of which company the ids are",
        CHANGED: "When it was changed there, to compare",
    }
    return {**beside, **about, **offered}


def needed(sheet: Sheet, plan: Plan, records: Records) -> list[Field]:
    """The fields that every new record needs and the file does not always fill: to be asked once.

    A name is asked for only where no column holds it: one for all would make rows alike that are not.
    """
    found = []
    for name, field in importable(records).items():
        column = plan.going_to(name)
        if field.required and (column is None or (name != records.title and _has_gaps(sheet, column))):
            found.append(field)
    return found


def _has_gaps(sheet: Sheet, column: Column) -> bool:
    """Whether some row has nothing in a column, as the plan reads it."""
    empty = {"", *(word.casefold() for word in column.empties)}
    if column.unmatched == Unmatched.EMPTY or "" in column.values.values():
        return True
    return any(cell.strip().casefold() in empty for cell in sheet.column(column.heading))


def guess(sheet: Sheet, records: Records, zone: str = "UTC", system: str | None = None) -> Plan:
    """A first plan for a file, to be shown and changed.

    `system`: the name of the file that another system makes, as `systems.known` has it; '' for none of them. It is
    told by the headings when it is not given. Raises Invalid for a name that is none.
    """
    own = here = _is_own_export(sheet, records)
    if own:
        at = sheet.headings.index(MARKED)
        marks = {mark.company for line in sheet.lines if (mark := mark_in(line.cells[at]))}
        here = marks <= {mark_of(records)}
        return _planned(sheet, records, zone, _own_targets(sheet, records, here), own, here)
    export = _export(sheet, records, system)
    if export is None:
        return _planned(sheet, records, zone, _targets(sheet, records))
    found = known.taken(export, records.title, importable(records), sheet.headings, _empty(sheet))
    plan = _planned(sheet, records, zone, _targets(sheet, records, found))
    gaps = {n: _enough(sheet, said) for n, said in found.gaps.items() if _needs(sheet, plan, n)}
    # What the system is known by wins over what the cells suggest.
    fill = {**plan.fill, **{n: v for n, v in export.fill.items() if plan.going_to(n) is None}, **gaps}
    return replace(plan, fill=fill, source=export.ids, system=export.name)


def _export(sheet: Sheet, records: Records, system: str | None) -> Export | None:
    """The file of another system that this is said to be, or seems to be."""
    if system:
        return known.named(system, records.name)
    found = known.recognised(sheet.headings, records.name) if system is None else None
    return found.export if found else None


def _enough(sheet: Sheet, text: str) -> str:
    """The first of the ways to fill a gap, as many as it takes until every row has one."""
    ways, left = text.split(OR), sheet.lines
    for count, way in enumerate(ways, start=1):
        at = [sheet.headings.index(heading) for heading in PLACEHOLDER.findall(way)]
        left = [line for line in left if not any(line.cells[n].strip() for n in at)]
        if not left:
            return OR.join(ways[:count])
    return text


def _needs(sheet: Sheet, plan: Plan, name: str) -> bool:
    """Whether some row has nothing for a field."""
    column = plan.going_to(name)
    return column is None or _has_gaps(sheet, column)


def _planned(
    sheet: Sheet,
    records: Records,
    zone: str,
    chosen: Mapping[str, str],
    own: bool = False,
    here: bool = False,
) -> Plan:
    """The plan once it is known where the columns go. `own`: it is an export of ours, `here`: of this company."""
    columns = tuple(_column(sheet, heading, chosen[heading], records) for heading in sheet.headings)
    if own:
        columns = tuple(replace(c, by=By.ID) if c.heading.endswith(" id") else c for c in columns)
    plan = Plan(columns, source=sheet.origin, zone=zone)
    plan = replace(plan, fill={} if here else _fill(sheet, plan, records))
    return replace(plan, key=(ID,) if own else _key(sheet, plan, records))


def fitted(plan: Plan, sheet: Sheet, records: Records) -> Plan:
    """The plan with a column for each of the file's, in its order. Raises Invalid where it cannot be used."""
    plan.check()
    for column in plan.columns:
        if column.heading not in sheet.headings:
            raise Invalid(f"This file has no column {column.heading!r}. Match the columns once more.")
    known = {column.heading: column for column in plan.columns}
    plan = replace(plan, columns=tuple(known.get(h) or Column(h) for h in sheet.headings))
    offered, fields = targets(records), importable(records)
    taken: dict[str, str] = {}
    for column in plan.columns:
        if column.to not in offered:
            raise Invalid(f"The column {column.heading!r} cannot go there. Choose a field from the list.")
        if column.to not in (KEEP, LEAVE) and column.to in taken:
            raise Invalid(
                f"The columns {taken[column.to]!r} and {column.heading!r} both go to {offered[column.to]}."
                " Choose one of them."
            )
        taken[column.to] = column.heading
    for name in plan.fill:
        if name not in fields:
            raise Invalid("Only fields that a file may fill can be given a value for new records.")
    for name in plan.key:
        if name not in taken and not PLACEHOLDER.search(plan.fill.get(name, "")):
            raise Invalid("The key must be one of the columns that are matched with a field.")
        if name != ID and name in BESIDE:
            raise Invalid("The key must be one of the columns that are matched with a field.")
    if ID in taken and MARK not in taken:
        raise Invalid(
            f"The ids of this file cannot be those of this company: there is no column {MARKED} beside them, as an"
            f" export of this company has. Match {taken[ID]!r} with External id."
        )
    return plan


def _is_own_export(sheet: Sheet, records: Records) -> bool:
    """Whether Foyer wrote it: the id and its mark, and most of the other headings ours as well."""
    return MARKED in sheet.headings and _mostly_ours(sheet, records)


def unmarked_export(sheet: Sheet, records: Records) -> bool:
    """Whether it looks as if Foyer wrote it, but for the mark: an old export, or one without that column."""
    several = len(sheet.headings) >= len(own_columns(records)) // 2
    return MARKED not in sheet.headings and several and _mostly_ours(sheet, records)


def _mostly_ours(sheet: Sheet, records: Records) -> bool:
    ours = {own.heading for own in own_columns(records)}
    others = [h for h in sheet.headings if h not in (OWN_ID, MARKED, *REFUSED)]
    return OWN_ID in sheet.headings and 2 * sum(h in ours for h in others) >= len(others)


def _own_targets(sheet: Sheet, records: Records, here: bool) -> dict[str, str]:
    """Where the columns of an export go. `here`: all of its rows are of this company, and so are all ids."""
    fields = importable(records)
    chosen = {h: LEAVE if squeezed(h) in IGNORED else KEEP for h in sheet.headings}
    for own in own_columns(records):
        field, heading = own.field, own.heading
        if field.kind is Kind.JSON or heading not in sheet.headings:
            continue
        # A colleague's number means nobody elsewhere; the name may.
        better = {"name": f"{field.label} id", "id": field.label}.get(own.part, "")
        other = better in sheet.headings and (own.part == "name") == (here or field.kind is Kind.LINK)
        if not here and field.name in ("external_id", "external_system"):
            chosen[heading] = KEEP  # the row's own id takes their place
        elif other or field.name not in fields:
            chosen[heading] = LEAVE
        else:
            chosen[heading] = field.name
    chosen |= {OWN_ID: ID, MARKED: MARK} | dict.fromkeys(refused_tail(sheet.headings), LEAVE)
    changed = records.fields["updated_at"].label
    return chosen | ({changed: CHANGED} if changed in sheet.headings else {})


def _targets(sheet: Sheet, records: Records, found: known.Taken | None = None) -> dict[str, str]:
    """Where columns go as their headings suggest. `found`: what is known of some of them."""
    empty = _empty(sheet)
    persons = bool(_names_of_persons(sheet) - empty)
    chosen = {h: LEAVE if squeezed(h) in IGNORED or _counts_rows(sheet, h) else KEEP for h in sheet.headings}
    fields, headings = importable(records), sheet.headings
    if found is not None:
        settled = {*found.fields, *found.beside}
        headings = tuple(heading for heading in headings if heading not in settled)
        filled = {*found.fields.values(), *found.gaps}
        fields = {name: field for name, field in fields.items() if name not in filled}
        chosen |= {**dict.fromkeys(found.beside, KEEP), **found.fields}
    chosen |= assigned(records.name, records.title, fields, headings, empty, persons)
    chosen |= dict.fromkeys(refused_tail(sheet.headings), LEAVE)
    for heading in sheet.headings:
        if (
            chosen[heading] == KEEP
            and _LAST_CHANGED.fullmatch(squeezed(heading))
            and CHANGED not in chosen.values()
        ):
            chosen[heading] = CHANGED
    return chosen


def _empty(sheet: Sheet) -> set[str]:
    """The headings of columns that say nothing."""
    return {heading for heading in sheet.headings if not any(map(str.strip, sheet.column(heading)))}


def _names_of_persons(sheet: Sheet) -> set[str]:
    """The headings of first and last names."""
    return {heading for heading in sheet.headings if squeezed(heading) in FIRST | LAST}


def _counts_rows(sheet: Sheet, heading: str) -> bool:
    """Whether a column without a heading of its own only numbers the rows."""
    if heading not in sheet.nameless:
        return False
    cells = [cell.strip() for cell in sheet.column(heading)]
    return not any(cells) or any(cells == [str(n + first) for n in range(len(cells))] for first in (0, 1))


def _column(sheet: Sheet, heading: str, to: str, records: Records) -> Column:
    cells = {cell.strip() for cell in sheet.column(heading)} - {""}
    odd = tuple(sorted(cell for cell in cells if cell.casefold() in EMPTY_WORDS))
    column = Column(heading, to, maybe_empty=odd)
    field = records.fields["updated_at"] if to == CHANGED else importable(records).get(to)
    return column if field is None else shaped(column, field, cells - set(odd), records.name)


def shaped(column: Column, field: Field, cells: Collection[str], table: str) -> Column:
    """The column with its formats and words guessed anew for the field that it goes to now."""
    if field.kind in (Kind.DAY, Kind.MOMENT):
        style, sure = guess_dates(cells)
        unsure = "" if sure else "The order of day, month and year in these dates is not sure."
        return replace(column, dates=style, unsure=unsure)
    if field.kind in DECIMALS:
        style, sure = guess_numbers(cells, DECIMALS[field.kind])
        column = replace(
            column, numbers=style, unsure="" if sure else "These numbers can be read in two ways."
        )
        return replace(column, values=_hundredths(cells)) if field.high == 100 else column
    if field.kind is Kind.CHOICE:
        return replace(column, values=_known_words(field, cells, table))
    if field.kind is Kind.LINK:
        by = By.EXTERNAL if squeezed(column.heading).endswith("id") else By.NAME
        return replace(column, by=by, unmatched=_unmatched(field))
    if field.kind is Kind.MEMBER:
        return replace(
            column, by=By.NAME, unmatched=_unmatched(field)
        )  # a number of ours only where a mark says so
    return column


def _unmatched(field: Field) -> Unmatched:
    """Only what the table demands refuses a row."""
    return Unmatched.REFUSE if field.required else Unmatched.EMPTY


def _hundredths(cells: Collection[str]) -> Mapping[str, str]:
    """What parts of one mean among percentages: 0.5 is 50 %, and 1 beside it is 100 %.

    Only where no cell says more than one and one says less: else 1 is one of a hundred.
    """
    try:
        said = {cell: amounts.number(cell) for cell in cells}
    except NoNumber:
        return {}
    odd = any(n.percent or n.twofold or not 0 <= n.value <= 1 for n in said.values())
    if odd or all(n.value in (0, 1) for n in said.values()):
        return {}
    hundredths = {cell: said[cell].value * 100 for cell in sorted(said)}
    return {cell: f"{int(n)} %" for cell, n in hundredths.items() if n == n.to_integral_value()}


def _known_words(field: Field, cells: Collection[str], table: str) -> Mapping[str, str]:
    """What words of a file mean here: 'Closed Won (Sales Pipeline)', '3. Proposal' and 'Not started' as well."""
    words = WORDS.get((table, field.name), {})
    found = {}
    for cell in cells:
        if _choice(field, cell) is not None:
            continue
        for said in (cell, _bare(cell)):
            meant = words.get(squeezed(said)) or _choice(field, said)
            if meant is not None:
                found[cell] = meant
                break
    return dict(sorted(found.items()))


def _choice(field: Field, cell: str) -> str | None:
    """The coded value that a word names, or None."""
    try:
        return str(parse(field, cell))
    except Invalid:
        return None


def _bare(word: str) -> str:
    """A word without the number before it and what stands in brackets behind: '1. New (Sales)' -> 'New'."""
    return _BEHIND.sub("", _BEFORE.sub("", word)).strip()


def _fill(sheet: Sheet, plan: Plan, records: Records) -> dict[str, str]:
    """What new records get where the file has nothing: all of it shown, none of it hidden."""
    fill: dict[str, str] = {}
    title = plan.going_to(records.title)
    if title is None:
        made_up = _made_up_title(sheet, plan)
        fill |= {records.title: made_up} if made_up else {}
    elif plan.going_to("customer_type") is None and squeezed(title.heading) in FIRMS:
        fill |= {"customer_type": "business"} if records.name == "customers" else {}
    offered = {**DEFAULTS.get(records.name, {}), **records.new_values()}
    for name, field in importable(records).items():
        asked = field.required or name in DEFAULTS.get(records.name, {})
        column = plan.going_to(name)
        full = column is not None and not _has_gaps(sheet, column)
        if asked and not full and name not in fill and offered.get(name) not in (None, ""):
            fill[name] = (
                to_text(field, offered[name]) if not isinstance(offered[name], str) else offered[name]
            )
    return fill


def _made_up_title(sheet: Sheet, plan: Plan) -> str:
    """A name put together from what a row has: a person's two names, or what is sold and to whom."""

    def first(names: Collection[str]) -> str | None:
        return next((heading for heading in sheet.headings if squeezed(heading) in names), None)

    given, family, thing = first(FIRST), first(LAST), first(_THINGS)
    customer = plan.going_to("customer_id")
    names = [heading for heading in (given, family) if heading]
    if names:
        return _or_firm(" ".join(f"{{{heading}}}" for heading in names), names, sheet, plan)
    return f"{{{thing}}}, {{{customer.heading}}}" if thing and customer else ""


def _or_firm(name: str, parts: Collection[str], sheet: Sheet, plan: Plan) -> str:
    """The name of a person; where some row has none, that of the firm or the address of the row instead."""
    columns = [sheet.column(heading) for heading in parts]
    if all(any(map(str.strip, cells)) for cells in zip(*columns, strict=True)):
        return name
    others = [column for field in ("company_name", "email") if (column := plan.going_to(field))]
    return " | ".join([name, *(f"{{{column.heading}}}" for column in others)])


def _key(sheet: Sheet, plan: Plan, records: Records) -> tuple[str, ...]:
    """The first field that is filled in every row, differently in each; none when there is no such field."""
    names = ["external_id", "customer_code", "email"]
    if records.name in _TITLE_IS_KEY:
        names.append(records.title)
    for name in names:
        column = plan.going_to(name)
        if column is not None:
            cells = [" ".join(cell.split()).casefold() for cell in sheet.column(column.heading)]
            if all(cells) and len(set(cells)) == len(cells):
                return (name,)
    return ()
