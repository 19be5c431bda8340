"""The colour of a choice, the same in every list: what is well is green, what is lost red, what waits grey."""

from collections.abc import Mapping
from types import MappingProxyType

from crm_data import Kind, Records

_OF: Mapping[str, str] = MappingProxyType(
    {
        "active": "green", "won": "green", "closed_won": "green", "completed": "green", "converted": "green",
        "lost": "red", "closed_lost": "red", "unqualified": "red", "urgent": "red",
        "high": "orange", "negotiation": "orange",
        "proposal": "violet", "contacted": "violet",
        "qualified": "blue", "in_progress": "blue", "open": "blue", "new": "blue", "prospect": "yellow",
    }
)  # fmt: skip


def colours(records: Records) -> dict[str, dict[str, str]]:
    """Field -> value -> colour, for the choices that say how something stands."""
    told = {}
    for name, field in records.fields.items():
        known = {value: _OF[value] for value in field.choice_labels() if value in _OF}
        if field.kind is Kind.CHOICE and known:
            told[name] = known
    return told
