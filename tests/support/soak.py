"""How large a test is: a normal size for every run, a larger one for `make soak`."""

import os
from typing import TypeVar

T = TypeVar("T")


def size(normal: T, soak: T) -> T:
    """`soak` when FOYER_SOAK is set, else `normal`."""
    return soak if os.environ.get("FOYER_SOAK") else normal
