"""Which rows of a file, of those that would be added, look like records here or like a row before them."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_data.alike.likeness import Reason, known_by
from crm_data.alike.lookup import Lookalike
from crm_data.alike.many import resembling
from crm_data.store.bulk import Bulk
from crm_data.store.records import Row
from crm_data.tables import noun
from crm_data.transfer.reasons import shortened
from crm_data.transfer.rows import Draft


@dataclass(frozen=True)
class Resembles:
    """One row and what it looks like. `likes`: records here, the surest first; `earlier`: a row of the file.

    `reasons`: why the earlier row. `fields`: those that the likeness is of.
    """

    row: int
    title: str
    likes: tuple[Lookalike, ...]
    earlier: int | None
    reasons: tuple[Reason, ...]
    fields: tuple[str, ...]

    @property
    def what(self) -> str:
        """The surest of what it looks like: 'customer Acme', 'row 7'."""
        return self._each[0][0]

    @property
    def why(self) -> str:
        """Why that one: 'same e-mail, similar name'."""
        return self._each[0][1]

    @property
    def words(self) -> str:
        """All of it in words, three at most: 'customer Acme (same e-mail) and row 7 (same name)'."""
        said = [f"{what} ({why})" for what, why in self._each]
        more = f" and {len(said) - 2} more" if len(said) > 3 else ""
        return ", ".join(said[:2]) + more if more else " and ".join(said)

    @property
    def sentence(self) -> str:
        """Why the row was left out."""
        return f"This row looks like {self.words}; such rows were left out, as you chose."

    @property
    def _each(self) -> list[tuple[str, str]]:
        found = [
            (f"{noun(like.table)} {shortened(like.title)}{' (archived)' if like.archived else ''}", like.why)
            for like in self.likes
        ]
        return found + ([(f"row {self.earlier:,}", ", ".join(self.reasons))] if self.earlier else [])


def resembling_rows(bulk: Bulk, rows: Sequence[tuple[Draft, Row]]) -> tuple[Resembles, ...]:
    """Those of the new rows that look like something, in the file's order; see `alike.many.resembling`."""
    table, known = bulk.records.name, known_by(bulk.records.name)
    if known is None:
        return ()
    values = {draft.number: row for draft, row in sorted(rows, key=lambda pair: pair[0].number)}
    of = {Reason.EMAIL: known.emails, Reason.PHONE: known.phones}
    return tuple(
        Resembles(
            at,
            str(values[at][known.title]),
            found.likes,
            found.earlier,
            found.reasons,
            tuple(dict.fromkeys(n for reason in found.every for n in of.get(reason, (known.title,)))),
        )
        for at, found in resembling(bulk._session, table, values).items()
    )
