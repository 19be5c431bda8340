"""New rows that look like something: found, and what becomes of each as the plan says."""

from collections.abc import Collection, Iterable, Mapping

from crm_data.alike.many import Compared, Outdated, told
from crm_data.store.bulk import Bulk
from crm_data.store.records import Row
from crm_data.tables import noun
from crm_data.transfer.matching import Match
from crm_data.transfer.plan import Lookalikes, Mode, Plan
from crm_data.transfer.resembling import Resembles, resembling_rows
from crm_data.transfer.rows import Draft


class Choosing:
    """The rows of one sorting that look like something. `found`: in the file's order.

    `compared`: what they were compared with, and when; None before. With one from before, only what was written
    since is looked at.
    """

    def __init__(self, bulk: Bulk, plan: Plan, compared: Compared | None) -> None:
        self.compared, self.found = compared, tuple[Resembles, ...]()
        self._given = compared is not None
        self._bulk, self._plan, self._name = bulk, plan, bulk.records.name
        self._changing: dict[int, Resembles] = {}
        self._taken: dict[int, int] = {}  # record -> the row that changes it

    def begin(self, matches: Iterable[Match]) -> None:
        """Before any row is judged: which rows change the record that they look like. Raises Outdated."""
        if self.compared is None:
            return
        self._note(self.compared)
        self._taken = {m.found[0]: m.draft.number for m in matches if len(m.found) == 1 and not m.print}

    def changing(self, row: int) -> Resembles | None:
        """What a row looks like that is to change it; None for any other row."""
        return self._changing.get(row)

    def ids(self, rows: Iterable[int]) -> set[int]:
        """The records that some rows are to change."""
        return {each.into for row in rows if (each := self._changing.get(row)) and each.into}

    def refused(self, each: Resembles) -> str:
        """Why a row cannot change what it looks like; '' where it may."""
        if self._plan.mode == Mode.CREATE:
            return f"This row looks like {each.words}, and this import changes none. Add it or leave it out."
        if each.into is None:
            return each.not_into(self._name)
        first = self._taken.setdefault(each.into, each.row)
        if first != each.row:
            return f"Row {first:,} changes the same {noun(self._name)}, {each.what}; only that one is taken."
        return ""

    def look(self, created: Collection[tuple[Draft, Row]]) -> None:
        """After the rows are judged: compare those that would be added, unless it was done.

        Raises Outdated where others would be added than those that were compared.
        """
        rows = {draft.number: row for draft, row in sorted(created, key=lambda pair: pair[0].number)}
        if self.compared is None:
            self.compared = Compared(self._bulk._session, self._name, rows)
            self._note(self.compared)
        elif self._given and not self._same(rows, self.compared):
            raise Outdated

    @property
    def again(self) -> bool:
        """Whether the rows are to be sorted once more, since some now change a record."""
        return not self._given and bool(self._changing)

    def out(self) -> dict[int, Resembles]:
        """The rows that are left out."""
        return {e.row: e for e in self.found if self._plan.choice(e.row) == Lookalikes.LEAVE}

    def _note(self, compared: Compared) -> None:
        now = compared.now(self._bulk._session) if self._given else compared.found
        self.found = resembling_rows(self._name, compared, now)
        chosen = {each.row: each for each in self.found}
        self._changing = {
            row: each for row, each in chosen.items() if self._plan.choice(row) == Lookalikes.CHANGE
        }

    def _same(self, rows: Mapping[int, Row], compared: Compared) -> bool:
        """Whether what would be added now, or changed in its place, is what was compared."""
        if rows.keys() | self._changing.keys() != compared.rows.keys():
            return False
        return all(compared.rows[number] == told(self._name, row) for number, row in rows.items())
