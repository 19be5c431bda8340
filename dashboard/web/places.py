"""Places for long work: a person, a company and all together have only so many, so that nobody takes them all."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from crm_data.errors import TooMany


class Places:
    """`person`, `company` and `everybody`: how many of them each may have at once; `what`: what they are for."""

    def __init__(self, what: str, person: int, company: int, everybody: int) -> None:
        self._most = {
            "person": (person, f"You have {person} {what} under way already. Wait for one or cancel it."),
            "company": (
                company,
                f"Your company has {company} {what} under way already. Try again in a minute.",
            ),
            "everybody": (everybody, f"Too many {what} are under way just now. Try again in a minute."),
        }
        self._one_by_one = (
            f"Your company has many {what} under way. One at a time just now: wait for yours or cancel it."
        )
        self._taken: Counter[tuple[str, object]] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, person: object, company: object) -> Iterator[None]:
        """A place while the block runs. Raises TooMany, with whose are all taken."""
        whose = (("person", person), ("company", company), ("everybody", None))
        with self._lock:
            for kind, name in whose:
                most, sentence = self._most[kind]
                if self._taken[kind, name] >= most:
                    raise TooMany(sentence)
            # From the middle on a company's places are for those who have none: two never hold all of them.
            half_full = 2 * self._taken["company", company] >= self._most["company"][0]
            if half_full and self._taken["person", person]:
                raise TooMany(self._one_by_one)
            self._taken.update(whose)
        try:
            yield
        finally:
            with self._lock:
                self._taken.subtract(whose)
                self._taken += Counter()  # those at nothing are forgotten
