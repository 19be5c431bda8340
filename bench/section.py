"""One measured line of the results, and the heading it stands under."""

from dataclasses import dataclass, field

from bench.rounds import Ratio


@dataclass(frozen=True)
class Line:
    """What was measured, against what, the ratio; `target` as a person reads it, with what it allows."""

    what: str
    against: str
    ratio: Ratio | float
    most: float | None = None

    @property
    def middle(self) -> float:
        """The ratio itself."""
        return self.ratio.middle if isinstance(self.ratio, Ratio) else self.ratio


@dataclass
class Section:
    """Lines that belong together, and what a reader must know to read them."""

    title: str
    note: str
    lines: list[Line] = field(default_factory=list)
