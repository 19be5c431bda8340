"""What is written at bars: short, exact to three digits, never on each other and never across a taller bar."""

from itertools import pairwise

import pandas as pd
import pytest

from dashboard.parts.bar_labels import _SLOTS, TEXT, brief, label_rows
from tests.support import chance
from tests.test_theme import contrast


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, ""), (0.4, "0"), (7, "7"), (950, "950"), (999.4, "999"), (999.6, "1k"), (1000, "1k"), (1234, "1.23k"),
        (74_561, "74.6k"), (100_000, "100k"), (999_700, "1M"), (1_250_000, "1.25M"), (20e9, "20B"),
        (-1500, "-1.5k"),
    ],
)  # fmt: skip
def test_three_digits(value: float, said: str) -> None:
    assert brief(value) == said


def drawn(amounts: list[list[float]], upright: bool) -> pd.DataFrame:
    """A stack a list."""
    rows = pd.DataFrame(
        [(f"P{n}", value) for n, some in enumerate(amounts) for value in some], columns=["place", "amount"]
    )
    label_rows(rows, upright, True)
    return rows


def test_a_stack_says_its_parts_and_never_their_sum() -> None:
    rows = drawn([[10, 20], [0, 5], [7, 0], [0, 0]], upright=False)
    assert rows["label"].tolist() == ["10 + 20", "", "5", "", "7", "", "", ""]
    assert rows["at"].tolist() == [30, 30, 5, 5, 7, 7, 0, 0]
    rows = drawn([[10, 20], [0, 5]], upright=True)
    assert (rows["label"].tolist(), rows["over"].tolist()) == (["+ 20", "", "5", ""], ["10", "", "", ""])


@pytest.mark.parametrize("number", [1, 4, 9, 10, 18, 19, 30, 120])
def test_many_upright_bars_have_labels_only_where_there_is_room(number: int) -> None:
    dice = chance.dice(number)
    amounts = [[float(dice.randint(0, 1000))] for _ in range(number)]
    rows = drawn(amounts, upright=True)
    told = [n for n, said in enumerate(rows["label"]) if said]
    if number <= _SLOTS:
        assert told == [n for n, (value,) in enumerate(amounts) if value]
        return
    assert all(later - one >= number / _SLOTS for one, later in pairwise(told))
    for n in told:
        assert all(amounts[near][0] <= amounts[n][0] for near in (n - 1, n + 1) if 0 <= near < number)
    assert max(range(number), key=lambda n: amounts[n][0]) in told


def test_beside_each_other_each_has_its_own() -> None:
    rows = pd.DataFrame([("A", 5.0), ("A", 1000.0), ("B", 0.0)], columns=["place", "amount"])
    label_rows(rows, True, False)
    assert rows["label"].tolist() == ["5", "1k", ""]


@pytest.mark.parametrize(("ground", "colour"), [("light", "#ffffff"), ("dark", "#17181b")])
def test_it_can_be_read(ground: str, colour: str) -> None:
    assert contrast(TEXT[ground], colour) > 7
