"""Sums of whole numbers that are exact however large they become: cents, millionths.

PostgreSQL adds up whole numbers of eight bytes without an end. SQLite refuses a sum over eight bytes, which some
9,200 greatest amounts are. Such a statement is asked once more, with the high and the low half of each number
added up apart; every other one costs what it did.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_HALF = 32  # bits
_LOW = (1 << _HALF) - 1
_APART = "+"
_REFUSED = "integer overflow"  # SQLite's own words
_in_halves: ContextVar[bool] = ContextVar("sums in halves", default=False)


class _Whole(sa.types.TypeDecorator[int]):
    """A whole number, also one that came as its halves."""

    impl = sa.BigInteger
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> int | None:
        """Put together what stands apart."""
        if isinstance(value, str):
            high, _, low = value.partition(_APART)
            return (int(high) << _HALF) + int(low)
        return None if value is None else int(value)


class added_up(FunctionElement[int]):  # noqa: N801 - called as SQL's own functions are
    """SUM of whole numbers, to be read by `exact`: of one beyond eight bytes SQLite could make nothing itself."""

    inherit_cache = True
    name = "added_up"
    type = _Whole()


def exact(ask: Callable[[Mapping[str, Any]], sa.Result[Any]]) -> sa.Result[Any]:
    """What a statement answers that is asked with these execution options; its sums are exact."""
    try:
        found = ask({})
        # Of groups SQLite adds up one after the other, and may refuse the last.
        return found.freeze()() if _adds_up(found) else found
    except sa.exc.OperationalError as trouble:
        if _REFUSED not in str(trouble.orig):
            raise
    before = _in_halves.set(True)
    try:
        return ask({"compiled_cache": None})
    finally:
        _in_halves.reset(before)


def _adds_up(found: sa.Result[Any]) -> bool:
    context = getattr(getattr(found, "raw", found), "context", None)
    return getattr(context and context.compiled, "adds_up", False)


@compiles(added_up)
def _sum(element: added_up, compiler: Any, **kw: Any) -> str:
    return f"sum({compiler.process(element.clauses, **kw)})"


@compiles(added_up, "sqlite")
def _on_sqlite(element: added_up, compiler: Any, **kw: Any) -> str:
    if not _in_halves.get():
        compiler.adds_up = True
        return _sum(element, compiler, **kw)
    each = compiler.process(element.clauses, **kw)
    return f"sum(({each}) >> {_HALF}) || '{_APART}' || sum(({each}) & {_LOW})"
