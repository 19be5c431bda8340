"""A chart of one's own as a value: of which records, grouped by what, measured how, drawn how; said and read.

It grants nothing: what it asks is asked by whoever looks at it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.numbers.period import chosen
from crm_data.store.currencies import code_of
from crm_data.store.reading import Reader
from crm_data.store.summary import ADDED, GROUPED
from crm_data.store.values import parse
from crm_data.tables.dashboard import Chart, Picture, Width
from crm_data.tables.fields import Kind, fields_of, inside

__all__ = ["Own", "Picture", "Width", "dates_of", "groups_of", "judged", "measures_of", "titled"]

UNITS: Final = ("month", "quarter", "year", "week")
ALL: Final = "*"  # of amounts: every currency, told in the company's own
LONGEST_TEXT: Final = 100  # characters: of longer ones an address would not hold enough
_NAME: Final = replace(fields_of(Chart)["name"], required=False)
_DAYS = (Kind.DAY, Kind.MOMENT)
_UNREADABLE = "This link describes a chart that cannot be read. Make it again."


@dataclass(frozen=True)
class Own:
    """One chart. `kind`: the table; `asks`: its list, as an address has it, of which order and place do not count.

    `by`: the column that groups, of days with a unit behind a colon ('created_at:month'), '' for one number.
    `measure`: 'count', or 'sum' or 'average' and a column ('sum:deal_value'). `dated`: the column of days that the
    period is of, '' for all records. `currency`: of amounts, '' for the company's, `ALL` for
    those of all deals told in it. `width`: on a dashboard.
    """

    kind: str = "deals"
    by: str = "stage"
    measure: str = "count"
    picture: str = Picture.BAR
    dated: str = ""
    period: str = "all"
    currency: str = ""
    name: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)
    width: str = Width.THIRD.value

    @property
    def column(self) -> str:
        """The column that groups."""
        return self.by.partition(":")[0]

    @property
    def unit(self) -> str:
        """Of days: by which of `UNITS`."""
        return self.by.partition(":")[2]

    @property
    def of(self) -> str:
        """The column that is summed, '' where records are counted."""
        return self.measure.partition(":")[2]

    def params(self) -> dict[str, str]:
        """As an address says it; what is as usual is left out."""
        usual, said = Own(), {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value != getattr(usual, each.name):
                said[f"chart_{each.name}"] = json.dumps(dict(value)) if each.name == "asks" else value
        return said

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "Own":
        """The chart that an address says; `judged` says whether there is such a one. Raises Invalid."""
        said: dict[str, Any] = {
            each.name: params[f"chart_{each.name}"] for each in fields(cls) if f"chart_{each.name}" in params
        }
        if "asks" in said:
            try:
                said["asks"] = json.loads(said["asks"])
            except (ValueError, RecursionError):
                raise Invalid(_UNREADABLE) from None
        return cls(**said)


def groups_of(records: Reader) -> dict[str, str]:
    """What records can be grouped by -> in words: columns whose group can be opened as a filter."""
    found: dict[str, str] = {}
    for name, declared in records.fields.items():
        if not declared.filter or (declared.kind is Kind.TEXT and (declared.length or 0) > LONGEST_TEXT):
            continue
        if declared.kind in _DAYS:
            found |= {f"{name}:{unit}": f"{declared.label}, by {unit}" for unit in UNITS}
        elif declared.kind in GROUPED:
            found[name] = declared.label
    return found


def measures_of(records: Reader) -> dict[str, str]:
    """What can be measured -> in words."""
    some = [(name, each) for name, each in records.fields.items() if each.kind in ADDED and not each.hidden]
    found = {"count": f"Number of {records.name}"}
    found |= {f"sum:{name}": f"Sum of {inside(each.label)}" for name, each in some}
    return found | {f"average:{name}": f"Average of {inside(each.label)}" for name, each in some}


def dates_of(records: Reader) -> dict[str, str]:
    """The columns that a period can be of -> in words."""
    some = records.fields.items()
    return {name: each.label for name, each in some if each.filter and each.kind in _DAYS}


def judged(own: Own, records: Reader) -> Own:
    """The chart made to agree with itself and with what the records hold. Raises Invalid with one sentence."""
    if not isinstance(own.asks, Mapping) or any(
        type(n) is not str or type(s) is not str for n, s in own.asks.items()
    ):
        raise Invalid(_UNREADABLE)
    if own.picture not in list(Picture):
        raise Invalid("A chart is drawn as bars, a line, a table or a number. Choose one of them.")
    if own.width not in list(Width):
        raise Invalid("A chart takes a third of a line, half of it or all. Choose one of them.")
    if own.picture == Picture.NUMBER:
        own = replace(own, by="")
    elif own.by not in groups_of(records):
        by = records.fields.get(own.column)
        if by and by.hidden:
            raise Invalid(
                f"{by.label} is hidden now, so that nothing is grouped by it. Choose another column."
            )
        raise Invalid("These records cannot be grouped in that way. Choose another column.")
    if own.picture == Picture.LINE and not own.unit:
        raise Invalid("A line goes through time. Group by a day, or draw bars.")
    if own.measure not in measures_of(records):
        raise Invalid("These records cannot be measured in that way. Choose another measure.")
    if own.dated and own.dated not in dates_of(records):
        raise Invalid("A period cannot be of that column. Choose another one.")
    if not own.dated:
        own = replace(own, period="all")
    chosen(own.period, clock.now().date())
    name = parse(_NAME, own.name) or ""
    asks = records.params(replace(records.query(own.asks).first(), sort=records.default_query().sort,
        descending=records.default_query().descending, then=()))  # fmt: skip
    money = money_of(own.currency)
    return replace(own, name=name, asks=asks, currency=money)


def money_of(said: str) -> str:
    """A currency that a chart may be asked for: '', `ALL` or a code. Raises Invalid."""
    return code_of(said) if said and said != ALL else said


def titled(own: Own, records: Reader) -> str:
    """What a chart is called: by its name, or by what it shows."""
    if own.name:
        return own.name
    what = measures_of(records).get(own.measure, "")
    return f"{what} by {inside(groups_of(records)[own.by])}" if own.by in groups_of(records) else what
