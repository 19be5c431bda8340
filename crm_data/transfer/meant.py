"""Which field a heading means, whatever number, place or part another system adds to it. Pure.

'E-mail 2 Address', 'Phone 1 - Value' and 'Business Postal Code' are e-mail, telephone and postal code.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm_data.tables.fields import Field
from crm_data.transfer.headings import FIRMS, IGNORED, MOBILES, TELEPHONES, other_names, squeezed

# What stands before a heading and says whose it is; the sooner it stands here, the likelier it is what is meant.
_PLACES = (
    ("business", "work", "office", "primary", "main", "billing", "mailing", "default", "address", "contact"),
    ("mobile", "cell"),
    ("companymain", "company", "organization", "organisation"),
    ("home", "private", "personal"),
    ("secondary", "second", "alternate", "alternative", "additional", "other", "shipping"),
)
_ENDS = dict.fromkeys(("value", "address", "number", "work", "geschäftlich", "bureau"), 0) | dict.fromkeys(
    ("formatted", "home", "other", "privat", "domicile"), 3
)
# A number before a heading, as '3. Phone', and the kind of record, as 'Deal - Title' and 'Contact: Email'.
# Behind a heading of a form: that it must be filled in, or need not.
_MARKED = re.compile(
    r"\s*[(\[](?:required|mandatory|optional|pflichtfeld|obligatoire|facultatif|obligatorio|opcional)[)\]]\s*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*[#(]?\d{1,3}\s*[.):]\s*")
_OF_A_KIND = re.compile(r"^\s*([^\W\d_]+)\s*(?:-|–|:|\.|/)\s*(?=\S)")
_KINDS = {
    "customers": "customer customers person people contact contacts organization organisation company account"
    " properties",
    "leads": "lead leads properties",
    "deals": "deal deals opportunity opportunities properties",
    "tasks": "task tasks activity properties",
    "activities": "activity activities call meeting event properties",
}
# Only these have places and numbers; with such a word before it another field would be another thing.
_PLACED = frozenset(
    ["phone", "email", "address", "city", "state", "zip_code", "country", "website", "company_name"]
)
_PHONE, _SECOND = "phone", "secondary_phone"


@dataclass(frozen=True, order=True)
class Meaning:
    """How well a heading fits a field: the less, the better. `empty`: no cell of its column says anything."""

    empty: bool
    place: int
    rank: int
    number: int
    at: int
    heading: str
    field: str


def assigned(
    table: str,
    title: str,
    fields: Mapping[str, Field],
    headings: Sequence[str],
    empty: Collection[str],
    persons: bool,
) -> dict[str, str]:
    """Heading -> field, each field once.

    `empty`: headings of columns that say nothing. `persons`: rows have a first and a last name, so that a column
    with the name of a firm is not theirs.
    """
    chosen: dict[str, str] = {}
    for meaning in _meanings(table, fields, headings, empty):
        of_firm = persons and meaning.field == title and squeezed(meaning.heading) in FIRMS
        if not of_firm and meaning.heading not in chosen and meaning.field not in chosen.values():
            chosen[meaning.heading] = meaning.field
    if _PHONE in fields and _SECOND in fields:
        _give_telephones(table, chosen, fields, headings, empty)
    if not persons and "company_name" in fields and title not in chosen.values():
        # A list of firms, whose name is the customer's.
        chosen = {h: title if name == "company_name" else name for h, name in chosen.items()}
    return chosen


def _meanings(
    table: str, fields: Mapping[str, Field], headings: Sequence[str], empty: Collection[str]
) -> list[Meaning]:
    """Every field that each heading may mean, the best first."""
    others = other_names(table)
    found = []
    for name, field in fields.items():
        names = [squeezed(field.label), squeezed(name), *others.get(name, [])]
        for at, heading in enumerate(headings):
            if squeezed(heading) in IGNORED:
                continue
            fits = [
                (place, max(names.index(said) - 1, 0), number)
                for said, place, number in _readings(_plain(heading, table), name in _PLACED)
                if said in names
            ]
            if fits:
                found.append(Meaning(heading in empty, *min(fits), at, heading, name))
    return sorted(found)


def _plain(heading: str, table: str) -> str:
    """A heading without what is only before it: '2. Deal - Title' -> 'Title'."""
    plain = _MARKED.sub("", heading)
    plain = _NUMBERED.sub("", plain) or plain
    kind = _OF_A_KIND.match(plain)
    return plain[kind.end() :] if kind and squeezed(kind[1]) in _KINDS.get(table, "").split() else plain


def _readings(heading: str, placed: bool) -> Iterator[tuple[str, int, int]]:
    """What a heading may say: its words without place, number and end, with the place and the number."""
    said = squeezed(heading)
    yield said, 0, 0
    if not placed:
        return
    digits = re.search(r"\d{1,2}", said)
    number = int(digits[0]) if digits else 0
    bare = re.sub(r"\d{1,2}", "", said)
    places = [("", 0)] + [(word, place) for place, words in enumerate(_PLACES) for word in words]
    for before, place in places:
        for end, later in {"": 0, **_ENDS}.items():
            if bare.startswith(before) and bare.endswith(end) and len(bare) > len(before) + len(end):
                yield bare[len(before) : len(bare) - len(end)], place + later, number


def _give_telephones(
    table: str,
    chosen: dict[str, str],
    fields: Mapping[str, Field],
    headings: Sequence[str],
    empty: Collection[str],
) -> None:
    """The first telephone number of a row in the first field, the next one in the second."""
    ours = {squeezed(said): name for name in (_PHONE, _SECOND) for said in (name, fields[name].label)}
    fixed = {h: ours[squeezed(h)] for h in headings if squeezed(h) in ours and h not in empty}
    found = []
    for at, heading in enumerate(headings):
        fits = [
            (max(place, said in MOBILES), number)
            for said, place, number in _readings(_plain(heading, table), True)
            if said in TELEPHONES or said in MOBILES
        ]
        if fits and heading not in fixed and chosen.get(heading, _PHONE) in (_PHONE, _SECOND):
            found.append((heading in empty, *min(fits), at, heading))
    for heading in [heading for heading, name in chosen.items() if name in (_PHONE, _SECOND)]:
        del chosen[heading]
    chosen |= {heading: name for heading, name in fixed.items() if name not in chosen.values()}
    free = [name for name in (_PHONE, _SECOND) if name not in chosen.values()]
    chosen |= {heading: name for (*_, heading), name in zip(sorted(found), free, strict=False)}
