"""What is looked for, judged against one record: whether the record answers, how well, and what of it did."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from crm_data.finding.near import is_near, slips
from crm_data.finding.plain import WORD, plain, shown
from crm_data.tables.fields import Field

LONGEST_ASKED = 100  # characters; what is behind them is not looked for
_MOST_WORDS = 8
SHORT = 2  # letters up to which a word is found where one begins, and not inside
_LEAST_DIGITS = 3
WHOLE, BEGINS, WITHIN, NEARLY = range(4)
Span = tuple[int, int]


@dataclass(frozen=True)
class Match:
    """How a record answers: the less the better; what matched in which field, as places in its text."""

    score: tuple[int, ...]
    marks: Mapping[str, list[Span]]

    @property
    def nearly(self) -> bool:
        """A slip was forgiven."""
        return self.score[0] == NEARLY


class Asked:
    """A text that is looked for. Every word of it must be in the record; so must its digits, if it is a number."""

    def __init__(self, said: str) -> None:
        self.text = " ".join(said[:LONGEST_ASKED].split())
        found = dict.fromkeys(WORD.findall(plain(self.text)))
        self.words = tuple(found)[:_MOST_WORDS]

    def __bool__(self) -> bool:
        return bool(self.words)

    @cached_property
    def readings(self) -> list[tuple[str, ...]]:
        """The words; of a number also its digits as one, and those without the noughts of a dialled prefix."""
        every = [self.words]
        digits = "".join(self.words)
        if len(digits) >= _LEAST_DIGITS and all(map(str.isdecimal, digits)):
            every += [(digits,)]
            if len(digits.lstrip("0")) >= _LEAST_DIGITS:
                every += [(digits.lstrip("0"),)]
        return list(dict.fromkeys(every))

    @cached_property
    def looked_up(self) -> set[str]:
        """What of the words is looked up in the lists."""
        return {word for reading in self.readings for word in reading}

    def within(self, word: str, said: str, nearly: bool) -> int | None:
        """How a text holds one of the words, as `WHOLE` and so on; None where it does not. `nearly`: slips too."""
        how = next((found for found, _, _ in _places(word, plain(said))), None)
        return None if how == NEARLY and not nearly else how

    def judge(self, fields: Mapping[str, Field], values: Mapping[str, str | None]) -> Match | None:
        """Whether a record with these texts answers, and how."""
        texts = [(field, *shown(field, said)) for name, field in fields.items() if (said := values.get(name))]
        found = [match for reading in self.readings if (match := self._judged(reading, texts))]
        return min(found, key=lambda match: match.score, default=None)

    def _judged(
        self, reading: tuple[str, ...], texts: list[tuple[Field, str, list[int] | None]]
    ) -> Match | None:
        worst, beside, total = 0, 0, 0
        marks: dict[str, list[Span]] = {}
        for word in reading:
            every = [
                (how, not field.title, at, start, end)
                for at, (field, text, _) in enumerate(texts)
                for how, start, end in _places(word, text)
            ]
            if not every:
                return None
            how, other, at, start, end = min(every)
            worst, beside, total = max(worst, how), beside + other, total + how
            field, _, places = texts[at]
            span = (start, end) if places is None else (places[start], places[end - 1] + 1)
            marks.setdefault(field.name, []).append(span)
        return Match((worst, beside, total), marks)


def _places(word: str, text: str) -> Iterator[tuple[int, int, int]]:
    """(how, from, to) of where a word stands in a text: the best place, or one that is nearly it."""
    for how, pattern in enumerate(_patterns(word)):
        if found := pattern.search(text):
            yield how, *found.span()
            return
    if most := slips(word):
        for one in WORD.finditer(text):
            if is_near(word, one[0], most):
                yield NEARLY, *one.span()
                return


@lru_cache(maxsize=256)
def _patterns(word: str) -> list[re.Pattern[str]]:
    """What finds a word as a whole, where one begins with it, and within one."""
    before, after = r"(?<![^\W_])", r"(?![^\W_])"
    ways = [f"{before}{word}{after}", f"{before}{word}", word]
    return [re.compile(way) for way in ways[: WITHIN if len(word) <= SHORT else NEARLY]]
