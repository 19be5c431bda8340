"""Every act on a screen ends with a sentence that says what happened: looked for at every call that acts."""

import ast
import re
from collections.abc import Iterator

import pytest

from crm_data.settings import ROOT

ACTS = {"attempt", "done"}
# What says that an act was done: a toast, a sentence on the spot, one that waits for the next screen.
SAYS = {"announce", "success"}
# Where a sentence waits that is drawn by what comes next: beside a one-time link, or on the sign-in screen.
WAITS = re.compile(r"\.link'\]|session\.NOTICE\]")
# What asks and changes nothing: its answer stands on the screen.
ASKS = {"accounts_panel.accounts_panel", "grid._draw"}
# What a grid hears is answered in its own data: the sentence of a Save stands in its bar (see test_face.py), and
# a screen that acts upon its rows says so itself.
ANSWERED = {"grid.heard"}


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


def test_an_act_that_says_nothing_is_found() -> None:
    silent = "def save():\n    if done(PLACE, lambda: my.profile.change(changed)):\n        st.rerun()"
    (function,) = ast.parse(silent).body
    assert isinstance(function, ast.FunctionDef)
    assert called(function) & ACTS
    assert not says(function)
    assert len(FOUND) > 25
