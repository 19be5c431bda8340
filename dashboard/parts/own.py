"""What one kind of record brings to its list."""

from collections.abc import Callable
from dataclasses import dataclass

from crm_data import All
from dashboard.components.grid.data import Act, Beside


@dataclass(frozen=True)
class Own:
    """What a list offers beside what every list does: columns, and acts on its rows with what does one."""

    columns: tuple[Beside, ...] = ()
    acts: tuple[Act, ...] = ()
    act: Callable[[str, list[int] | All], object] = lambda act, which: None
