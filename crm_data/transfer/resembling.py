"""Which rows of a file, of those that would be added, look like records here or like a row before them."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_data.alike.likeness import Reason, known_by
from crm_data.alike.lookup import Lookalike
from crm_data.alike.many import Compared, Resembling
from crm_data.tables import noun
from crm_data.transfer.reasons import shortened


@dataclass(frozen=True)
class Resembles:
    """One row and what it looks like. `likes`: records here, the surest first; `earlier`: a row of the file.

    `reasons`: why the earlier row. `fields`: those that the likeness is of. `into`: the id of the record that the
    row may change: the surest of its own kind that is in use.
    """

    row: int
    title: str
    likes: tuple[Lookalike, ...]
    earlier: int | None
    reasons: tuple[Reason, ...]
    fields: tuple[str, ...]
    into: int | None = None

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

    def not_into(self, kind: str) -> str:
        """Why it changes nothing, though it was to change what it looks like. `kind`: the kind of record."""
        return (
            f"This row looks like {self.words}; that is no {noun(kind)} in use here, so there is none to change."
            " Add it or leave it out."
        )

    @property
    def _each(self) -> list[tuple[str, str]]:
        found = [
            (f"{noun(like.table)} {shortened(like.title)}{' (archived)' if like.archived else ''}", like.why)
            for like in self.likes
        ]
        return found + ([(f"row {self.earlier:,}", ", ".join(self.reasons))] if self.earlier else [])


def resembling_rows(table: str, compared: Compared, found: Mapping[int, Resembling]) -> tuple[Resembles, ...]:
    """Those of the new rows that look like something, in the file's order; see `alike.many.Compared`."""
    known = known_by(table)
    if known is None:
        return ()
    of = {Reason.EMAIL: known.emails, Reason.PHONE: known.phones}
    return tuple(
        Resembles(
            at,
            str(compared.rows[at][known.title]),
            one.likes,
            one.earlier,
            one.reasons,
            tuple(dict.fromkeys(n for reason in one.every for n in of.get(reason, (known.title,)))),
            next((like.id for like in one.likes if like.table == table and not like.archived), None),
        )
        for at, one in sorted(found.items())
    )
