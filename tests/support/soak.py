"""How large a test is: a normal size for every run, a larger one for `make soak`."""

import os
from collections.abc import Iterable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def size(normal: T, soak: T) -> T:
    """`soak` when FOYER_SOAK is set, else `normal`."""
    return soak if os.environ.get("FOYER_SOAK") else normal


def one_quickly(values: Iterable[Any]) -> list[Any]:
    """For `parametrize`: the first is part of `make check`, the others are slow."""
    first, *others = values
    return [first, *(pytest.param(one, marks=pytest.mark.slow) for one in others)]
