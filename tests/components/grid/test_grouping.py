"""Groups as lines: whatever is unfolded and wherever one looks, it is a piece of the whole."""

from decimal import Decimal
from itertools import product

from crm_data.store.summary import Group
from dashboard.components.grid import grouping, summing
from dashboard.components.grid.grouping import MOST_OPEN, Line, folded, lines, total, window
from tests.support.chance import dice

GROUPS = [
    Group((a, b), count, {"deal_value": {"USD": Decimal(count), "": 0}}, (None, f"called {b}"))
    for (a, b), count in zip(product(("new", "won", None), (1, 2)), (3, 1, 0, 5, 2, 7), strict=True)
]


def whole(shown: list[Line]) -> list[object]:
    """Every line there is: a head, or (group, row of it)."""
    told: list[object] = []
    for line in shown:
        told += [line, *((line.head.values, at) for at in range(line.rows))]
    return told


def test_a_window_is_a_piece_of_the_whole_wherever_it_is_and_whatever_is_unfolded() -> None:
    chance = dice("groups")
    paths = [group.values[:n] for group in GROUPS for n in (1, 2)]
    for _ in range(300):
        shown = lines(GROUPS, 2, chance.sample(paths, chance.randint(0, len(paths))))
        every = whole(shown)
        assert total(shown) == len(every)
        start, n = chance.randint(0, len(every) + 3), chance.randint(1, 12)
        heads, between = window(shown, start, n)
        found: dict[int, object] = dict(heads)
        for part in between:
            found |= {part.at + at: (part.path, part.start + at) for at in range(part.n)}
        assert found == dict(enumerate(every[start : start + n], start))


def test_a_head_counts_all_below_it_and_opens_by_its_own_name() -> None:
    shown = lines(GROUPS, 2, [("new",)])
    assert [(line.head.values, line.head.count, line.open, line.rows) for line in shown] == [
        (("new",), 4, True, 0),
        (("new", 1), 3, False, 0),
        (("new", 2), 1, False, 0),
        (("won",), 5, False, 0),
        ((None,), 9, False, 0),
    ]
    assert len({line.key for line in shown}) == len(shown)
    opened: list[grouping.Path] = []
    for at in range(MOST_OPEN + 5):
        opened = folded(opened, (at,))
    assert opened == [(at,) for at in range(5, MOST_OPEN + 5)]
    assert folded(opened, (7,)) == [one for one in opened if one != (7,)]


def test_amounts_of_several_currencies_are_never_one() -> None:
    found = {"USD": Decimal("1234.50"), "EUR": Decimal("2.00")}
    assert summing.amounts(found) == "$1,234.50 + €2.00"
    told = summing.foot({"a": "sum", "b": "empty", "c": "average"}, {"a": found, "b": {"": 1200}, "c": {}})
    assert told == {"a": "Σ $1,234.50 + €2.00", "b": "1,200 empty", "c": "Ø nothing to add"}
