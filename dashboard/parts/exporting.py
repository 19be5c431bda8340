"""Files out on the screen: what exports a list, and the list of the exports that are made in the background."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import streamlit as st

from crm_data import Query, Records, Workspace, words
from crm_data.accounts.sessions import Signed
from crm_data.tables import noun
from crm_data.transfer.csv_out import Form
from dashboard import session
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, done, show_refusal
from dashboard.parts.heading import empty, heading
from dashboard.web import large_exports
from dashboard.web.large_exports import Line, State

PLACE = "exports"
_FORMS = {Form.CSV: "CSV, for any program", Form.XLSX: "Excel workbook (XLSX)"}
_ALL, _SHOWN = "All columns", "Those shown"
_LOOK_AGAIN = 2.0  # seconds, while one is under way
_STATES = {
    State.WAITING: "waiting",
    State.MADE: "being made",
    State.CANCELLED: "cancelled",
    State.FAILED: "failed",
    State.GONE: "gone",
}


def export_button(
    my: Workspace, records: Records, query: Query, rows: int, view: str = "", shown: Sequence[str] = ()
) -> None:
    """The list as a file. A small one is a link, fetched through the session check and made only then; a large one
    is begun here and made while the person goes on. `rows`: how many it has; `view`: which of the lists it is;
    `shown`: the columns that stand in it, where the file may be of these alone.
    """
    params = {**records.params(query.first()), "zone": str(say.zone())}
    large = rows > large_exports.LARGE
    with st.popover("Export", icon=":material/download:", help="All rows of this list as a file"):
        if shown and _these_alone(records):
            params["columns"] = ",".join(name for name in shown if records.fields[name].export)
        for form, label in _FORMS.items():
            key = f"{records.name}.export.{form}"
            if large:
                asked = (my, records.name, form, params, _title(records, query, view))
                st.button(label, key=key, type="tertiary", on_click=_begin, args=asked)
            else:
                link = f"/export/{records.name}.{form}?{urlencode(params)}"
                st.link_button(label, link, type="tertiary", key=key)
        st.page_link("../pages/exports.py", label="Exports", icon=":material/list:")


def _these_alone(records: Records) -> bool:
    """Draw the choice of the columns; whether only those are to be in the file that the list shows."""
    chosen = st.segmented_control(
        "Columns",
        [_ALL, _SHOWN],
        default=_ALL,
        key=f"{records.name}.export.columns",
        label_visibility="collapsed",
        required=True,
    )
    return chosen == _SHOWN


def exports_screen(my: Workspace) -> None:
    """Draw it. While one is under way the list alone is looked at again and again."""
    with heading("Exports", "Large files are made while you go on"):
        pass
    under_way = any(line.under_way for line in large_exports.lines(session.signed()))

    def drawn() -> None:
        session.demand_here(my)  # Streamlit runs it again without the script around it
        found = large_exports.lines(session.signed())
        if under_way and not any(line.under_way for line in found):
            st.rerun()  # nothing will change by itself any more
        show_refusal(PLACE)
        for line in found:
            _line(my, line)
        if not found:
            empty(
                "download",
                f"Exports of more than {large_exports.LARGE:,} rows will be listed here. "
                "Begin one by Export above a list.",
            )
            st.page_link("../pages/customers.py", label="Customers", icon=":material/group:")

    st.fragment(drawn, run_every=_LOOK_AGAIN if under_way else None)()


def tell(here: Signed) -> None:
    """Say which have come to an end, on whichever screen the person is."""
    for line in large_exports.news(here):
        if line.state is State.READY:
            announce(f"The export of {_what(line)} is ready. Download it under Exports.", "download_done")
        else:
            announce(f"The export of {_what(line)} was not made. {line.why}", "error")


def _title(records: Records, query: Query, view: str) -> str:
    parts = [words(records.name), "" if view == "All" else view]
    parts.append("archived" if query.archived else "filtered" if query.narrowed else "")
    return ", ".join(part for part in parts if part)


def _begin(my: Workspace, table: str, form: Form, params: dict[str, str], title: str) -> None:
    def do() -> Line:
        _asking(my)
        return large_exports.begin(session.token(), table, form, params, title)

    line = attempt(table, do)
    if line is not None:
        what = say.count(line.rows, noun(table, 1), noun(table, 2))
        announce(f"{what} are being exported. Go on; Exports lists the file.", "download")


def _asking(my: Workspace) -> Signed:
    """Who is here, and still in the company that the screen is of."""
    session.demand_here(my)
    return session.signed()


def _what(line: Line) -> str:
    return f"{line.title} as {line.form.upper()}"


def _line(my: Workspace, line: Line) -> None:
    """One of them: what it is and how far, and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"{PLACE}.{line.key}"):
        with st.container(width="stretch"):
            st.markdown(f"**{say.plain(_what(line))}**  \n:gray[{say.plain(_told(line))}]")
            if line.state is State.MADE:
                st.progress(min(line.done / max(line.rows, 1), 1.0), f"{line.done:,} of {line.rows:,} rows")
        if line.state is State.READY:
            st.link_button(
                "Download", f"/export/made?key={line.key}", icon=":material/download:", type="primary"
            )
        if line.under_way:
            _act(my, line, "Cancel", _cancel)
        else:
            _act(my, line, "Remove", _remove)


def _act(my: Workspace, line: Line, label: str, act: Callable[[Workspace, Line], None]) -> None:
    st.button(label, key=f"{PLACE}.{label}.{line.key}", on_click=act, args=(my, line))


def _cancel(my: Workspace, line: Line) -> None:
    stopped = attempt(PLACE, lambda: large_exports.cancel(_asking(my), line.key))
    if stopped:
        announce(f"The export of {_what(line)} was cancelled.")
    elif stopped is False:  # it ended between the drawing of the list and the click
        announce(f"The export of {_what(line)} had ended already. Nothing was cancelled.", "info")


def _remove(my: Workspace, line: Line) -> None:
    if done(PLACE, lambda: large_exports.remove(_asking(my), line.key)):
        announce(f"The export of {_what(line)} was removed.")


def _told(line: Line) -> str:
    parts = [say.count(line.rows, "row"), f"begun {say.moment(line.begun)}"]
    if line.state is State.READY:
        parts += [f"{line.size / 1e6:,.1f} MB", f"kept until {say.moment(line.until)}"]
        return ", ".join(parts)
    if line.state is not State.MADE:
        parts.append(_STATES[line.state])
    return f"{', '.join(parts)}. {line.why}".strip() if line.why else ", ".join(parts)
