"""Lines below the end of a list become records: pasted ones all or none, typed ones each that can be kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from crm_data import CrmError, Kind, Records, Workspace, errors, words
from dashboard.components.grid import resembling
from dashboard.components.grid.resembling import Found, Named
from dashboard.components.grid.saving import called
from dashboard.components.grid.wire import Added, Problems
from dashboard.parts import listed, say

_TOLD = 3  # of so many faults the sentence is told


def make(
    my: Workspace,
    records: Records,
    asked: Added,
    members: Mapping[int, str],
    zone: tzinfo,
    act: str,
    named: Named | None = None,
) -> dict[str, Any]:
    """Make them; returns the `result` that the browser is told. The same `act` again makes nothing more.

    Lines that are like a record wait for another Save and are `likes`; `named`: those that were said before.

    `made`: the places of those lines that are records now; `act`: the name by which that is undone.
    """
    rows = {at: dict(row) for at, row in enumerate(asked.rows) if any(map(_filled, row.values()))}
    problems: Problems = {at: dict(cells) for at, cells in asked.problems.items()}
    _name(my, records, rows, members, problems)
    made: list[int] = []
    trouble = "" if rows or problems else "There is nothing to add."
    alike = resembling.NONE
    try:
        alike = _alike(my, records, rows, problems, (act, zone), named if named is not None else Named())
    except CrmError as refused:
        trouble = str(refused)
    problems |= alike.problems
    while not made and not trouble:
        sound = [at for at in rows if at not in problems]
        if not sound or (problems and not asked.each):
            break
        try:
            records.add_all([rows[at] for at in sound], act, zone, alike.although)
            made = sound
        except errors.Invalid as invalid:
            found = [one for one in invalid.problems if one.row is not None]
            for one in found:
                problems.setdefault(sound[one.row or 0], {})[one.field] = one.sentence
            trouble = "" if found else str(invalid)
        except CrmError as refused:
            trouble = str(refused)
    others = {at: cells for at, cells in problems.items() if at not in alike.problems}
    said = _told(records, asked, len(made), others) if others or made else ""
    return {
        "token": asked.token,
        "ok": not (problems or trouble),
        "words": trouble or " ".join(filter(None, (said, alike.words))),
        "problems": {str(at): cells for at, cells in problems.items()},
        "clashes": {},
        "saved": {},
        "made": made,
        "act": act,
        "likes": alike.shown(),
    }


def _alike(
    my: Workspace,
    records: Records,
    rows: Mapping[int, Mapping[str, Any]],
    problems: Problems,
    how: tuple[str, tzinfo],
    named: Named,
) -> Found:
    """The lines that are like a record. Of an act that was done before, what it made is like itself."""
    act, zone = how
    some = {at: row for at, row in rows.items() if at not in problems}
    found = resembling.of_rows(my, records, some, named) if some else resembling.NONE
    if not found.likes or my.changes.find(act) is None:
        return found
    made = set(records.add_all(list(some.values()), act, zone))
    own = {
        at
        for at, each in found.likes.items()
        if any(like.table == records.name and like.id in made for like in each)
    }
    return replace(
        found, problems={at: cells for at, cells in found.cells.items() if at not in own}, although=""
    )


def _told(records: Records, asked: Added, made: int, problems: Problems) -> str:
    if not problems:
        return f"Added {say.count(made, 'record')} to {words(records.name).lower()}."
    if not asked.each:
        return _why(problems)
    done = f"Added {say.count(made, 'record')}." if made else "Nothing was added."
    return f"{done} {say.count(len(problems), 'new row')} could not be added; the marked cells say why."


def _filled(said: Any) -> bool:
    return bool(said.strip()) if isinstance(said, str) else said is not None


def _name(
    my: Workspace,
    records: Records,
    rows: Mapping[int, dict[str, Any]],
    members: Mapping[int, str],
    problems: Problems,
) -> None:
    """The ids of those who are named in the lines, in their place; each name is looked up once."""
    found: dict[tuple[str, str], int | str] = {}
    for at, row in rows.items():
        for name, said in row.items():
            declared = records.fields[name]
            row[name] = listed.meant(declared, said)
            if declared.kind not in (Kind.MEMBER, Kind.LINK) or not isinstance(said, str) or not said.strip():
                continue
            if (name, said) not in found:
                found[name, said] = called(my, declared, said, members)
            known = found[name, said]
            if isinstance(known, int):
                row[name] = known
            else:
                problems.setdefault(at, {})[name] = f"{declared.label}: {known}"


def _why(problems: Problems) -> str:
    each = [f"Line {at + 1}: {sentence}" for at in sorted(problems) for sentence in problems[at].values()]
    more = f" And {say.count(len(each) - _TOLD, 'more fault')}." if len(each) > _TOLD else ""
    return f"Nothing was added. {' '.join(each[:_TOLD])}{more}"
