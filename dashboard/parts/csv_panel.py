"""Files in on the screen: the import in one dialog: file, columns, check, import."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_data import CrmError, Records, Workspace, new_act, words
from crm_data.tables import noun
from crm_data.transfer.csv_read import DELIMITERS, Sheet
from crm_data.transfer.letters import ENCODINGS, Undecided
from crm_data.transfer.mended import mended
from crm_data.transfer.plan import Newer, Plan
from crm_data.transfer.report import Report
from dashboard.components import grid
from dashboard.parts import csv_alike, csv_run, say
from dashboard.parts.acts import forget_refusal, show_refusal
from dashboard.parts.csv_mapping import MappingStep
from dashboard.parts.csv_rows import changed_lines, mended_cells, rows_of, told_of
from dashboard.parts.csv_system import forget_choices, kept_told, system_choice, system_told
from dashboard.parts.dialog import dialog
from dashboard.parts.undo import did
from dashboard.web import csv_files

_CHECKED_AT_ONCE = 5_000  # rows; a longer file is checked on request
_SHOWN = 50
_DELIMITER_NAMES = {
    ",": "Comma",
    ";": "Semicolon",
    "\t": "Tab",
    "|": "Vertical bar",
    "^": "Caret",
    "~": "Tilde",
    "¦": "Broken bar",
    "\x1f": "Unit separator",
}


def import_panel(my: Workspace, records: Records) -> None:
    """The button, and the dialog while it is open."""
    place = f"{records.name}.import"
    st.button("Import", key=f"{place}.open", icon=":material/upload:", on_click=open_import, args=(place,))
    if import_is_open(records):

        @dialog(my, f"Import {records.name}", lambda: _dismiss(my, records, place), "large")
        def show() -> None:
            _Import(my, records, place).draw()

        show()


def import_is_open(records: Records) -> bool:
    """Whether the dialog is."""
    return st.session_state.get(f"{records.name}.import.state") == "open"


def open_import(place: str) -> None:
    """From a callback: begin an import; `place` is the table's name and 'import'."""
    _close(place)
    st.session_state[f"{place}.state"] = "open"
    st.session_state[f"{place}.act"] = new_act()


def _close(place: str) -> None:
    """Forget the file and all that was chosen for it."""
    for key in [key for key in st.session_state if str(key).startswith(f"{place}.")]:
        if key != f"{place}.open":
            del st.session_state[key]


def _dismiss(my: Workspace, records: Records, place: str) -> None:
    """From a callback: the person has closed it, perhaps amid an import."""
    run = csv_run.dismissed(place)
    _close(place)
    if run is not None and run.report is not None:
        _tell(my, records, run.report, run.act)


def _tell(my: Workspace, records: Records, report: Report, act: str) -> None:
    did(my, f"{words(records.name)}: {report.sentence()}", act, icon="upload")


@dataclass(frozen=True)
class _Import:
    """The dialog of one import; its state lives under `place`."""

    my: Workspace
    records: Records
    place: str

    def draw(self) -> None:
        """The steps one below the other; each appears when the one before it is done."""
        if f"{self.place}.report" in st.session_state:
            self._done(st.session_state[f"{self.place}.report"])
            return
        run = csv_run.begun(self.place)
        if run is not None and run.report is not None:  # a click gave way to before its end was drawn
            self._written(run, run.report)
        sheet = self._sheet()
        if sheet is None:
            return
        guessed: Plan = st.session_state[f"{self.place}.plan"]
        cells = mended_cells(self.place)
        sheet = mended(sheet, cells)
        # What would happen stands above the choices: where the guesses are right, nothing need be scrolled to.
        outcome = st.container()
        plan = MappingStep(self.my, self.records, sheet, self.place).draw(guessed)
        with outcome:
            report = self._check(sheet, plan, repr(cells))
            if report is not None:
                self._result(sheet, plan, report)

    def _sheet(self) -> Sheet | None:
        """The file that was chosen, read once for each way to read it."""
        file = st.file_uploader(
            "CSV file or workbook",
            type=["csv", "tsv", "txt", "xlsx", "xls", "ods"],
            key=f"{self.place}.file",
            max_upload_size=20,
            help="Up to 20 MB and 100,000 rows, with headings in the first row.",
        )
        if file is None:
            return None
        ways = st.container(gap="small")
        known: tuple[object, Sheet] | None = st.session_state.get(f"{self.place}.sheet")
        letters = f"{self.place}.letters.{file.file_id}"
        encoding = st.session_state.get(f"{self.place}.encoding") or st.session_state.get(letters)
        delimiter = st.session_state.get(f"{self.place}.delimiter")
        top = st.session_state.get(f"{self.place}.top")
        leaf = f"{self.place}.leaf.{file.file_id}"
        chosen = st.session_state.get(leaf)
        made_by = f"{self.place}.made_by.{file.file_id}"
        system = st.session_state.get(f"{made_by}.said")
        anew = bool(st.session_state.get(f"{made_by}.anew"))
        version = (file.file_id, encoding, delimiter, top, chosen, system, anew)
        if known is None or known[0] != version:
            try:
                sheet = self.my.read_file(file.getvalue(), file.name, encoding, delimiter, top, chosen)
                plan = self.my.guess(sheet, self.records, str(say.zone()), system)
                alone = anew or system is not None
                kept = None if alone else self.my.kept_import(self.records, sheet, plan)
            except Undecided as asked:
                self._ask_letters(asked, letters)
                return None
            except CrmError as refused:
                st.error(say.plain(str(refused)), icon=":material/error:")
                self._ways(ways, None, leaf, made_by)
                return None
            if known is not None:  # another file, or the same one read otherwise: nothing was chosen for it
                forget_choices(self.place)
            known = (version, sheet)
            st.session_state[f"{self.place}.sheet"] = known
            st.session_state[f"{self.place}.plan"] = plan if kept is None else kept.plan
            st.session_state[f"{self.place}.kept"] = kept
            st.session_state[f"{self.place}.act"] = new_act()
            forget_refusal(self.place)
        self._ways(ways, known[1], leaf, made_by)
        return known[1]

    def _ask_letters(self, asked: Undecided, key: str) -> None:
        """The file's words as each encoding reads them. Nothing goes on before one is chosen."""
        samples = {choice.encoding: choice.sample for choice in asked.choices}
        others = [name for name in ENCODINGS if name not in samples]
        st.radio(
            "In which of these are its letters right?",
            list(samples),
            index=None,
            format_func=lambda name: say.plain(f"{samples[name]} – {ENCODINGS[name]}"),
            key=key,
        )
        st.selectbox(
            "None of them",
            others,
            index=None,
            format_func=ENCODINGS.__getitem__,
            placeholder="Another encoding",
            key=f"{self.place}.encoding",
        )

    def _ways(
        self, where: "st.delta_generator.DeltaGenerator", sheet: Sheet | None, leaf: str, made_by: str
    ) -> None:
        """How the file is read, and another choice for when the guess was wrong."""
        with where:
            if sheet is not None and len(sheet.sheets) > 1:
                st.selectbox(
                    "Sheet",
                    sheet.sheets,
                    index=sheet.sheets.index(sheet.sheet),
                    key=leaf,
                )
            if sheet is not None:
                rows = say.count(len(sheet.lines) + len(sheet.unread), "row")
                columns = say.count(len(sheet.headings), "column")
                st.caption(
                    f"{rows}, {columns}; {say.plain(_read_as(sheet))}"
                    + (f"; letters as in {say.plain(sheet.sample)}" if sheet.sample else "")
                    + (f"; headings in row {sheet.top:,}" if sheet.top > 1 else "")
                )
                system_told(self.records, sheet, st.session_state[f"{self.place}.plan"])
                kept_told(st.session_state[f"{self.place}.kept"], made_by)
            # No popover: a dialog keeps the keyboard to itself, and nobody could Tab into one.
            with st.expander("Read it differently"):
                if sheet is None or not sheet.sheets:
                    self._letters_and_delimiter()
                st.number_input(
                    "Row of the headings",
                    min_value=1,
                    value=None,
                    step=1,
                    placeholder="Guessed from the file",
                    key=f"{self.place}.top",
                )
                if sheet is not None:
                    system_choice(self.records, st.session_state[f"{self.place}.plan"], made_by)

    def _letters_and_delimiter(self) -> None:
        st.selectbox(
            "Encoding",
            list(ENCODINGS),
            index=None,
            format_func=ENCODINGS.__getitem__,
            placeholder="Guessed from the file",
            key=f"{self.place}.encoding",
        )
        st.selectbox(
            "Delimiter",
            DELIMITERS,
            index=None,
            placeholder="Guessed from the file",
            format_func=_DELIMITER_NAMES.__getitem__,
            key=f"{self.place}.delimiter",
        )

    def _check(self, sheet: Sheet, plan: Plan, cells: str) -> Report | None:
        """What the import would do, worked out once for each plan, and for the `cells` that were put right."""
        known: tuple[str, Report] | None = st.session_state.get(f"{self.place}.checked")
        written = plan.to_json() + cells
        if known is not None and known[0] == written:
            return known[1]
        if len(sheet.lines) > _CHECKED_AT_ONCE:
            asked = st.empty()
            if not asked.button("Check the file", key=f"{self.place}.check", icon=":material/fact_check:"):
                return None
            asked.empty()
        bar = st.progress(0.0, "Checking the file")
        try:
            report = self.my.rehearse(
                self.records, sheet, plan, lambda share: bar.progress(share, "Checking the file")
            )
        except CrmError as refused:
            st.warning(say.plain(str(refused)), icon=":material/rule:")
            return None
        finally:
            bar.empty()
        st.session_state[f"{self.place}.checked"] = (written, report)
        return report

    def _result(self, sheet: Sheet, plan: Plan, report: Report) -> None:
        counts = (
            ("To add", report.created),
            ("To change", report.updated),
            ("Unchanged", report.unchanged),
            ("Refused", len(report.refused)),
        )
        with st.container(horizontal=True, gap="medium"):
            for label, count in counts:
                st.metric(label, f"{count:,}", width="content")
        self._import(sheet, plan, report)
        for hint in report.hints:
            st.warning(say.plain(hint), icon=":material/content_copy:")
        if report.newer_rows:
            self._newer(plan, report)
        if report.resembling:
            csv_alike.ask(self.records, plan, report, self.place)
        if cells := mended_cells(self.place):
            st.caption(told_of(cells))
        rows_of(self.my, self.records, sheet, plan, report, self.place)

    def _newer(self, plan: Plan, report: Report) -> None:
        """Records that were changed here since the file was made: which, and whose values are to stand."""
        count = report.newer_rows
        were = "was" if count == 1 else "were"
        options = {Newer.LEAVE: "Leave what stands here", Newer.FILE: "Take what the file says"}
        self._choice(
            "newer", f"{say.count(count, 'record')} {were} changed here since this file was made", options
        )
        lines = changed_lines(self.my, self.records, report.newer[:_SHOWN], report.names)
        grid.table(f"{self.place}.newer.list", "Changed here since", lines)

    def _choice(self, name: str, question: str, options: Mapping[Any, str]) -> None:
        """What becomes of some rows, asked once; the answer is kept under the name."""
        st.selectbox(question, list(options), format_func=options.__getitem__, key=f"{self.place}.{name}")

    def _import(self, sheet: Sheet, plan: Plan, report: Report) -> None:
        """The one button that writes. It says what it will do, and a second click finds it done."""
        parts = []
        if report.created:
            parts.append(f"Add {report.created:,}")
        if report.updated:
            parts.append(f"change {report.updated:,}" if parts else f"Change {report.updated:,}")
        what = noun(self.records.name, report.created + report.updated)
        label = f"{' and '.join(parts)} {what}" if parts else "Nothing to import"
        go = st.button(label, key=f"{self.place}.go", type="primary", disabled=not parts)
        if csv_run.stopping(self.place):
            go = False
        if go:
            run = csv_run.write(self.my, self.records, sheet, plan, self.place)
            if run.report is not None:
                self._written(run, run.report)
        show_refusal(self.place)
        csv_run.show_broken_off(self.place)

    def _written(self, run: csv_run.Run, made: Report) -> None:
        """What was imported is told; refused rows can be fetched."""
        if made.refused:
            st.session_state[f"{self.place}.report"] = made
            st.session_state[f"{self.place}.refused"] = csv_files.keep(
                self.my, f"{run.stem}.refused.csv", made.refused_csv()
            )
        else:
            _close(self.place)
            _tell(self.my, self.records, made, run.act)
        st.rerun()

    def _done(self, report: Report) -> None:
        st.success(say.plain(report.sentence()), icon=":material/check:")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.link_button(
                f"Download {say.count(len(report.refused), 'refused row')}",
                st.session_state[f"{self.place}.refused"],
                icon=":material/download:",
            )
            if st.button("Done", key=f"{self.place}.close", type="primary"):
                _close(self.place)
                st.rerun()
        st.caption("Each refused row carries its reason. Mend the rows in that file and import it.")
        grid.table(f"{self.place}.refused.list", "Refused rows", _problems(report))


def _read_as(sheet: Sheet) -> str:
    """In which letters and signs a file was read, or from which sheet."""
    if sheet.sheets:
        return f"sheet {sheet.sheet}"
    return f"{ENCODINGS.get(sheet.encoding, sheet.encoding)}, {_DELIMITER_NAMES[sheet.delimiter].lower()}"


def _problems(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "Row": refusal.row,
            "Reason": refusal.reason,
            "The row begins": ", ".join(cell for cell in refusal.cells[:3] if cell)[:80],
        }
        for refusal in report.refused[:_SHOWN]
    ]
