"""What chance decides in tests: all of it follows from one number, FOYER_SEED, which every failure shows.

In a usual run it is 0, and a test meets the same chances each time; `make soak` draws another one for each run.
"""

import os
import random
from typing import Any

from hypothesis import core
from hypothesis.internal.conjecture import providers

NAME = "FOYER_SEED"


def begin() -> None:
    """Settle the number, before any other process of the run is started; they inherit it."""
    os.environ.setdefault(NAME, str(random.randrange(1, 10**9)) if os.environ.get("FOYER_SOAK") else "0")
    os.environ.setdefault("PYTHONHASHSEED", seed())  # the order of sets, in the workers and all they start
    core.global_force_seed = int(seed())
    # Hypothesis draws numbers that it finds in the source of what is imported by then, which is another by each
    # order of the tests.
    if not hasattr(providers, "is_local_module_file"):
        raise RuntimeError("Hypothesis finds the numbers of the source by another way than it did.")
    vars(providers)["is_local_module_file"] = lambda path: False


def seed() -> str:
    """The number of this run."""
    return os.environ.get(NAME, "0")


def dice(of: Any) -> random.Random:
    """Dice of a test's own; `of` tells them from those of others."""
    return random.Random(of if seed() == "0" else f"{seed()} {of}")


def told() -> str:
    """How to meet the same chances again."""
    return f"{NAME}={seed()} makes chance decide the same again."
