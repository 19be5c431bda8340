"""How a file of another system is declared: its headings, what each becomes here, and what tells it apart."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# What stands between the headings of one field, the likeliest first; in a title, between the ways to make one.
OR = " | "
_IN_BRACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Export:
    """One kind of file of one system.

    `what`: what its rows are there; `table`: what they become here. `ids`: the name under which its ids are
    unique. `signs`: sets of headings; where each of a set has one of its headings in a file, it is of this kind.
    `title`: the title of a record put together of headings in braces, as '{First Name} {Last Name} | {Email}'.
    `fields`: field -> its headings, the first that says something goes there, and the others where that is empty.
    `places`: whole addresses, of which the first that says something is taken. `changed`: when it was last
    changed there. `beside`: headings that no field takes and that stay beside the record. `fill`: what all
    new records get.
    """

    system: str
    what: str
    table: str
    ids: str
    signs: tuple[tuple[str, ...], ...]
    title: str
    fields: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Mapping[str, str], ...] = ()
    changed: str = ""
    beside: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called: 'HubSpot contacts'."""
        return f"{self.system} {self.what}"

    def headings(self) -> list[str]:
        """Every heading that is declared, once, those of the title first."""
        each = [
            *_IN_BRACES.findall(self.title),
            *self._of_fields(),
            *_said(self.changed),
            *_said(self.beside),
        ]
        return list(dict.fromkeys(each))

    def _of_fields(self) -> Iterator[str]:
        for some in (self.fields, *self.places):
            for said in some.values():
                yield from _said(said)


def headings_of(said: str) -> list[str]:
    """The headings of one field."""
    return _said(said)


def in_title(said: str) -> list[str]:
    """The headings of one way to make a title."""
    return _IN_BRACES.findall(said)


def _said(said: str) -> list[str]:
    return [heading.strip() for heading in said.split("|") if heading.strip()]
