"""Find: the records of a company that answer to a text, every kind at once, best first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa

from crm_data.finding.asked import Asked, Match, Span
from crm_data.finding.lists import Chosen, candidates
from crm_data.finding.plain import searched_by
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.tables import ChangeLog, SearchDue, by_name, title_of
from crm_data.tables.fields import Field, Kind

Fields = Mapping[str, Field]
MOST = 6  # of a kind
MOST_DUE = 1_000  # records whose words are not listed yet and that are read for a search
_BATCHES = (24, 200, 2_000)  # candidates of a kind that are read, one after the other, until enough answer
_ENOUGH = 6  # found without slips: then none are forgiven
_AROUND = 36  # characters of a long text that are shown before what matched
_SNIPPET = 120
_LOGGED = 300


@dataclass(frozen=True)
class Text:
    """A text with the places in it that matched."""

    said: str
    marks: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class Hit:
    """A record that answers. `beside`: the field that matched and its text, where the title alone did not."""

    table: str
    id: int
    title: Text
    label: str = ""
    beside: Text | None = None


@dataclass(frozen=True)
class Group:
    """The best answers of one kind; `more`: there are others."""

    table: str
    hits: list[Hit]
    more: bool = False


@dataclass(frozen=True)
class Answer:
    """What was found. `due`: records were written lately, whose words are to be listed; `waiting`: so many of
    those were not read for this, and are not found.
    """

    groups: list[Group] = field(default_factory=list)
    waiting: int = 0
    due: bool = False


def find(store: Store, scope: CompanyScope, tables: Sequence[str], said: str) -> Answer:
    """The records that answer, six of a kind. Of an empty text those changed last, the person's own first.

    Some ten statements however many records there are: what is due, which words are meant, their lists, and one a
    kind for the rows; where hardly anything is found, two more for words that are nearly the same.
    """
    asked = Asked(said)
    with store.read(scope) as session:
        if not asked:
            return Answer([] if said.strip() else _recent(session, tables, scope.user_id))
        due, waiting = _due(session, tables)
        fields = {table: searched_by(table, scope.own) for table in tables}
        found = _found(session, asked, fields, due, nearly=False)
        if sum(len(hits) for hits in found.values()) < _ENOUGH:
            found = _found(session, asked, fields, due, nearly=True)
        groups = [
            Group(table, [hit for _, hit in sorted(hits, key=_best)][:MOST], len(hits) > MOST)
            for table, hits in found.items()
            if hits
        ]
        best = {table: min(match.score for match, _ in hits) for table, hits in found.items() if hits}
        return Answer(sorted(groups, key=lambda group: best[group.table]), waiting, bool(due))


def _best(hit: tuple[Match, Hit]) -> tuple[Any, ...]:
    return (*hit[0].score, -hit[1].id)


def _due(session: CompanySession, tables: Sequence[str]) -> tuple[dict[str, set[int]], int]:
    wanted = sa.select(SearchDue.table_name, SearchDue.row_id).order_by(SearchDue.id.desc()).limit(MOST_DUE)
    rows = session.execute(wanted).all()
    due: dict[str, set[int]] = defaultdict(set)
    for table, id_ in rows:
        if table in tables:
            due[table].add(id_)
    waiting = 0
    if len(rows) == MOST_DUE:
        waiting = (session.scalar(sa.select(sa.func.count()).select_from(SearchDue)) or 0) - MOST_DUE
    return due, waiting


def _found(
    session: CompanySession,
    asked: Asked,
    fields: Mapping[str, Fields],
    due: Mapping[str, set[int]],
    nearly: bool,
) -> dict[str, list[tuple[Match, Hit]]]:
    chosen = [
        Chosen(table, code, words)
        for table, declared in fields.items()
        for field in declared.values()
        if field.kind is Kind.CHOICE
        for code, words in field.called
    ]
    listed = candidates(session, asked, nearly, chosen)
    found = {}
    for table in fields:
        fresh = due.get(table, set())
        ids = (id_ for id_ in listed.get(table, ()) if id_ not in fresh)
        found[table] = _answers(
            session, asked, table, fields[table], sorted(fresh, reverse=True), ids, nearly
        )
    return found


def _answers(
    session: CompanySession,
    asked: Asked,
    table: str,
    fields: Fields,
    fresh: Sequence[int],
    ids: Iterator[int],
    nearly: bool,
) -> list[tuple[Match, Hit]]:
    """Those of the candidates that answer; read until one more than is shown does."""
    model: Any = by_name(table)
    columns = dict.fromkeys([title_of(table), *fields])
    found: list[tuple[Match, Hit]] = []
    for size in _BATCHES:
        wanted = [*fresh, *islice(ids, size)]
        fresh = ()
        if not wanted:
            break
        rows = session.execute(
            sa.select(model.id, *(getattr(model, name) for name in columns)).where(
                model.id.in_(wanted), model.archived_at.is_(None)
            )
        )
        for row in rows:
            values = _as_seen(fields, dict(zip(columns, row[1:], strict=True)))
            match = asked.judge(fields, values)
            if match is not None and (nearly or not match.nearly):
                found.append((match, _hit(table, fields, row[0], values, match)))
        if len(found) > MOST:
            break
    return found


def _as_seen(fields: Fields, values: dict[str, str | None]) -> Mapping[str, str | None]:
    """With the words of a choice, which people see, in place of its code."""
    chosen = {
        name: field.words_for(said)
        for name, field in fields.items()
        if field.kind is Kind.CHOICE and (said := values[name])
    }
    return {**values, **chosen}


def _hit(table: str, fields: Fields, id_: int, values: Mapping[str, str | None], match: Match) -> Hit:
    title = title_of(table)
    name = Text(str(values[title] or ""), sorted(match.marks.get(title, [])))
    others = [other for other in match.marks if other != title]
    if not others:
        return Hit(table, id_, name)
    said = values[others[0]] or ""
    return Hit(table, id_, name, fields[others[0]].label, _around(said, sorted(match.marks[others[0]])))


def _around(said: str, marks: list[Span]) -> Text:
    """As much of a long text as is shown, from a little before what matched."""
    start = max(marks[0][0] - _AROUND, 0) if len(said) > _SNIPPET else 0
    cut = said[start : start + _SNIPPET]
    before, after = "…" if start else "", "…" if start + _SNIPPET < len(said) else ""
    moved = [
        (first - start + len(before), min(last - start, len(cut)) + len(before))
        for first, last in marks
        if first - start < len(cut)
    ]
    return Text(f"{before}{cut}{after}", moved)


def _recent(session: CompanySession, tables: Sequence[str], user_id: int | None) -> list[Group]:
    """What was changed last, as one group without a table: the person's own first."""
    logged = sa.select(ChangeLog.table_name, ChangeLog.row_id, ChangeLog.user_id).where(
        ChangeLog.table_name.in_(tables)
    )
    lines = session.execute(logged.order_by(ChangeLog.id.desc()).limit(_LOGGED)).all()
    mine = dict.fromkeys((table, id_) for table, id_, who in lines if who is not None and who == user_id)
    order = list(dict.fromkeys([*mine, *((table, id_) for table, id_, _ in lines)]))[: 2 * MOST]
    hits: dict[tuple[str, int], Hit] = {}
    for table in {table for table, _ in order}:
        model: Any = by_name(table)
        ids = [id_ for name, id_ in order if name == table]
        wanted = sa.select(model.id, getattr(model, title_of(table)))
        for id_, said in session.execute(wanted.where(model.id.in_(ids), model.archived_at.is_(None))):
            hits[table, id_] = Hit(table, id_, Text(str(said)))
    shown = [hits[key] for key in order if key in hits][:MOST]
    return [Group("", shown)] if shown else []
