"""Why deals were lost, and where leads come from: what people wrote, the most frequent first, the rest as one."""

from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.selections import LONGEST_WORDS, spoken
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import LOST, closing, number
from crm_data.store.scope import CompanySession
from crm_data.store.zones import within
from crm_data.tables import Deal, Lead

LOST_SERIES = "Deals lost"
LEAD_SERIES = ("Leads made", "Converted since")
COLUMNS = ["words", "label", "count"]


def losses(session: CompanySession, where: Where, asked: Question, period: Period, top: int) -> Chart:
    """A place a reason for losing: deals of every currency lost in the period by `actual_close_date`.

    One statement.
    """
    found = _by_words(session, [*where, Deal.status == LOST, closing(period)], Deal.loss_reason, Deal.id)
    rows = asked.but(status=(LOST,), actual_close_date=period.edges)
    bars, lines = [], []
    for label, preset, (count,) in _shown(found, top, "lost_for", "lost_else", "No reason"):
        figure = Figure(f"Lost, {label}", Formula.COUNT, count, count, rows.but(preset), period=period)
        bars.append(Bar(label, LOST_SERIES, figure))
        lines.append([preset, label, count])
    frame = pd.DataFrame(lines, columns=COLUMNS)
    return Chart(
        "Reasons for losing", "Deals lost, by close date", "", bars, frame, "No deal was lost in this period."
    )


def sources(session: CompanySession, where: Where, asked: Question, period: Period, top: int) -> Chart:
    """A place a source: leads made in the period, and how many of them were converted since. One statement."""
    inside = [] if period.all_time else [within(Lead.created_at, *period.edges, asked.query.zone)]
    converted = number(Lead.converted_at.is_not(None))
    found = _by_words(session, [*where, *inside], Lead.source, Lead.id, converted)
    rows = asked.but(created_at=period.edges)
    bars, lines = [], []
    for label, preset, counts in _shown(found, top, "from", "not_from", "No source"):
        for series, count, behind in zip(
            LEAD_SERIES, counts, (rows.but(preset), rows.but(preset).but("converted")), strict=True
        ):
            figure = Figure(f"{series}, {label}", Formula.COUNT, count, count, behind, period=period)
            bars.append(Bar(label, series, figure))
        lines.append([preset, label, *counts])
    return Chart(
        "Leads by source",
        "Leads made in the period",
        "",
        bars,
        pd.DataFrame(lines, columns=[*COLUMNS, "converted"]),
        "No lead was made in this period.",
    )


Found = list[tuple[str | None, tuple[int, ...]]]


def _by_words(
    session: CompanySession, where: Where, column: Any, id_: Any, *more: sa.ColumnElement[int]
) -> Found:
    """Text -> how many rows hold exactly it, and more of them; the most first. Long texts are one together."""
    text = sa.func.coalesce(column, "")
    short = sa.case((sa.func.length(text) <= LONGEST_WORDS, text)).label("text")
    wanted = sa.select(short, sa.func.count(id_), *more).where(*where).group_by(short)
    found = [(text, tuple(int(part) for part in parts)) for text, *parts in session.execute(wanted)]
    return sorted(found, key=lambda one: (one[0] is None, -one[1][0], one[0] or ""))


def _shown(
    found: Found, top: int, these: str, others: str, nothing: str
) -> list[tuple[str, str, tuple[int, ...]]]:
    """(label, selection, counts) of each place: the first texts, and all others as one."""
    named = [(text, counts) for text, counts in found if text is not None][:top]
    places = [(text or nothing, f"{these}:{spoken((text,))}", counts) for text, counts in named]
    if rest := [counts for _, counts in found[len(named) :]]:
        together = tuple(sum(column) for column in zip(*rest, strict=True))
        kept = spoken(tuple(text for text, _ in named))
        places.append(("All others", f"{others}:{kept}", together))
    labels = [label for label, _, _ in places]
    return [
        (f"{label} ({at + 1})" if labels.index(label) != at else label, preset, counts)
        for at, (label, preset, counts) in enumerate(places)
    ]
