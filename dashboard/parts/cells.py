"""What a cell of each kind holds: its column's type and widget, and what a browser sends for it.

Amounts and numbers are text, which the verbs read as everything that is typed; a browser's own reading of 1.234,50
is another amount. Colleagues and choices are their words, so that what is copied is what one sees. Moments are the
wall clock of the person's zone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from crm_data import Field, Kind, errors
from crm_data.store.values import parse
from dashboard.parts import say

Row = dict[str, Any]
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
HIGHEST = 2**53  # the greatest whole number of a browser
_LISTS = pd.ArrowDtype(pa.list_(pa.string()))


def labels_of(values: list[str | list[str]]) -> Any:
    """What buttons say; a menu is a list, if of nothing."""
    return pd.array(values, dtype=_LISTS) if any(isinstance(value, list) for value in values) else values


def typed(values: list[Any], field: Field, names: Mapping[int, str]) -> Any:
    """The column in a type that stays whatever its values."""
    if field.kind is Kind.MONEY:
        shown = [f"{value:,.2f}" if isinstance(value, Decimal) else value for value in values]
        return pd.array(shown, dtype="string")
    if field.kind is Kind.WHOLE:
        return pd.array([None if value is None else str(value) for value in values], dtype="string")
    if field.kind is Kind.CHOICE:
        labels = field.choice_labels()
        return pd.array([labels.get(value, value) for value in values], dtype="string")
    if field.kind in (Kind.MEMBER, Kind.LINK):
        return pd.array([None if id_ is None else names.get(id_) for id_ in values], dtype="string")
    if field.kind is Kind.MOMENT:
        return (
            pd.DatetimeIndex(values, dtype="datetime64[s, UTC]").tz_convert(str(say.zone())).tz_localize(None)
        )
    if field.kind is Kind.DAY:
        return np.array(values, dtype="datetime64[D]").astype("datetime64[s]")
    if field.kind is Kind.YES_NO:
        return pd.array(values, dtype="boolean")
    if field.kind is Kind.TAGS:
        return pd.array([value or [] for value in values], dtype=_LISTS)
    return pd.array(values, dtype="string")


def people(
    members: Mapping[int, str], former: Mapping[int, str], shown: Sequence[int | None]
) -> dict[int, str]:
    """The colleagues that a cell may name, by id: members, and who stands in it and has left. No two are alike."""
    known = {id_: former.get(id_, "Unknown") for id_ in shown if id_ is not None} | dict(members)
    often = Counter(known.values())
    return {id_: name if often[name] == 1 else f"{name} (no. {id_})" for id_, name in known.items()}


def column(field: Field, names: Mapping[int, str], first: bool, currency: str) -> Any:
    """The column's widget; `first` is a list's first column, `names` are the colleagues that can be chosen."""
    config = st.column_config
    label = f"{field.label} *" if field.required else field.label
    if field.kind is Kind.CHOICE:
        return config.SelectboxColumn(label, options=list(field.choice_labels().values()), required=True)
    if field.kind is Kind.MEMBER:
        return config.SelectboxColumn(label, options=list(names.values()), required=field.required)
    if field.kind is Kind.MONEY:
        return config.TextColumn(f"{label} ({currency})", required=field.required, alignment="right")
    if field.kind is Kind.WHOLE:
        return config.TextColumn(label, required=field.required, alignment="right")
    if field.kind is Kind.DAY:
        return config.DateColumn(label, format="D MMM YYYY")
    if field.kind is Kind.MOMENT:
        return config.DatetimeColumn(label, format="D MMM YYYY, HH:mm")
    if field.kind is Kind.YES_NO:
        return config.CheckboxColumn(label)
    if field.kind is Kind.TAGS:
        return config.MultiselectColumn(label, accept_new_options=True)
    wide: Literal["medium"] | None = "medium" if first or field.kind in (Kind.EMAIL, Kind.LINK) else None
    return config.TextColumn(label, max_chars=field.length, required=field.required, width=wide)


def same(field: Field | None, stored: Any, wanted: Any) -> bool:
    """Whether a cell holds what is stored, as far as its kind of cell can tell."""
    found = held(field, wanted)
    if not found or field is None:
        return False
    if say.holds_nothing(found[0]):
        return say.holds_nothing(stored)
    if field.kind in (Kind.MONEY, Kind.WHOLE):
        try:
            return bool(parse(field, found[0]) == stored)
        except errors.Invalid:
            return False
    return bool(found[0] == stored)


def held(field: Field | None, raw: Any) -> list[Any]:
    """The value of a cell from what the browser sent for it; none for what no cell of this kind sends."""
    if field is None:
        return []
    if raw is None:
        return [None]
    if type(raw) not in _SENT.get(field.kind, (str,)):
        return []
    try:
        value = _READ.get(field.kind, _whole)(raw)
        meant = {label: coded for coded, label in field.choice_labels().items()}
        return [meant.get(value, value) if field.kind is Kind.CHOICE else value]
    except ValueError:
        return []


_SENT: dict[Kind, tuple[type, ...]] = {
    Kind.MEMBER: (int,),
    Kind.YES_NO: (bool,),
    Kind.TAGS: (list,),
}


def _whole(raw: Any) -> Any:
    """The same, if a cell can show it."""
    if isinstance(raw, str):
        raw.encode()  # a lone surrogate raises
    if isinstance(raw, int) and abs(raw) > HIGHEST:
        raise ValueError
    return raw


def _tags(raw: list[Any]) -> list[str]:
    if not all(isinstance(one, str) for one in raw):
        raise ValueError
    return [_whole(one) for one in raw]


def _day(raw: str) -> date:
    day = date.fromisoformat(raw[:10])
    if not EARLIEST <= day <= LATEST:
        raise ValueError
    return day


def _moment(raw: str) -> datetime:
    moment = datetime.fromisoformat(raw)
    _day(moment.date().isoformat())
    return moment if moment.tzinfo else moment.replace(tzinfo=say.zone())


_READ: dict[Kind, Callable[[Any], Any]] = {Kind.DAY: _day, Kind.MOMENT: _moment, Kind.TAGS: _tags}
