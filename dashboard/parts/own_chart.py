"""A chart of one's own on the screen: as bars, a line, a table or a number, with what it is taken away as."""

from urllib.parse import urlencode

import streamlit as st

from crm_data import CrmError, Own, Workspace
from crm_data.numbers.period import Compare
from dashboard.components.picture import take_away
from dashboard.known import known
from dashboard.parts import charts, figures, say
from dashboard.parts.converted import left_out
from dashboard.parts.filters import in_words

_LONGEST = 90  # characters of what a chart is of, in the line below its title
_PICTURES = {"bar": "own_bar", "line": "own_line"}


def draw_own(my: Workspace, own: Own, key: str, compare: str = "") -> None:
    """A chart of one's own as it is drawn, with what it is taken away as; or the sentence why there is none.

    `compare`: what one number of a period stands beside.
    """
    try:
        said = narrowed(my, own)
        note = say.span(*my.numbers.period(own.period, say.zone()).edges) if own.dated else ""
        ready = known(
            my,
            key,
            (own, compare, say.zone(), say.today(), charts.ground()),
            lambda: charts.prepare(
                _PICTURES.get(own.picture, "own_bar"),
                my.numbers.own(own, zone=say.zone(), compare=compare or Compare.NOTHING),
                note,
                said,
            ),
        )
    except CrmError as refused:
        st.markdown(f"**{say.plain(own.name or 'Chart')}**")
        st.warning(say.plain(str(refused)), icon=":material/link_off:")
        return
    chart = ready.chart
    if own.picture in _PICTURES and not chart.empty:
        clicked = charts.draw_one(ready, f"{key}.chart", lambda: None)
        if clicked:
            charts.behind(my, clicked, f"{key}.chart")
    else:
        st.markdown(f"**{say.plain(chart.title)}**")
        st.caption(say.plain(". ".join(filter(None, (chart.basis, note, said)))))
        if own.picture == "number" and chart.bars:
            figures.tiles(my, [chart.bars[0].figure])
        elif own.picture == "table" and chart.bars:
            lines: list[tuple[str, list[figures.Cell]]] = [
                (bar.place, [(bar.figure, f"{bar.figure.count:,}"), bar.figure]) for bar in chart.bars
            ]
            figures.matrix(my, ("", "Rows", chart.bars[0].series), lines, key)
        else:
            held = [
                (bar.figure, f"{bar.place}: {bar.figure.count:,}") for bar in chart.bars if bar.figure.count
            ]
            st.caption(charts.NO_AMOUNT if held else say.plain(chart.lacks))
            if held:
                figures.line(my, held, f"{key}.without")
    left_out(my, chart.left, f"{key}.left")
    csv = f"/export/own-chart.csv?{urlencode({**own.params(), 'zone': str(say.zone())})}"
    drawn = own.picture in _PICTURES and not chart.empty
    take_away(key, chart.title, drawn, csv if my.may("export") and chart.bars else "")


def narrowed(my: Workspace, own: Own) -> str:
    """Of which records a chart is, in words; '' for all of them."""
    if not own.asks or own.kind not in my.kinds:
        return ""
    records, members = my.records(own.kind), known(my, "members", (), my.members)
    said = ", ".join(in_words(records, records.query(own.asks, say.zone()), members))
    return f"{said[:_LONGEST]}…" if len(said) > _LONGEST else said
