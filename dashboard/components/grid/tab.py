"""What a tab knows of its grid between two runs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_data import Layout, Lookalike, new_act
from dashboard.components.grid.listed import Lists
from dashboard.components.grid.resembling import Named


@dataclass(frozen=True)
class Told:
    """What was told of a list: to whom and of what, up to which change and when; as text, and of how many rows.

    Until something of the company changes, or a minute has passed, the same would be told again.
    """

    asked: tuple[Any, ...]
    last: int
    at: datetime
    text: str
    count: int


@dataclass
class Kept:
    """What a tab knows of its grid between two runs."""

    layout: Layout
    lists: Lists = field(default_factory=Lists)
    foot: tuple[Any, dict[str, str]] | None = None
    seen: dict[int, int] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    found: dict[str, Any] | None = None
    turn: str = field(default_factory=new_act)  # the same question of the same tab is one act
    told: Told | None = None
    total: int | None = None
    named: Named = field(default_factory=Named)
    likes: list[Lookalike] = field(default_factory=list)  # which the last Save waits for
    acted: int = 0  # acts upon rows that were heard: the browser then offers the same one again
    view: str = ""  # whose columns these are, as it says them
    whole: bool = False  # what was done is seen around the list too: the screen is drawn again
