"""Lines that were pasted below the end of a list become records: all of them in one act, or none and why."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from crm_data import CrmError, Kind, Records, Workspace, errors, words
from dashboard.components.grid.saving import called
from dashboard.components.grid.wire import Added, Problems
from dashboard.parts import say

_TOLD = 3  # of so many faults the sentence is told


def make(
    my: Workspace, records: Records, asked: Added, members: Mapping[int, str], zone: tzinfo, act: str
) -> dict[str, Any]:
    """Make them; returns the `result` that the browser is told. The same `act` again makes nothing more."""
    rows = {at: dict(row) for at, row in enumerate(asked.rows) if any(map(_filled, row.values()))}
    problems: Problems = {at: dict(cells) for at, cells in asked.problems.items()}
    _name(my, records, rows, members, problems)
    made: list[int] = []
    trouble = ""
    if not problems:
        try:
            made = records.add_all(list(rows.values()), act, zone)
        except errors.Invalid as wrong:
            lines, trouble = list(rows), str(wrong)
            for one in wrong.problems:
                if one.row is not None:
                    problems.setdefault(lines[one.row], {})[one.field] = one.sentence
        except CrmError as refused:
            trouble = str(refused)
    done = f"Added {say.count(len(made), 'record')} to {words(records.name).lower()}."
    return {
        "token": asked.token,
        "ok": not (problems or trouble),
        "words": _why(problems) if problems else trouble or done,
        "problems": {str(at): cells for at, cells in problems.items()},
        "clashes": {},
        "saved": {},
    }


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
