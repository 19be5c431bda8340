"""The deals behind the bridge: what each was and is, with arrow and sign, and the bucket in which it stands."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import streamlit as st

from crm_data import Period, Query, Workspace
from crm_data.nouns.since import ALL, CANCELLED, CHANGED, Bucket
from crm_data.numbers.then_and_now import LABELS, Changed, Stood, ThenNow, in_words
from dashboard.components import grid
from dashboard.components.grid.data import Mark
from dashboard.known import known
from dashboard.parts import figures, place, say
from dashboard.parts.heading import empty

SHOW, FROM = "show", "from"
LINES = 50
SHOWN: Mapping[str, str] = {
    CHANGED: "What is otherwise now",
    CANCELLED: "Also what cancelled out",
    ALL: "All, unchanged ones too",
    **LABELS,
}
_GOOD, _BAD = "green", "red"


def changed_deals(my: Workspace, query: Query, since: date, closing: Period, said: str) -> None:
    """A line a deal, fifty at a time; a line opens its deal. `said`: the choice of closing days in the address."""
    here = place.params()
    show = here.get(SHOW, CHANGED)
    show = show if show in SHOWN else CHANGED
    began = here.get(FROM, "")
    first = int(began) if began.isascii() and began.isdigit() and len(began) < 7 else 0
    asked = (query, say.today(), since, closing, show, first)
    read = my.numbers.then_and_now
    found = known(my, "changed", asked, lambda: read(query, since, closing, show, first=first, size=LINES))
    with st.container(horizontal=True, vertical_alignment="center", key="changed.line"):
        _which(show)
        figures.line(my, [(found.every, say.count(found.every.count, "deal"))], "changed")
        if found.every.count and my.may("export"):
            asks = {**my.deals.params(query), "since": str(since), "closing": said, SHOW: show}
            address = f"/export/changes.csv?{urlencode({**asks, 'zone': str(say.zone())})}"
            st.link_button(
                "CSV", address, icon=":material/download:", help="All of these deals, then and now"
            )
    if not found.deals:
        empty("history", "No deal is in this list. Choose another day, or another list above.")
        return
    lines = [_line(one, found) for one in found.deals]
    grid.table(
        f"changed.{show}.{first}",
        "Deals then and now",
        [line for line, _ in lines],
        [marks for _, marks in lines],
        [place.record("deal", one.id) for one in found.deals],
    )
    if show == CANCELLED:
        st.caption(
            "What stands under *As it was again* was otherwise in between. *Came and went* was not open then, was "
            "since, and is not now."
        )
    with st.container(horizontal=True, key="changed.pages"):
        if first:
            place.leading(f"The {LINES} before", _page(here, max(first - LINES, 0)), "arrow_back")
        if found.every.count > first + LINES:
            place.leading(f"The next {LINES}", _page(here, first + LINES), "arrow_forward")


def _page(here: Mapping[str, str], first: int) -> str:
    rest = {name: word for name, word in here.items() if name != FROM}
    return f"/pipeline?{urlencode({**rest, **({FROM: str(first)} if first else {})})}"


def _which(show: str) -> None:
    key = f"changed.{SHOW}"
    st.session_state[key] = show
    st.selectbox("Deals shown", list(SHOWN), key=key, format_func=SHOWN.__getitem__, width=230,
                 label_visibility="collapsed", on_change=lambda: _go(st.session_state[key]))  # fmt: skip


def _go(show: str) -> None:
    rest = {name: word for name, word in place.params().items() if name not in (SHOW, FROM)}
    place.go({**rest, **({} if show == CHANGED else {SHOW: show})})


def _line(one: Changed, found: ThenNow) -> tuple[dict[str, str], dict[str, Mark]]:
    """What stands in a line, and the colours of what is better or worse now."""
    then, now = one.then, one.now
    value, better = _value(then, now, found.currency)
    due, later = _due(then, now)
    stage, further = _stage(one)
    line = {
        "Deal": one.name,
        "Change": LABELS[one.bucket],
        "In the pipeline": _signed(one.delta, found.currency) if one.delta else "",
        "Value": value,
        "Expected close": due,
        "Stage": stage,
        "Owner": now.owner if then is None or then.owner == now.owner else f"{then.owner} → {now.owner}",
        "Also changed": in_words(one.also),
        "As it was again": in_words(one.back),
    }
    tones = {"Value": better, "Expected close": later, "Stage": further}
    tones["In the pipeline"] = _tone(one)
    return line, {name: (colour, "") for name, colour in tones.items() if colour}


def _tone(one: Changed) -> str:
    """What was won leaves the pipeline too, and is no worse for it."""
    if not one.delta or one.bucket is Bucket.WON:
        return ""
    return _GOOD if one.delta > 0 else _BAD


def _signed(amount: Decimal, currency: str) -> str:
    arrow = "↑ +" if amount > 0 else "↓ −"
    return f"{arrow}{say.money(abs(amount), currency)}"


def _value(then: Stood | None, now: Stood, currency: str) -> tuple[str, str]:
    if then is None or then.value == now.value:
        return say.money(now.value, currency), ""
    more = now.value - then.value
    said = f"{say.money(then.value)} → {say.money(now.value, currency)} {_signed(more, '')}"
    return said, _GOOD if more > 0 else _BAD


def _due(then: Stood | None, now: Stood) -> tuple[str, str]:
    """Sooner is better; a date that came or went is neither."""
    if then is None or then.due == now.due:
        return say.day(now.due) if now.due else "No date", ""
    was, is_ = (say.day(due) if due else "No date" for due in (then.due, now.due))
    if then.due is None or now.due is None:
        return f"{was} → {is_}", ""
    days = (now.due - then.due).days
    arrow = "↑ +" if days > 0 else "↓ −"
    return f"{was} → {is_} {arrow}{say.count(abs(days), 'day')}", _BAD if days > 0 else _GOOD


def _stage(one: Changed) -> tuple[str, str]:
    then, now = one.then, one.now
    if then is None or not then.stage or then.stage == now.stage:
        return now.stage, ""
    if one.step is None:
        return f"{then.stage} → {now.stage}", ""
    return f"{then.stage} → {now.stage} {'↑' if one.step > 0 else '↓'}", _GOOD if one.step > 0 else _BAD
