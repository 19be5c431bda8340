"""Retry: a verb is tried again when the database gave its transaction up through no fault of the person's."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from crm_data.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 4
_PAUSE = 0.05  # seconds, doubled each time


class GivenUp(Unavailable):
    """Transaction aborted by the database: a deadlock, a serialization failure, a lost connection. Try again."""


class Unsure(Unavailable):
    """Commit unknown: the connection was lost at COMMIT. It may be saved, so it is not tried again."""

    sentence = (
        "The connection to the database was lost while this was saved."
        " Look whether your change is there before you try again."
    )


def again(verb: Callable[P, R]) -> Callable[P, R]:
    """A verb that is one transaction, tried up to four times; what it raises at last is a sentence as ever."""

    @wraps(verb)
    def tried(*args: P.args, **kw: P.kwargs) -> R:
        for turn in range(TRIES - 1):
            try:
                return verb(*args, **kw)
            except GivenUp:
                # Two that gave way to each other must not meet a second time.
                time.sleep(_PAUSE * 2**turn * random.uniform(0.5, 1.5))
        return verb(*args, **kw)

    return tried
