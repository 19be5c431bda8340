"""Column types that keep their promise on both engines: UTC moments, exact money, sort keys, JSON."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DECIMAL, JSON, BigInteger, DateTime, Dialect, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine

CENT = Decimal("0.01")
PLACES = 6  # behind the point of a number
MOST_NUMBER = Decimal("999999999.999999")
# A rate: so many places behind the point, and below ten millions; both fit into the whole number that is kept.
RATE_PLACES = 10
MOST_RATE = Decimal("9999999.9999999999")
# The server default's own text form; SQLAlchemy's would add '.000000' and so sort apart from it.
_STORED = "%(year)04d-%(month)02d-%(day)02d %(hour)02d:%(minute)02d:%(second)02d"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware datetimes in and out, kept in UTC to the second, in one text form on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            stored: TypeEngine[Any] = sqlite.DATETIME(storage_format=_STORED)  # type: ignore[no-untyped-call]
            return dialect.type_descriptor(stored)
        # Not by way of type_descriptor, which forgets the precision: defaults would then keep microseconds.
        return postgresql.TIMESTAMP(timezone=True, precision=0)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC).replace(microsecond=0)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        # A list reads hundreds of moments, an export a hundred thousand: one function, not a chain of three.
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read(text: str | None) -> datetime | None:
    """The moment behind SQLite's text, whose one form a CHECK keeps."""
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Money(TypeDecorator[Decimal]):
    """An amount exact to the cent, DECIMAL(15,2); a Decimal with two places in and out."""

    impl = DECIMAL(15, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # SQLite keeps a double: 13 digits before the point and 2 behind it pass through one unharmed.
        kept: TypeEngine[Any] = DECIMAL(15, 2, asdecimal=False)
        if dialect.name != "sqlite":
            kept = DECIMAL(15, 2, asdecimal=True)
        return dialect.type_descriptor(kept)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        try:
            exact = Decimal(value)
            whole = exact.is_finite() and exact == exact.quantize(CENT)
        except ArithmeticError:  # not a number at all, or one of more digits than can be
            whole = False
        if not whole:
            raise ValueError("an amount must be a number of whole cents")
        return float(exact) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(str(value)).quantize(CENT)


class Rate(TypeDecorator[Decimal]):
    """What one currency is worth in another, exact to ten places: a Decimal in and out, kept as a whole number.

    So it is multiplied without a fraction being lost, on both engines.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        said = f"a rate must be a number of at most {RATE_PLACES} places behind the point"
        return None if value is None else _units(value, RATE_PLACES, said)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else trimmed(Decimal(int(value)).scaleb(-RATE_PLACES))


def _units(value: Decimal, places: int, said: str) -> int:
    """A number in whole units of its last place. Raises ValueError with `said` where it has more, or is none."""
    try:
        units = Decimal(value).scaleb(places)
        whole = units.is_finite() and units == units.to_integral_value()
    except ArithmeticError:  # not a number at all
        whole = False
    if not whole:
        raise ValueError(said)
    return int(units)


def number_of(units: int) -> Decimal:
    """The number of so many millionths, without zeros that say nothing."""
    return trimmed(Decimal(units).scaleb(-PLACES))


def trimmed(value: Decimal) -> Decimal:
    """The same number without zeros behind its last place, and never as 1E+3 or -0."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return Decimal("0" if text in ("-0", "") else text)


class Number(TypeDecorator[Decimal]):
    """A number exact to six places, below zero too: whole millionths in the database, a Decimal in and out."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else _units(value, PLACES, "a number must have six places at most")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else number_of(int(value))


class SortKey(TypeDecorator[str]):
    """A text to sort by, letter by letter on both engines, whatever the language of a PostgreSQL cluster."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text(collation="C" if dialect.name == "postgresql" else None)


def json_type() -> JSON:
    """JSON in which an absent value is SQL NULL."""
    return JSON(none_as_null=True)
