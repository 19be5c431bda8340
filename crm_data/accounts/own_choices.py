"""The choices of a field that a company has added: their codes, which stay, and the words for them. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from crm_data.errors import Invalid
from crm_data.store.signs import bare
from crm_data.store.values import parse
from crm_data.tables.fields import Field, Kind
from crm_data.tables.own_fields import Choices, OwnField

MOST_CHOICES = 50
WORDS = Field("Choices", Kind.TEXT, "choices", length=60)
_CODE = "own_choice_"


def new_choices(said: Sequence[str]) -> Choices:
    """Choices of a new field from words. Raises Invalid."""
    return rechosen(OwnField("", "", Kind.CHOICE), tuple(("", words) for words in said)).choices


def rechosen(field: OwnField, wanted: Choices) -> OwnField:
    """A field with these choices, as (code, words), the code '' of a new one; empty words take one away.

    A code is never given twice. Raises Invalid.
    """
    known = dict(field.choices + field.gone)
    last = max((int(code.removeprefix(_CODE)) for code in known), default=0)
    made: dict[str, str] = {}
    for code, said in wanted:
        words = parse(WORDS, said)
        if words is None:
            continue
        if not _alike(words) or _alike(words).startswith(_alike(_CODE)):
            raise Invalid(
                f"{words}: a choice needs a letter or a digit, and other words than these.", "choices"
            )
        if code not in known:
            last += 1
            code = f"{_CODE}{last}"
        made[code] = words
    if not made:
        raise Invalid("A choice needs something to choose from: write one a line.", "choices")
    if len(made) > MOST_CHOICES:
        raise Invalid(f"At most {MOST_CHOICES} choices fit in one field.", "choices")
    each = [bare(words).casefold() for words in made.values()]
    for words in made.values():
        if each.count(bare(words).casefold()) > 1:
            raise Invalid(f"{words}: stands twice among the choices. Choose other words.", "choices")
    gone = tuple((code, words) for code, words in known.items() if code not in made)
    return replace(field, choices=tuple(made.items()), gone=gone)


def _alike(said: str) -> str:
    return "".join(sign for sign in said.casefold() if sign.isalnum())
