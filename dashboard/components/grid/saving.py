"""A Save of the grid: the verbs decide, and each cell is told what became of it.

All edits are one transaction. Where records are refused, the others are saved in one, and those stay marked in
the browser with the reason: a wrong value in one row keeps nobody from saving another.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from crm_data import CrmError, Edit, Field, Kind, Records, Workspace, errors, new_act
from crm_data.store.values import clean_text
from dashboard.components.grid import resembling, wire
from dashboard.components.grid.resembling import Named
from dashboard.components.grid.wire import Problems, Save
from dashboard.parts import listed, say

_TRIES = 4  # each without what was refused before
_TOLD = 20  # of so many records who changed them is looked up
_LOOKED_AT = 50  # of so many refused records it is asked one by one which they are
_NOBODY = "Nobody here is called that; choose one from the list."
_TWO = "More than one is called that; choose one from the list."
Clashes = dict[int, dict[str, dict[str, Any]]]
Lacks = dict[int, list[str]]


def keep(
    my: Workspace,
    records: Records,
    asked: Save,
    members: Mapping[int, str],
    zone: tzinfo,
    named: Named | None = None,
) -> dict[str, Any]:
    """Save it; returns the `result` that the browser is told, with `saved` for what stands now.

    Records that are like others wait for another Save and are `likes`; `named`: those that were said before.

    `lacks`: by record, the fields that were not typed and without which what was typed cannot be kept. `act`: the
    name of the act, by which it is undone.
    """
    if asked.refusal:
        return _result(asked, [], {}, {}, asked.refusal)
    act = new_act()
    edits, problems = _named(my, records, asked, members)
    try:
        found = resembling.of_edits(my, records, edits, named if named is not None else Named())
    except CrmError as trouble:
        return _result(asked, [], problems, {}, str(trouble))
    result = _saved(records, asked, [edit for edit in edits if edit.id not in found.problems], problems,
                    (act, zone, found.although))  # fmt: skip
    if not found.problems:
        return result | {"likes": []}
    waits = {str(id_): cells for id_, cells in found.problems.items()}
    done = "" if result["words"] == _words(0, 0) else f"{result['words']} "
    return result | {
        "ok": False,
        "words": f"{done}{found.words}",
        "problems": {**result["problems"], **waits},
        "likes": found.shown(),
    }


def _saved(
    records: Records,
    asked: Save,
    edits: list[Edit],
    problems: Problems,
    how: tuple[str, tzinfo, str],
) -> dict[str, Any]:
    """Keep them but for those that are refused. `how`: the act, the zone, what was said against it."""
    act, zone, although = how
    clashes: Clashes = {}
    lacks: Lacks = {}
    words = ""
    for _ in range(_TRIES):
        try:
            if edits:
                records.change(edits, act, zone, although)
            return _result(asked, edits, problems, clashes) | {"lacks": lacks, "act": act}
        except errors.Conflict as conflict:
            clashes = _clashes(records, conflict.clashes)
            refused: Collection[int] = clashes.keys()
            words = str(conflict)
        except errors.Invalid as wrong:
            found = _by_cell(edits, wrong.problems)
            lacks |= _lacks(records, edits, wrong.problems)
            problems = {
                **problems,
                **{id_: {**problems.get(id_, {}), **cells} for id_, cells in found.items()},
            }
            refused, words = found.keys(), str(wrong)
        except (errors.NotAllowed, errors.NotFound) as turned:
            found = _whose(records, edits, turned)
            problems, refused, words = {**problems, **found}, found.keys(), str(turned)
        except CrmError as trouble:
            return _result(asked, [], problems, clashes, str(trouble))
        left = [edit for edit in edits if edit.id not in refused]
        if len(left) == len(edits):  # it names none of them, so none is without fault
            return _result(asked, [], problems, clashes, words)
        edits = left
    return _result(asked, [], problems, clashes, words)


def _lacks(records: Records, edits: Sequence[Edit], problems: Sequence[errors.Problem]) -> Lacks:
    """The fields that a change of another made necessary, by record: they can be given here and now."""
    typed = {edit.id: edit.fields.keys() for edit in edits}
    found: Lacks = {}
    for problem in problems:
        declared = records.fields.get(problem.field)
        if declared and declared.edit and problem.row in typed and problem.field not in typed[problem.row]:
            fields = found.setdefault(problem.row, [])
            fields += [problem.field] if problem.field not in fields else []
    return found


def _result(
    asked: Save, saved: Sequence[Edit], problems: Problems, clashes: Clashes, words: str = ""
) -> dict[str, Any]:
    """What the browser is told. The values that it sent are those that it lets go of."""
    done = sum(len(edit.fields) for edit in saved)
    ok = not (problems or clashes or words)
    return {
        "token": asked.token,
        "ok": ok,
        "words": words or _words(done, len(problems.keys() | clashes.keys())),
        "problems": {str(id_): cells for id_, cells in problems.items()},
        "clashes": {str(id_): cells for id_, cells in clashes.items()},
        "saved": {str(edit.id): _sent(asked, edit) for edit in saved},
    }


def _words(done: int, refused: int) -> str:
    saved = f"Saved {say.count(done, 'change')}." if done else "Nothing was saved."
    return (
        f"{saved} {say.count(refused, 'record')} could not be saved; the marked cells say why."
        if refused
        else saved
    )


def _sent(asked: Save, saved: Edit) -> dict[str, Any]:
    """What the browser wanted in these cells, in its own words."""
    own = next(edit for edit in asked.edits if edit.id == saved.id)
    return {name: own.fields[name][1] for name in saved.fields}


def _named(
    my: Workspace, records: Records, asked: Save, members: Mapping[int, str]
) -> tuple[list[Edit], Problems]:
    """The edits with the ids of those who were named; one exact name, or a problem of that cell."""
    found: dict[tuple[str, str], int | str] = {}
    problems: Problems = {id_: dict(cells) for id_, cells in asked.problems.items()}
    edits = []
    for edit in asked.edits:
        pairs = dict(edit.fields)
        for name, (seen, wanted) in edit.fields.items():
            declared = records.fields[name]
            pairs[name] = (seen, listed.meant(declared, wanted))
            if (
                declared.kind not in (Kind.MEMBER, Kind.LINK)
                or not isinstance(wanted, str)
                or not wanted.strip()
            ):
                continue
            if (name, wanted) not in found:
                found[name, wanted] = called(my, declared, wanted, members)
            known = found[name, wanted]
            if isinstance(known, int):
                pairs[name] = (seen, known)
            else:
                del pairs[name]
                problems.setdefault(edit.id, {})[name] = f"{declared.label}: {known}"
        edits += [replace(edit, fields=pairs)] if pairs else []
    return edits, problems


def called(my: Workspace, declared: Field, said: str, members: Mapping[int, str]) -> int | str:
    """The id of the one colleague or record that is called so, or why there is none."""
    wanted = said.strip().casefold()
    known = members if declared.kind is Kind.MEMBER else offered(my, declared, said.strip()[:100], members)
    ids = [id_ for id_, name in known.items() if name.casefold() == wanted]
    return ids[0] if len(ids) == 1 else _TWO if ids else _NOBODY


def offered(
    my: Workspace, declared: Field, text: str, members: Mapping[int, str], most: int = 20
) -> dict[int, str]:
    """What a picker offers for what was typed: colleagues by name, or the records that it finds."""
    try:
        text = clean_text(text) or ""
    except errors.Invalid:
        return {}
    if declared.kind is Kind.MEMBER:
        found = {id_: name for id_, name in members.items() if text.casefold() in name.casefold()}
        return dict(list(found.items())[:most])
    if declared.kind is not Kind.LINK or declared.to is None:
        return {}
    return my.records(declared.to).choices(text, most)


def _clashes(records: Records, found: Sequence[errors.Clash]) -> Clashes:
    """What stands in the cells now, who wrote it and when, from the log of changes."""
    told: Clashes = {}
    for clash in found:
        told.setdefault(clash.id, {})[clash.field] = {
            "now": wire.packed(records.fields[clash.field], clash.theirs),
            "who": "",
            "when": "",
        }
    for id_ in list(told)[:_TOLD]:
        for change in reversed(records.history(id_)):
            if change.field in told[id_]:
                told[id_][change.field] |= {"who": change.who, "when": say.moment(change.at)}
    return told


def _by_cell(edits: Sequence[Edit], problems: Sequence[errors.Problem]) -> Problems:
    """The sentence in each cell that it is about; what is about none of them stands in all that was typed."""
    typed = {edit.id: list(edit.fields) for edit in edits}
    found: Problems = {}
    for problem in problems:
        cells = typed.get(problem.row or 0, [])
        for name in [problem.field] if problem.field in cells else cells:
            if problem.row in typed:
                found.setdefault(problem.row, {}).setdefault(name, problem.sentence)
    return found


def _whose(records: Records, edits: Sequence[Edit], refused: CrmError) -> Problems:
    """Which of the records are a colleague's, or gone by now."""
    found: Problems = {}
    for edit in edits[:_LOOKED_AT]:
        try:
            if records.may("change", records.get(edit.id)):
                continue
            sentence = str(
                errors.NotAllowed("Only its owner or a manager may change this record. Ask one of them.")
            )
        except errors.NotFound as gone:
            sentence = str(gone)
        found[edit.id] = dict.fromkeys(edit.fields, sentence)
    return found
