"""The facts of one record in words: every field that holds something, and the names of those that do not."""

from collections.abc import Mapping
from typing import Any

from crm_data import Field, Kind, Records, Workspace
from crm_data.alike import phones
from crm_data.alike.countries import region
from dashboard.components.facts import Chip, Fact
from dashboard.components.facts import facts as draw
from dashboard.parts import place, reach, say
from dashboard.parts.colours import colours

Row = Mapping[str, Any]
Names = Mapping[str, Mapping[int, str]]


def facts(my: Workspace, records: Records, row: Row, names: Names) -> None:
    """Draw them: what is not filled in is named too, so that nothing seems hidden."""
    lacking = [field.label for field in _fields(records) if say.holds_nothing(row[field.name])]
    draw("record", of(my, records, row, names), f"Not filled in: {', '.join(lacking)}." if lacking else "")


def of(my: Workspace, records: Records, row: Row, names: Names) -> list[Fact]:
    """A fact a field that holds something, and what its file had besides."""
    coloured, currency = colours(records), str(row.get("currency") or my.scope.currency)
    country = region(row.get("country"))
    held = [
        _fact(
            field,
            _dialled(field, row[field.name], country),
            names.get(field.name, {}),
            currency,
            coloured.get(field.name, {}),
        )
        for field in _fields(records)
        if not say.holds_nothing(row[field.name])
    ]
    imported = (row.get("imported") or {}).items()
    return held + [Fact(f"{label} (from the imported file)", str(said)) for label, said in imported]


def _dialled(field: Field, raw: Any, country: str | None) -> Any:
    """A telephone number with its country's prefix, where the record says the country; anything else as it is."""
    return phones.international(raw, country) if field.kind is Kind.PHONE and raw else raw


def _fields(records: Records) -> list[Field]:
    return [field for field in records.fields.values() if field.kind is not Kind.JSON and not field.hidden]


def _fact(
    field: Field, raw: Any, names: Mapping[int, str], currency: str, coloured: Mapping[str, str]
) -> Fact:
    if field.kind is Kind.LINK and field.to:
        address = place.record(place.KIND_OF[field.to], raw)
        return Fact(field.label, names.get(raw, "Record"), address)
    text = say.value(field, raw, names, currency)
    if field.kind is Kind.TAGS:
        return Fact(field.label, text, chips=[Chip(tag) for tag in raw])
    if colour := coloured.get(raw) if field.kind is Kind.CHOICE else None:
        return Fact(field.label, text, chips=[Chip(text, colour)])
    if to := reach.address(field, raw):
        return Fact(field.label, str(raw), to)
    return Fact(field.label, text)
