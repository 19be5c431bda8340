"""A statement is made into SQL once in a process, and not once in every test's own database.

SQLAlchemy keeps what it has made with the engine, and names the engine's dialect in every key. Each test opens
engines of its own, so most of the time of a short test went into making the same SQL again. Here all engines keep
it in one place, and two dialects that know the same of their servers are the same to it.
"""

from typing import Any

from sqlalchemy import Engine, util
from sqlalchemy.engine.default import DefaultDialect

MOST = 5000
_PLAIN = (str, int, float, tuple, frozenset, type(None))  # a truth is an int

_kept: Any = util.LRUCache(MOST)


def _known(dialect: DefaultDialect) -> tuple[Any, ...]:
    """What a dialect was told and has found out; asked only once it is connected, when it changes no more.

    What it works out and keeps as it goes along, as a property of its kind, follows from the rest.
    """
    said: tuple[Any, ...] | None = getattr(dialect, "_foyer_known", None)
    if said is None:
        kind = type(dialect)
        here = {
            name: value
            for name, value in vars(dialect).items()
            if isinstance(value, _PLAIN) and not hasattr(getattr(kind, name, None), "__get__")
        }
        said = dialect._foyer_known = tuple(sorted(here.items(), key=lambda item: item[0]))  # type: ignore[attr-defined]
    return said


def _same(dialect: DefaultDialect, other: object) -> bool:
    if dialect is other:
        return True
    return type(dialect) is type(other) and _known(dialect) == _known(other)  # type: ignore[arg-type]


def keep() -> None:
    """Have it so in this process; called once."""
    Engine._compiled_cache = property(lambda engine: _kept, lambda engine, own: None)  # type: ignore[assignment]
    DefaultDialect.__eq__ = _same  # type: ignore[method-assign, assignment]
    DefaultDialect.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[method-assign, assignment]
