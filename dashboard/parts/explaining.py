"""How figures are made, in words: formula, date basis, currency, period, and the filter that their rows meet."""

from collections.abc import Sequence
from dataclasses import replace

from crm_data import Figure, Query, Workspace
from crm_data.nouns.converted import SAID, SAID_OF_MONTHS, Converted
from crm_data.store.filters import NO_FILTER
from dashboard.known import at_hand
from dashboard.parts.filters import in_words

_LONGEST = 300  # characters of a filter


def made(figure: Figure) -> str:
    """The formula, what it does not say, and by which rates it is converted."""
    parts = [figure.formula.value, figure.means]
    if isinstance(figure.currency, Converted):
        by_what = SAID if figure.rows.table == "deals" else SAID_OF_MONTHS
        parts.append(f"All currencies, in {figure.currency}: {by_what}")
    return " ".join(part for part in parts if part)


def whole(my: Workspace, some: Sequence[Figure]) -> str:
    """How figures are made, and what narrows all of them; '' where they are made in several ways."""
    ways = {(figure.rows.table, made(figure)) for figure in some}
    if len(ways) != 1:
        return ""
    return " ".join(part for part in (ways.pop()[1], narrowed(my, some)) if part)


def narrowed(my: Workspace, some: Sequence[Figure]) -> str:
    """What narrows the rows of all of these figures of one table, in words; '' where nothing does.

    It is read from what they open, and from nothing else: no statement is sent for a name.
    """
    records, query = my.records(some[0].rows.table), _of_all([figure.rows.query for figure in some])
    members = at_hand(my, "members") or {my.scope.user_id: "me"}
    said = ", ".join(in_words(records, query, members, named=False))
    cut = f"{said[:_LONGEST]}…" if len(said) > _LONGEST else said
    return f"Filter: {cut}." if cut else ""


def _of_all(queries: Sequence[Query]) -> Query:
    """What each of some lists asks for."""
    first, *others = queries
    where = {
        name: wanted
        for name, wanted in first.where.items()
        if all(name in other.where and other.where[name] == wanted for other in others)
    }
    presets = [
        name for name in first.preset.split(",") if all(name in other.preset.split(",") for other in others)
    ]
    return replace(
        first,
        where=where,
        preset=",".join(presets),
        search=first.search if all(other.search == first.search for other in others) else "",
        filter=first.filter if all(other.filter == first.filter for other in others) else NO_FILTER,
        archived=all(query.archived for query in queries),
    )
