"""The rows of a rehearsal: searched by kind and text, and those that are refused put right on the spot."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import streamlit as st

from crm_data import Kind, Records, Workspace, words
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.mapping import importable
from crm_data.transfer.mended import Mended
from crm_data.transfer.plan import Plan
from crm_data.transfer.report import Changed, Refusal, Report
from dashboard.components import grid
from dashboard.parts import say

_SHOWN = 50
_LONGEST = 1_000  # letters of one value; the list holds all rows that are looked through
_AT_ONCE = 5  # rows that are put right together; each has as many fields as it has wrong cells
_ADD, _CHANGE, _LEFT, _REFUSED = "To add", "To change", "Unchanged", "Refused"


def mended_cells(place: str) -> dict[int, dict[str, str]]:
    """What the person has put right in this file so far."""
    found: dict[int, dict[str, str]] = st.session_state.get(f"{place}.mended") or {}
    return found


def rows_of(my: Workspace, records: Records, sheet: Sheet, plan: Plan, report: Report, place: str) -> None:
    """Every row of the file by what becomes of it, with a search over its cells, values and reasons."""
    counts = {
        _ADD: report.created,
        _CHANGE: report.updated,
        _LEFT: report.unchanged,
        _REFUSED: len(report.refused),
    }
    kinds = [kind for kind, count in counts.items() if count]
    if not kinds:
        return
    # What is wrong is to be seen without looking for it.
    with st.expander("Row by row", expanded=bool(report.refused)):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            key, first = f"{place}.rows.kind", _REFUSED if report.refused else kinds[0]
            if st.session_state.get(key) not in kinds:
                st.session_state[key] = first  # what was looked at is no more, or nothing was yet
            named = {kind: f"{kind} ({count:,})" for kind, count in counts.items()}
            kind = st.segmented_control("Rows", kinds, format_func=named.__getitem__, key=key) or first
            said = st.text_input(
                "Search these rows", key=f"{place}.rows.search", placeholder="Any word in them"
            )
        lines = _lines(my, kind, records, sheet, plan, report)
        wanted = [line for line in lines if _has(line, said)]
        if not wanted:
            st.caption("No row here says that.")
            return
        shown = [{h: v for h, v in line.items() if h != _AT} for line in wanted[:_SHOWN]]
        grid.table(f"{place}.rows.list", f"{kind}: what would happen", shown)
        if len(wanted) > _SHOWN:
            st.caption(f"The first {_SHOWN} of {len(wanted):,}. Search to see others.")
        if kind == _CHANGE and report.updated and len({c.row for c in report.changes}) < report.updated:
            st.caption("The changes of the first rows are listed; there are more.")
        if (kind) == _REFUSED:
            put_right(sheet, [line[_AT] for line in wanted], place)


_AT = "\0refusal"


def _lines(
    my: Workspace, kind: str, records: Records, sheet: Sheet, plan: Plan, report: Report
) -> list[dict[str, Any]]:
    if kind == _CHANGE:
        return changed_lines(my, records, report.changes, report.names)
    if kind == _REFUSED:
        return [
            {
                "Row": refusal.row,
                "Reason": refusal.reason,
                "The row begins": ", ".join(cell for cell in refusal.cells[:3] if cell)[:80],
                _AT: refusal,
            }
            for refusal in report.refused
        ]
    wanted = set(report.adding if kind == _ADD else report.left)
    fields = importable(records)
    taken = [(at, c.heading) for at, c in enumerate(plan.columns) if c.to in fields][:6] or [
        (0, sheet.headings[0])
    ]
    return [
        {
            "Row": line.number,
            **({"Record": report.meant.get(line.number, "")} if kind == _LEFT and report.meant else {}),
            **{heading: line.cells[at][:80] for at, heading in taken},
        }
        for line in sheet.lines
        if line.number in wanted
    ]


def changed_lines(
    my: Workspace, records: Records, changes: Iterable[Changed], names: Mapping[str, Mapping[int, str]]
) -> list[dict[str, Any]]:
    """Field by field what stands here and what the file makes of it, in words.

    What is kept beside a record is a line for each heading of the file.
    """
    lines = []
    for change in changes:
        head, row = {"Record": change.title}, {"Row": change.row}  # a card shows what stands first
        field = records.fields.get(change.field)
        if field is None:  # what follows from a value, in a column that nobody fills in
            lines.append({**head, "Field": words(change.field), **_then(change.before, change.after), **row})
            continue
        if field.kind is Kind.JSON:
            was, now = (held or {} for held in (change.before, change.after))
            lines += [
                {
                    **head,
                    "Field": f"{heading} (kept beside)",
                    **_then(was.get(heading), now.get(heading)),
                    **row,
                }
                for heading in {**was, **now}
                if was.get(heading) != now.get(heading)
            ]
            continue
        before, after = (
            say.value(field, value, names.get(field.name), currency or my.scope.currency)
            for value, currency in zip((change.before, change.after), change.currencies, strict=True)
        )
        lines.append({**head, "Field": field.label, **_then(before, after), **row})
    return lines


def _then(before: Any, after: Any) -> dict[str, str]:
    return {"Now": _shown(before), "Then": _shown(after)}


def _shown(value: Any) -> str:
    said = say.NONE if say.holds_nothing(value) else " ".join(str(value).split())
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _has(line: Mapping[str, Any], said: str) -> bool:
    """Whether a line says a text, whatever its case; of a refused row its cells count as well."""
    wanted = " ".join(said.split()).casefold()
    return not wanted or any(wanted in text.casefold() for text in _texts(line))


def _texts(line: Mapping[str, Any]) -> Iterator[str]:
    for heading, value in line.items():
        yield from value.cells if heading == _AT else [str(value)]


def put_right(sheet: Sheet, refused: list[Refusal], place: str) -> None:
    """The wrong cells of refused rows, each with its reason, to be written anew and tried again."""
    able = [refusal for refusal in refused if refusal.at]
    if not able:
        st.caption("These rows cannot be read as rows. Mend them in the file.")
        return
    st.markdown("**Put right here**")
    at = {heading: place_ for place_, heading in enumerate(sheet.headings)}
    keys: dict[tuple[int, str], str] = {}
    for refusal in able[:_AT_ONCE]:
        before = ""
        for column, (heading, why) in enumerate(refusal.at.items()):
            key = f"{place}.mend.{refusal.row}.{heading}"
            keys[refusal.row, heading] = key
            with st.container(gap=None):
                row = f"Row {refusal.row:,}, " if not column else f"Row {refusal.row:,}, also "
                st.text_input(f"{row}{say.plain(heading)}", refusal.cells[at[heading]], key=key)
                if why != before:  # said once for the parts of one name
                    st.caption(say.plain(why))
            before = why
    with st.container(horizontal=True, vertical_alignment="center"):
        told = (place, keys, sheet)
        st.button(
            "Try again with these", key=f"{place}.mend", icon=":material/rule:", on_click=_mend, args=told
        )
        if len(able) > _AT_ONCE:
            st.caption(f"{_AT_ONCE} of {len(able):,} rows at a time; search for others.")


def _mend(place: str, keys: Mapping[tuple[int, str], str], sheet: Sheet) -> None:
    """From a callback: what was written anew stands from now on in place of the file's cells."""
    found: dict[int, dict[str, str]] = {row: dict(said) for row, said in mended_cells(place).items()}
    at = {heading: place_ for place_, heading in enumerate(sheet.headings)}
    lines = {line.number: line.cells for line in sheet.lines}
    for (row, heading), key in keys.items():
        said = st.session_state.get(key)
        if isinstance(said, str) and row in lines and said != lines[row][at[heading]]:
            found.setdefault(row, {})[heading] = said
    st.session_state[f"{place}.mended"] = found


def told_of(cells: Mended) -> str:
    """How many rows were put right."""
    rows = sum(bool(said) for said in cells.values())
    return f"{say.count(rows, 'row')} put right here. The file itself stays as it is."
