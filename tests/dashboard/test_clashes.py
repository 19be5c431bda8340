"""Which of two values is saved when two people changed the same."""

from crm_data.errors import Clash
from dashboard.parts.clashes import MINE, THEIRS, settled


def test_mine_stands_on_what_is_theirs_and_theirs_is_let_go() -> None:
    fields = {"phone": ("1", "3"), "city": ("a", "c"), "name": ("x", "y")}
    clashes = [
        Clash(7, "phone", "1", "3", "2"),
        Clash(7, "city", "a", "c", "b"),
        Clash(8, "name", "x", "y", "z"),
    ]
    chosen = {(7, "phone"): MINE, (7, "city"): THEIRS, (8, "name"): THEIRS}
    assert settled(7, fields, clashes, chosen) == {"phone": ("2", "3"), "name": ("x", "y")}
    assert fields["phone"] == ("1", "3")
