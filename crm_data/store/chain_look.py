"""Whether the log of a company is what was written: from its first act to its last, some thousand lines at a time.

What is found is told in words: a line that was changed, that is gone, that was put in, or stands in another place.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import aliased

from crm_data.store.chain import ERASED_FOR_GOOD, VALUES, digest_of, link_of, seal_on
from crm_data.store.heads import heads
from crm_data.store.many import table_of
from crm_data.tables import Base, ChangeLog, ChangeSet, noun

MOST = 20  # sentences of one company
_LINES = 2_000  # at once
_ACTS = 200
Row = Mapping[Any, Any]  # as SQLAlchemy has it


@dataclass(frozen=True)
class Verdict:
    """What a look at one company's log found: `wrong` is empty when it is what was written.

    `head`: the link of the last act, '' before the first.
    """

    acts: int
    lines: int
    head: str
    wrong: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if self.wrong:
            return " ".join(self.wrong)
        return (
            f"The log is what was written: {self.acts:,} {'entry' if self.acts == 1 else 'entries'} with"
            f" {self.lines:,} {'line' if self.lines == 1 else 'lines'}, each as it was and in its place."
        )


def verify(core: Connection, company: int, head: str | None = None) -> Verdict:
    """Read the log of a company within one transaction, which sees it as of one moment.

    `head`: where it ends, where that is not told by the database itself (see `store.heads`).
    """
    look = _Look(core, company, head)
    wrong: list[str] = []
    for sentence in look.sentences():
        if len(wrong) == MOST:
            wrong.append("And there is more.")
            break
        wrong.append(sentence)
    return Verdict(look.acts, look.lines, look.link, tuple(wrong))


class _Look:
    """One reading of one log."""

    def __init__(self, core: Connection, company: int, head: str | None) -> None:
        self._core, self._company, self._head = core, company, head
        self.acts, self.lines, self.link = 0, 0, ""

    def sentences(self) -> Iterator[str]:
        """What is wrong, in the order of the chain."""
        number, computed, last = 0, "", ""
        for acts in self._acts():
            lines = self._lines(acts)
            for act in acts:
                self.acts += 1
                yield from self._gone_before(act, number)
                if act["number"] == number:
                    yield f"{_named(act)} was put in: another one has its place, {number:,}."
                yield from self._of_act(
                    act, lines[act["act_id"]] if act["act_id"] in lines else self._long(act)
                )
                yield from _kept_in_part(_named(act), act, "change_sets")
                # By what the act before bears, or by what it ought to: a fault is told of once.
                links = {link_of(before, act) for before in (last, computed)}
                if act["link"] not in links:
                    yield f"{_named(act)} was changed, or an entry before it was taken away or put in."
                computed, last, number = link_of(last, act), str(act["link"]), act["number"]
        self.link = last
        yield from self._end(number, last)
        yield from self._strangers()
        yield from self._unrecorded()

    def _gone_before(self, act: Row, number: int) -> Iterator[str]:
        if act["number"] > number + 1:
            lacking = act["number"] - number - 1
            which = f"{number + 1:,}" if lacking == 1 else f"{number + 1:,} to {act['number'] - 1:,}"
            yield f"Before {_named(act)}, entry {which} of the log is gone."

    def _of_act(self, act: Row, lines: Iterator[Row] | Sequence[Row]) -> Iterator[str]:
        """The lines of one act."""
        seal, place, sound = "", 0, True
        for line in lines:
            self.lines += 1
            found = list(_of_line(act, line, place))
            yield from found
            sound = sound and not found
            seal, place = seal_on(seal, str(line["digest"])), line["place"] or place
        if place < (act["lines"] or 0):
            sound = False
            yield f"{_named(act)}: of its {act['lines']:,} lines the last {act['lines'] - place:,} are gone."
        if sound and seal != act["seal"]:
            yield f"{_named(act)}: its lines are not those that were written with it."

    def _end(self, number: int, last: str) -> Iterator[str]:
        head = heads(self._core).get(self._company) if self._head is None else self._head
        if head is None:
            if number:
                yield "The head of the log is gone: it does not say any more which entry is the last."
            return
        most, _, link = head.partition(" ")
        if int(most) > number:
            yield f"The last entries of the log, {number + 1:,} to {int(most):,}, are gone."
        elif (int(most), link) != (number, last):
            yield f"The log ends with entry {number:,}, and its head says otherwise: entry {int(most):,}."

    def _strangers(self) -> Iterator[str]:
        """What stands in the tables and in no chain."""
        mine = ChangeSet.company_id == self._company
        loose = sa.select(ChangeSet.id, ChangeSet.act_id, ChangeSet.at, ChangeSet.title)
        for act in self._core.execute(loose.where(mine, ChangeSet.number.is_(None)).limit(MOST)).mappings():
            yield f"{_named(act)} was put in: it was never part of the log."
        its: Any = aliased(ChangeSet)
        known = sa.select(its.id).where(
            its.company_id == ChangeLog.company_id, its.act_id == ChangeLog.act_id
        )
        lines = sa.select(ChangeLog.id, ChangeLog.table_name, ChangeLog.row_id).where(
            ChangeLog.company_id == self._company, ~known.exists()
        )
        for line in self._core.execute(lines.order_by(ChangeLog.id).limit(MOST)).mappings():
            yield f"{_line(line)} belongs to no entry: it was put in, or its entry was taken away."

    def _unrecorded(self) -> Iterator[str]:
        """Values are gone only where the log says that their record was erased for good."""
        gone: Any = aliased(ChangeLog)
        recorded = sa.select(gone.id).where(
            gone.company_id == ChangeLog.company_id,
            gone.table_name == ChangeLog.table_name,
            gone.row_id == ChangeLog.row_id,
            gone.action == ERASED_FOR_GOOD,
        )
        lines = sa.select(ChangeLog.id, ChangeLog.table_name, ChangeLog.row_id).where(
            ChangeLog.company_id == self._company, ChangeLog.sealed.is_not(None), ~recorded.exists()
        )
        for line in self._core.execute(lines.order_by(ChangeLog.id).limit(MOST)).mappings():
            yield f"{_line(line)} has lost its values, and the record was never erased for good."
        erased = sa.select(gone.id).where(
            gone.company_id == ChangeSet.company_id,
            gone.table_name == "change_sets",
            gone.row_id == ChangeSet.id,
            gone.action == ERASED_FOR_GOOD,
        )
        acts = sa.select(ChangeSet.id, ChangeSet.title).where(
            ChangeSet.company_id == self._company, ChangeSet.sealed.is_not(None), ~erased.exists()
        )
        for act in self._core.execute(acts.order_by(ChangeSet.id).limit(MOST)).mappings():
            yield f"{_named(act)} has lost its title, and the log does not say that it was erased."

    # reading

    def _acts(self) -> Iterator[list[Row]]:
        """Acts in the order of the chain, as many at a time as have few enough lines together."""
        at = (0, 0)
        while True:
            place = sa.tuple_(ChangeSet.number, ChangeSet.id)
            wanted = (
                sa.select(table_of(ChangeSet))
                .where(ChangeSet.company_id == self._company, place > sa.tuple_(*map(sa.literal, at)))
                .order_by(ChangeSet.number, ChangeSet.id)
                .limit(_ACTS)
            )
            rows = list(self._core.execute(wanted).mappings())
            if not rows:
                return
            at = (rows[-1]["number"], rows[-1]["id"])
            some: list[Row] = []
            for row in rows:
                if some and sum(one["lines"] or 0 for one in (*some, row)) > _LINES:
                    yield some
                    some = []
                some.append(row)
            yield some

    def _lines(self, acts: Sequence[Row]) -> dict[str, list[Row]]:
        """Act -> its lines; nothing of one that has more than are read at once."""
        few = [act["act_id"] for act in acts if (act["lines"] or 0) <= _LINES]
        found: dict[str, list[Row]] = defaultdict(list, {act: [] for act in few})
        wanted = sa.select(table_of(ChangeLog)).where(
            ChangeLog.company_id == self._company, ChangeLog.act_id.in_(few)
        )
        for line in self._core.execute(wanted.order_by(ChangeLog.id)).mappings() if few else ():
            found[line["act_id"]].append(line)
        return dict(found)

    def _long(self, act: Row) -> Iterator[Row]:
        last = 0
        while True:
            wanted = sa.select(table_of(ChangeLog)).where(
                ChangeLog.company_id == self._company,
                ChangeLog.act_id == act["act_id"],
                ChangeLog.id > last,
            )
            rows = list(self._core.execute(wanted.order_by(ChangeLog.id).limit(_LINES)).mappings())
            yield from rows
            if not rows:
                return
            last = rows[-1]["id"]


def _of_line(act: Row, line: Row, place: int) -> Iterator[str]:
    said, here = f"{_named(act)}: {_line(line, small=True)}", line["place"]
    if here is None or line["digest"] is None:
        yield f"{said} was put in: it was never part of the log."
    elif digest_of(line) != line["digest"]:
        yield f"{said} was changed."
    elif here <= place:
        yield f"{said} was put in, or stands in another place than it was written."
    elif here > place + 1:
        lacking = here - place - 1
        yield f"{said}: before it {'a line is' if lacking == 1 else f'{lacking:,} lines are'} gone."
    yield from _kept_in_part(said, line, "change_log")


def _kept_in_part(said: str, row: Row, table: str) -> Iterator[str]:
    """Of what was erased nothing is left: the hash that was kept would hide what else stood there."""
    if row["sealed"] is not None and any(row[name] for name in (*VALUES[table], "salt")):
        yield f"{said} was changed: it has values beside the hash of those that were erased."


def _named(act: Row) -> str:
    return f"Entry {act['id']:,} ({act['title'] or 'erased'})"


def _line(line: Row, small: bool = False) -> str:
    table = str(line["table_name"])
    what = noun(table) if table in Base.metadata.tables else table
    return f"{'line' if small else 'Line'} {line['id']:,}, of {what} {line['row_id']},"
