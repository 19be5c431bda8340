"""Every act on a screen ends with a sentence that says what happened: looked for at every call that acts."""

import ast
import re
from collections.abc import Iterator

import pytest

from crm_data.settings import ROOT

ACTS = {"attempt", "done"}
# What says that an act was done: a toast, a sentence on the spot, one that waits for the next screen.
SAYS = {"announce", "did", "success"}
# Where a sentence waits that is drawn by what comes next: beside a one-time link, on the sign-in screen, or where
# the act was done, to be read at leisure.
WAITS = re.compile(r"\.link'\]|\.done'\]|session\.NOTICE\]")
# What asks and changes nothing: its answer stands on the screen.
ASKS = {"accounts_panel.accounts_panel", "grid._draw", "listing._merge"}
# What a grid hears is answered in its own data: the sentence of a Save stands in its bar (see test_face.py), and
# a screen that acts upon its rows says so itself. What an import did is told by its dialog, also when a click came
# between.
ANSWERED = {"grid.heard", "csv_run.write"}
# Acts that no undo takes back, by file or function, and why. All others offer it with the sentence (`undo.did`).
WITHOUT_UNDO = {
    "accounts_panel": "who may sign in is no record of a company",
    "audit_act": "it stands on the act's own page, which offers to do it again",
    "backups_panel": "a backup is a file",
    "company_back_panel": "a company is closed where companies are kept, and stays",
    "companies_panel": "companies are changed back where they are kept",
    "exporting": "an export is a file, and is removed where it is listed",
    "own_account": "an account is changed back where it is kept",
    "people_panel": "members and roles are changed back where they are kept",
    "profile_panel": "the profile is changed back where it is kept",
    "trash.erase": "what is erased for good is so, and the dialog says it before",
    "trash_rule": "what is set of the trash is set back where it was set",
    "saved": "a view is no record, and is made anew",
    "undo": "this is the undo",
}
# Verbs of a company's records, as a screen calls them.
VERBS = {
    "add", "add_all", "archive", "change", "change_many", "commit_import", "complete", "convert", "go_back",
    "log", "merge", "move", "put_back", "reopen", "replace_many", "reschedule", "restore", "set",
}  # fmt: skip


def acts() -> Iterator[tuple[str, ast.FunctionDef]]:
    """'file.function:line' of each function that calls an act itself, not by a function within it."""
    for folder in ("dashboard", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and ACTS & called(node) and path.stem != "acts":
                    file = path.parent.name if path.stem == "__init__" else path.stem
                    yield f"{file}.{node.name}:{node.lineno}", node


def called(function: ast.AST) -> set[str]:
    """The names that a function calls, without what the functions within it call."""
    found = set()
    for below in ast.iter_child_nodes(function):
        if isinstance(below, ast.FunctionDef):
            continue
        if isinstance(below, ast.Call):
            match below.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    found.add(name)
        found |= called(below)
    return found


def says(function: ast.FunctionDef) -> bool:
    """Whether a function tells what it did."""
    kept = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
    return bool(SAYS & called(function)) or any(WAITS.search(ast.unparse(node.targets[0])) for node in kept)


FOUND = list(acts())


@pytest.mark.parametrize("function", [node for _, node in FOUND], ids=[name for name, _ in FOUND])
def test_an_act_says_what_happened(function: ast.FunctionDef, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.id
    assert says(function) or name.partition(":")[0] in ASKS | ANSWERED, (
        f"{name} acts and says nothing when it was done"
    )


@pytest.mark.parametrize("function", [node for _, node in FOUND], ids=[name for name, _ in FOUND])
def test_an_act_offers_its_undo(function: ast.FunctionDef, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.id.partition(":")[0]
    if name in ASKS | ANSWERED or {name, name.partition(".")[0]} & WITHOUT_UNDO.keys():
        return
    assert "did" in called(function), f"{name} acts upon records, and offers no undo"


def test_what_has_no_undo_has_its_reason_and_acts() -> None:
    names = {name.partition(":")[0] for name, _ in FOUND}
    assert WITHOUT_UNDO.keys() <= names | {name.partition(".")[0] for name in names}
    assert all(WITHOUT_UNDO.values())


def calls_of_verbs() -> Iterator[tuple[str, ast.AST]]:
    """Each call of a verb upon records in a screen, with the outermost function that it stands in."""
    for folder in ("dashboard/parts", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for top in ast.parse(path.read_text()).body:
                for node in ast.walk(top):
                    match node:
                        case ast.Call(func=ast.Attribute(attr=verb, value=on)) if verb in VERBS:
                            said = ast.unparse(on)
                            if re.fullmatch(r"(self\.)?(my\.(\w+)|records)", said) and "views" not in said:
                                yield f"{path.stem}:{node.lineno} {said}.{verb}", top


CALLS = list(calls_of_verbs())


@pytest.mark.parametrize("top", [top for _, top in CALLS], ids=[name for name, _ in CALLS])
def test_whoever_writes_records_on_a_screen_offers_the_undo(
    top: ast.AST, request: pytest.FixtureRequest
) -> None:
    """However it is called: in a function within, or in one that is handed on."""
    file = request.node.callspec.id.partition(":")[0]
    names = {ast.unparse(node.func) for node in ast.walk(top) if isinstance(node, ast.Call)}
    assert {"did", "undo.did"} & names or file in WITHOUT_UNDO


def test_an_act_that_says_nothing_is_found() -> None:
    silent = "def save():\n    if done(PLACE, lambda: my.profile.change(changed)):\n        st.rerun()"
    (function,) = ast.parse(silent).body
    assert isinstance(function, ast.FunctionDef)
    assert called(function) & ACTS
    assert not says(function)
    assert len(FOUND) > 25
