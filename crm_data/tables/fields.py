"""One declaration a column: label, kind, choices, checks and where it shows. All surfaces follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import MappedColumn, mapped_column

from crm_data import clock
from crm_data.tables.types import Money, Number, Rate, UtcDateTime, json_type


class Kind(StrEnum):
    """What a value is; grid column, form widget, filter and CSV form follow from it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    CHOICE = "choice"
    MONEY = "money"
    RATE = "rate"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes_no"
    DAY = "day"
    MOMENT = "moment"
    TAGS = "tags"
    MEMBER = "member"
    LINK = "link"
    JSON = "json"


@dataclass(frozen=True)
class Field:
    """What a person sees of a column, and what may be put in it.

    `title`: what a record is called by, in links and lists; one field of a table. `search`: the search box looks
    here. `filter`: offered as such. `sort`: what lists are mostly sorted by, and so has its index. `grid`: shown
    in the grid from the start. `form`: in the add and edit dialog. `edit`: a person may change it. `imports`: a
    file may fill it. `copy`: a duplicate of the record has it too, as what tells a record from another or says how
    far it has come must not. `low`, `high`: bounds of a whole number. `to`: the table whose
    ids it holds. `called`: what a company calls some of the choices, as (value, words). `section`: the heading
    below which it stands on the form. `hidden`: its values are kept and nothing offers it. `spare`: a column that
    waits for a company to make a field of it, and until then is none.
    """

    label: str
    kind: Kind
    name: str = ""
    required: bool = False
    length: int | None = None
    choices: type[StrEnum] | None = None
    low: int | None = None
    high: int | None = None
    to: str | None = None
    title: bool = False
    search: bool = False
    filter: bool = False
    sort: bool = False
    grid: bool = False
    form: bool = True
    edit: bool = True
    imports: bool = True
    export: bool = True
    copy: bool = True
    default: Any = None
    help: str | None = None
    called: tuple[tuple[str, str], ...] = ()
    section: str = ""
    hidden: bool = False
    spare: bool = False

    @property
    def sortable(self) -> bool:
        """Whether a list can be sorted by it: by all but long texts, tags and what nobody types."""
        return self.kind not in (Kind.LONG_TEXT, Kind.TAGS, Kind.JSON)

    def choice_labels(self) -> dict[str, str]:
        """Stored value -> words for it, in order."""
        own = dict(self.called)
        return {c.value: own.get(c.value, words(c.value)) for c in self.choices or ()}

    def words_for(self, value: Any) -> str:
        """A stored value as words."""
        return dict(self.called).get(value, words(str(value)))


def words(coded: str) -> str:
    """A coded value as words: 'closed_won' -> 'Closed won'."""
    return coded.replace("_", " ").capitalize()


def inside(label: str) -> str:
    """A label inside a sentence: 'Close date' -> 'close date', and 'VIP' or 'EU region' as they are."""
    first, second = label[:1], label[1:2]
    return label if second.isupper() or second.isdigit() else first.lower() + label[1:]


@cache
def fields_of(table: type) -> Mapping[str, Field]:
    """The declared fields of a table class, by column name, in the order of declaration; none that is spare."""
    found = {}
    for column in table.__table__.columns:  # type: ignore[attr-defined]
        if "field" in column.info and not column.info["field"].spare:
            found[column.key] = replace(column.info["field"], name=column.key)
    return found


def _column(type_: Any, field: Field, *args: Any, **kw: Any) -> MappedColumn[Any]:
    default = kw.pop("default", None)
    if default is not None:
        shown = default.value if isinstance(default, StrEnum) else default
        field = replace(field, default=shown)
        kw.setdefault("default", shown)
        kw.setdefault("server_default", _server_default(shown))
    # A column with a default is never NULL: the document writes NULL where it means it.
    kw.setdefault("nullable", not field.required and "server_default" not in kw)
    return mapped_column(type_, *args, info={"field": field}, **kw)


def _server_default(value: Any) -> Any:
    if isinstance(value, bool):
        return sa.true() if value else sa.false()
    return sa.text(str(value)) if isinstance(value, int) else sa.text(f"'{value}'")


def text(label: str, length: int = 255, default: str | None = None, **opts: Any) -> MappedColumn[Any]:
    """One line of text, VARCHAR(length)."""
    return _column(sa.String(length), Field(label, Kind.TEXT, length=length, **opts), default=default)


def long_text(label: str, **opts: Any) -> MappedColumn[Any]:
    """Many lines of text, up to 32,000 characters."""
    return _column(sa.Text(), Field(label, Kind.LONG_TEXT, length=32_000, **opts))


def email(label: str = "E-mail", length: int = 255, **opts: Any) -> MappedColumn[Any]:
    """An e-mail address, kept trimmed and in lower case."""
    unique = opts.pop("unique", None)
    return _column(sa.String(length), Field(label, Kind.EMAIL, length=length, **opts), unique=unique)


def phone(label: str = "Phone", length: int = 20, **opts: Any) -> MappedColumn[Any]:
    """A telephone number as it is written."""
    return _column(sa.String(length), Field(label, Kind.PHONE, length=length, **opts))


def url(label: str, length: int = 255, **opts: Any) -> MappedColumn[Any]:
    """A web address, http or https only."""
    return _column(sa.String(length), Field(label, Kind.URL, length=length, **opts))


def choice(
    label: str, choices: type[StrEnum], length: int, default: StrEnum | None = None, **opts: Any
) -> MappedColumn[Any]:
    """One of a closed list, kept as its coded value."""
    field = Field(label, Kind.CHOICE, choices=choices, length=length, **opts)
    return _column(sa.String(length), field, default=default)


def money(label: str, default: int | None = None, **opts: Any) -> MappedColumn[Any]:
    """An amount of money, DECIMAL(15,2), never negative."""
    return _column(Money(), Field(label, Kind.MONEY, **opts), default=default)


def rate(label: str, **opts: Any) -> MappedColumn[Any]:
    """What one currency is worth in another, above zero, exact to ten places."""
    return _column(Rate(), Field(label, Kind.RATE, **opts))


def whole(
    label: str, low: int = 0, high: int = 2_147_483_647, default: int | None = None, **opts: Any
) -> MappedColumn[Any]:
    """A whole number within bounds."""
    return _column(sa.Integer(), Field(label, Kind.WHOLE, low=low, high=high, **opts), default=default)


def number(label: str, **opts: Any) -> MappedColumn[Any]:
    """A number with up to six places behind the point, below zero too."""
    return _column(Number(), Field(label, Kind.NUMBER, **opts))


def yes_no(label: str, default: bool = False, **opts: Any) -> MappedColumn[Any]:
    """Yes or no."""
    return _column(sa.Boolean(), Field(label, Kind.YES_NO, **opts), default=default)


def day(label: str, **opts: Any) -> MappedColumn[Any]:
    """A calendar day, without a time zone."""
    return _column(sa.Date(), Field(label, Kind.DAY, **opts))


def moment(label: str, now: bool = False, **opts: Any) -> MappedColumn[Any]:
    """A moment in UTC; `now` gives it the time of insertion when nothing is said."""
    kw: dict[str, Any] = {}
    if now:
        kw = {"server_default": sa.text("CURRENT_TIMESTAMP"), "insert_default": clock.now}
    return _column(UtcDateTime(), Field(label, Kind.MOMENT, **opts), **kw)


def tags(label: str, **opts: Any) -> MappedColumn[Any]:
    """A list of short words, kept as JSON."""
    return _column(json_type(), Field(label, Kind.TAGS, **opts))


def json(label: str, **opts: Any) -> MappedColumn[Any]:
    """A JSON value that the product keeps but nobody types."""
    opts = {"form": False, "edit": False, "imports": False} | opts
    return _column(json_type(), Field(label, Kind.JSON, **opts))


def member(label: str, on_delete: str = "SET NULL", **opts: Any) -> MappedColumn[Any]:
    """A colleague: users.id, with its own index."""
    key = sa.ForeignKey("users.id", ondelete=on_delete)
    return _column(sa.Integer(), Field(label, Kind.MEMBER, to="users", **opts), key, index=True)


def link(
    label: str, to: str, on_delete: str, use_alter: bool = False, index: bool = True, **opts: Any
) -> MappedColumn[Any]:
    """Another record of the same company, with its own index; see `base.same_company`, and `base.few_have`.

    Lists are narrowed by it: the screen of the other record shows those that name it.
    """
    opts = {"filter": True} | opts
    key = sa.ForeignKey(f"{to}.id", ondelete=on_delete, use_alter=use_alter)
    return _column(sa.Integer(), Field(label, Kind.LINK, to=to, **opts), key, index=index)
