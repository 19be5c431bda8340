"""Import from and export to files on this machine, for the command line: guesses, and choices laid over them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crm_data.errors import Invalid
from crm_data.store.amounts import NUMBERS, POINT
from crm_data.store.days import ANY, DATES
from crm_data.store.query import Query
from crm_data.store.records import Records
from crm_data.tables.fields import Field, Kind, inside
from crm_data.transfer import csv_in, csv_out, csv_read, keeping
from crm_data.transfer.csv_out import Form
from crm_data.transfer.formats import DECIMALS
from crm_data.transfer.hints import listed
from crm_data.transfer.lookup import MADE
from crm_data.transfer.mapping import BESIDE, fitted, guess, importable, shaped, targets
from crm_data.transfer.plan import CHANGED, By, Column, Plan, Unmatched
from crm_data.transfer.report import Report
from crm_data.transfer.rows import Progress
from crm_data.transfer.systems import known
from crm_data.transfer.workbook import read_file

# What the command line calls what becomes of names that nobody knows.
UNMATCHED = {
    Unmatched.EMPTY: "empty",
    Unmatched.REFUSE: "refuse",
    Unmatched.FORMER: "former",
    Unmatched.MAKE: "make",
}


@dataclass(frozen=True)
class Choices:
    """What the person says instead of the guesses; what is empty is guessed.

    `columns`: heading -> a field's name, 'id', 'imported' (keep) or '' (leave out). `key`: fields by name, or
    ('row',) for the whole row. `empty`: words that mean nothing. `fill`: field -> text for new records.
    `words`: (heading, word, what it means here). `newer`, `lookalikes`: see plan.
    `system`: see mapping.guess. `anew`: whatever was chosen for an earlier file with these headings.
    """

    mode: str = ""
    key: tuple[str, ...] = ()
    blanks: str = ""
    dates: str = ""
    numbers: str = ""
    unmatched: str = ""
    source: str = ""
    zone: str = "UTC"
    encoding: str | None = None
    delimiter: str | None = None
    top: int | None = None
    sheet: str | None = None
    empty: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    newer: str = ""
    lookalikes: str = ""
    words: tuple[tuple[str, str, str], ...] = ()
    system: str | None = None
    anew: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What an import from a file did. `notes`: how the file was read. `refused`: where refused rows are."""

    report: Report
    plan: Plan
    notes: tuple[str, ...]
    refused: Path | None


def import_file(
    records: Records,
    path: Path,
    choices: Choices | None = None,
    progress: Progress = csv_in.nobody_listens,
    act_id: str | None = None,
) -> Outcome:
    """Import a CSV file or a workbook; refused rows go to '<name>.refused.csv' beside it. Raises a CrmError."""
    choices = choices or Choices()
    try:
        with path.open("rb") as file:
            data = file.read(csv_read.MOST_BYTES + 1)
    except OSError as trouble:
        raise Invalid(f"The file {path} cannot be read ({trouble.strerror}). Check its name.") from None
    sheet = read_file(data, path.name, choices.encoding, choices.delimiter, choices.top, choices.sheet)
    plan = guess(sheet, records, choices.zone, choices.system)
    kept = None if choices.anew else keeping.kept(records, sheet, plan)
    plan = chosen(plan if kept is None else kept.plan, choices, sheet, records)
    plan = fitted(plan, sheet, records)
    notes = (
        *([] if kept is None else [f"{kept.sentence()} --anew goes by the file alone."]),
        *told(sheet, plan, records),
        *strange(csv_in.strangers(records, sheet, plan), plan, records, UNMATCHED),
    )
    if choices.dry_run:
        report = csv_in.rehearse(records, sheet, plan, progress)
        return Outcome(report, plan, notes, None)
    report = csv_in.commit(records, sheet, plan, progress, act_id)
    keeping.keep(records, sheet, plan)
    refused = None
    if report.refused:
        refused = path.with_name(f"{path.stem}.refused.csv")
        try:
            refused.write_bytes(report.refused_csv())
        except OSError:
            refused, notes = None, (*notes, f"The refused rows could not be written beside {path}.")
    return Outcome(report, plan, notes, refused)


def export_file(records: Records, path: Path, query: Query | None = None) -> int:
    """Write every record that the list means, as XLSX where the name ends so; returns how many bytes."""
    form = Form.XLSX if path.suffix.lower() == ".xlsx" else Form.CSV
    _, pieces = csv_out.export(records, query, form=form)
    return write_file(pieces, path)


def write_file(pieces: Iterable[bytes], path: Path) -> int:
    """Write a file piece by piece; returns how many bytes. It appears when it is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            size = sum(file.write(piece) for piece in pieces)
        part.replace(path)
    except OSError as trouble:
        part.unlink(missing_ok=True)
        raise Invalid(f"The file {path} cannot be written ({trouble.strerror}).") from None
    return size


def chosen(plan: Plan, choices: Choices, sheet: csv_read.Sheet, records: Records) -> Plan:
    """The plan with what the person said laid over the guesses."""
    fields, columns = importable(records), []
    for column in plan.columns:
        to = choices.columns.get(column.heading, column.to)
        empties = tuple(sorted({*column.empties, *choices.empty}))
        column = replace(column, empties=empties)
        if to != column.to:
            cells = {cell.strip() for cell in sheet.column(column.heading)} - {"", *empties}
            column = replace(column, to=to)
            column = shaped(column, fields[to], cells, records.name) if to in fields else column
        column = replace(
            column, dates=choices.dates or column.dates, numbers=choices.numbers or column.numbers
        )
        told = {word: meant for heading, word, meant in choices.words if heading == column.heading}
        column = replace(column, values={**column.values, **told})
        columns.append(_unmatched(column, choices.unmatched, fields))
    for heading in (*choices.columns, *(heading for heading, _, _ in choices.words)):
        plan.column(heading)  # raises for a heading that is not there
    key = () if choices.key == ("row",) else choices.key or plan.key
    return replace(
        plan,
        columns=tuple(columns),
        mode=choices.mode or plan.mode,
        key=key,
        blanks=choices.blanks or plan.blanks,
        fill={**plan.fill, **choices.fill},
        source=choices.source or plan.source,
        named=bool(choices.source) or plan.named,
        newer=choices.newer or plan.newer,
        lookalikes=choices.lookalikes or plan.lookalikes,
    )


def _unmatched(column: Column, unmatched: str, fields: Mapping[str, Field]) -> Column:
    """The choice for names that nobody knows, on the columns that it can be said of."""
    if not unmatched or not _may_be(Unmatched(unmatched), column, fields.get(column.to)):
        return column
    return replace(column, unmatched=unmatched)


def _may_be(unmatched: Unmatched, column: Column, to: Field | None) -> bool:
    """Whether what nobody knows in a column can become this."""
    if unmatched == Unmatched.FORMER:
        return to is not None and to.kind is Kind.MEMBER
    if unmatched == Unmatched.MAKE:
        return to is not None and to.to == MADE and column.by == By.NAME
    return True


def strange(
    unknown: Mapping[str, Mapping[str, int]], plan: Plan, records: Records, options: Mapping[Unmatched, str]
) -> list[str]:
    """A sentence for each column with words that mean nothing here: how many, which, and what can be chosen."""
    fields, found = importable(records), []
    for heading, words in unknown.items():
        column = plan.column(heading)
        to = fields[column.to]
        what = {Kind.CHOICE: f"{inside(to.label)}s", Kind.MEMBER: "colleagues"}.get(to.kind, f"{to.to}")
        rows = sum(words.values())
        said = f"{heading}: {len(words):,} of {rows:,} rows are no {what} here: {listed(words)}."
        if to.kind is Kind.CHOICE:
            called = dict(to.called)
            known = ", ".join(called.get(code, code) for code in to.choice_labels())
            found.append(f"{said} --word '{heading}=WORD=VALUE' says what one means: {known}.")
            continue
        each = [o for u, o in options.items() if u != column.unmatched and _may_be(u, column, to)]
        found.append(f"{said} Now: {column.unmatched}; --unmatched {' or '.join(each)} chooses otherwise.")
    return found


def told(sheet: csv_read.Sheet, plan: Plan, records: Records) -> tuple[str, ...]:
    """How a file was read, in sentences: what was guessed is never done in silence."""
    words, fields = targets(records), importable(records)
    sign = {"\t": "tab"}.get(sheet.delimiter, sheet.delimiter)
    letters = f"encoding {sheet.encoding}" + (f" (as in {sheet.sample})" if sheet.sample else "")
    read = f"sheet {sheet.sheet}" if sheet.sheets else f"{letters}, delimiter {sign}"
    notes = [f"{len(sheet.lines) + len(sheet.unread):,} rows, {read}."]
    if others := [name for name in sheet.sheets if name != sheet.sheet]:
        notes.append(f"Not read: sheet {', '.join(others)}. Choose one with --sheet.")
    if sheet.top > 1:
        notes.append(f"The headings stand in row {sheet.top}; what is above them was left out.")
    notes += _recognised(sheet, plan, records)
    for column in plan.columns:
        if column.to in BESIDE:
            notes.append(f"{column.heading}: {words[column.to].lower()}.")
        else:
            notes.append(f"{column.heading}: {words[column.to]}.")
        notes += [
            f"{column.heading}: {word!r} is read as {meant or 'nothing, and kept beside'}."
            for word, meant in column.values.items()
        ]
        notes += [f"{column.heading}: {said}" for said in _way(column, fields.get(column.to))]
        for word in set(column.maybe_empty) - set(column.empties):
            notes.append(f"{column.heading}: {word!r} was read as a word; it may mean empty.")
    for name, text in plan.fill.items():
        notes.append(f"{words[name]} of new records, where the file has none: {text}.")
    moments = [
        c for c in plan.columns if c.to == CHANGED or ((f := fields.get(c.to)) and f.kind is Kind.MOMENT)
    ]
    if moments:
        notes.append(f"Days and times that name no zone are read in {plan.zone}; --zone chooses another.")
    if "external_id" in plan.key or not plan.key:
        said = "as you said" if plan.named else "guessed from the file's name; --source says another"
        notes.append(f"The ids come from: {plan.source} ({said}).")
    key = " and ".join(words[name] for name in plan.key) or "the whole row"
    return (*notes, f"Records are found by: {key}.")


def _recognised(sheet: csv_read.Sheet, plan: Plan, records: Records) -> list[str]:
    """Which system's file it is taken for, and why; or for which list it would be one."""
    found = known.recognised(sheet.headings, records.name)
    if plan.system and found is not None and found.export.name == plan.system:
        because = " and ".join(found.because)
        return [f"Recognised as {plan.system} by {because}; --system chooses another, or none."]
    if plan.system:
        return [f"Read as {plan.system}, as you said."]
    other = known.elsewhere(sheet.headings, records.name)
    if other is None:
        return []
    return [
        f"It looks like {other.export.name} by {' and '.join(other.because)}: see --table {other.export.table}."
    ]


def _way(column: Column, field: Field | None) -> list[str]:
    """In which way a column's dates or numbers were read, where there is more than one."""
    if field is None:
        return []
    said = [column.unsure] if column.unsure else []
    if field.kind in (Kind.DAY, Kind.MOMENT) and column.dates != ANY:
        said.append(f"The dates were read {DATES[column.dates]}.")
    if field.kind in DECIMALS and (column.unsure or column.numbers != POINT):
        said.append(f"The numbers were read with {NUMBERS[column.numbers]}.")
    return [" ".join(said)] if said else []
