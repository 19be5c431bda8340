"""Which system made a file, as its headings tell, and where that system's columns go. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm_data.errors import Invalid
from crm_data.tables.fields import Field
from crm_data.transfer.headings import squeezed
from crm_data.transfer.plan import CHANGED
from crm_data.transfer.systems import address_books, hubspot, pipedrive, salesforce, zoho
from crm_data.transfer.systems.export import OR, Export, headings_of, in_title

EXPORTS: tuple[Export, ...] = (
    *hubspot.EXPORTS,
    *salesforce.EXPORTS,
    *pipedrive.EXPORTS,
    *zoho.EXPORTS,
    *address_books.EXPORTS,
)


@dataclass(frozen=True)
class Found:
    """What a file seems to be, and the headings that say so."""

    export: Export
    because: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """Where a file's columns go: heading -> field, the headings that stay beside, field -> what fills its gaps."""

    fields: Mapping[str, str]
    beside: Collection[str]
    gaps: Mapping[str, str]


def offered(table: str) -> list[str]:
    """The names of the files that become this kind of record, in the order of their systems."""
    return [export.name for export in EXPORTS if export.table == table]


def named(name: str, table: str) -> Export:
    """The file of this name. Raises Invalid."""
    for export in EXPORTS:
        if export.table == table and export.name.casefold() == name.casefold():
            return export
    raise Invalid(f"No file of {name!r} is known for this list. Known are: {', '.join(offered(table))}.")


def recognised(headings: Sequence[str], table: str) -> Found | None:
    """The file that these headings are of, among those that become this kind of record."""
    return _best(headings, (export for export in EXPORTS if export.table == table))


def elsewhere(headings: Sequence[str], table: str) -> Found | None:
    """The file that these headings are of where it is none for this kind of record, and one for another."""
    if recognised(headings, table) is not None:
        return None
    return _best(headings, (export for export in EXPORTS if export.table != table))


def _best(headings: Sequence[str], exports: Iterable[Export]) -> Found | None:
    """The one that knows the most of the headings, of those whose signs are there."""
    there = {squeezed(heading): heading for heading in reversed(headings)}
    found = []
    for at, export in enumerate(exports):
        if because := _signs(export, there):
            known = sum(squeezed(heading) in there for heading in export.headings())
            found.append((known, -at, Found(export, because)))
    return max(found, key=lambda one: one[:2])[2] if found else None


def _signs(export: Export, there: Mapping[str, str]) -> tuple[str, ...]:
    """The headings of the first set of signs that is there, as the file writes them."""
    for signs in export.signs:
        said = [
            next((there[s] for h in headings_of(sign) if (s := squeezed(h)) in there), "") for sign in signs
        ]
        if all(said):
            return tuple(dict.fromkeys(said))
    return ()


def taken(
    export: Export, title: str, fields: Mapping[str, Field], headings: Sequence[str], empty: Collection[str]
) -> Taken:
    """Where the columns of such a file go. `empty`: headings of columns that say nothing."""
    there = {squeezed(heading): heading for heading in reversed(headings)}

    def here(said: Iterable[str]) -> list[str]:
        """Headings as the file writes them: those that say something before those that do not."""
        found = [there[squeezed(heading)] for heading in said if squeezed(heading) in there]
        return sorted(dict.fromkeys(found), key=lambda heading: heading in empty)

    chosen: dict[str, str] = {}
    gaps: dict[str, str] = {}
    ways = [way for way in dict.fromkeys(_way(said, there, empty) for said in export.title.split(OR)) if way]
    if ways and (alone := in_title(ways[0])) and ways[0] == f"{{{alone[0]}}}":
        chosen[alone[0]] = title
        ways = ways[1:]
    if ways:
        gaps[title] = OR.join(ways)
    place = next(
        (p for p in export.places if any(set(here(headings_of(s))) - set(empty) for s in p.values())), {}
    )
    others: dict[str, list[str]] = {}
    for name, said in [*export.fields.items(), *place.items()]:
        if name not in fields:
            continue
        first, *more = [heading for heading in here(headings_of(said)) if heading not in chosen] or [""]
        if first:
            chosen[first], others[name] = name, [heading for heading in more if heading not in empty]
    for name, more in others.items():
        if spare := [heading for heading in more if heading not in chosen]:
            gaps[name] = OR.join(f"{{{heading}}}" for heading in spare)
    for heading in here(headings_of(export.changed))[:1]:
        chosen.setdefault(heading, CHANGED)
    known = {squeezed(heading) for heading in export.headings()}
    beside = [heading for heading in headings if squeezed(heading) in known and heading not in chosen]
    return Taken(chosen, beside, gaps)


def _way(said: str, there: Mapping[str, str], empty: Collection[str]) -> str:
    """One way to make a title, of the headings that the file has and that say something; '' where it has none."""
    found = [there[s] for h in in_title(said) if (s := squeezed(h)) in there and there[s] not in empty]
    return " ".join(f"{{{heading}}}" for heading in found)
