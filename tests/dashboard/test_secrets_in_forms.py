"""Every field that hides what is typed stands in a form: else whoever goes on by the Tab key loses it."""

import ast
from collections.abc import Iterator

import pytest

from crm_data.settings import ROOT

SOURCES = [path for folder in ("dashboard", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]


def hides(node: ast.AST) -> bool:
    """A call that draws such a field."""
    return isinstance(node, ast.Call) and any(
        word.arg == "type" and isinstance(word.value, ast.Constant) and word.value.value == "password"
        for word in node.keywords
    )


def opens(node: ast.AST) -> bool:
    """`with st.form(...):`"""
    return isinstance(node, ast.With) and any(
        isinstance(item.context_expr, ast.Call)
        and isinstance(item.context_expr.func, ast.Attribute)
        and item.context_expr.func.attr == "form"
        for item in node.items
    )


def outside(tree: ast.AST, wanted: ast.AST | str, within: str = "") -> Iterator[str]:
    """Where a field, or the call of a function that draws one, stands in no form: the names of the functions."""
    for node in ast.iter_child_nodes(tree):
        if opens(node):
            continue
        here = node.name if isinstance(node, ast.FunctionDef) else within
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == wanted
        if node is wanted or called:
            yield here
        yield from outside(node, wanted, here)


def bare(tree: ast.AST, wanted: ast.AST | str) -> bool:
    """Whether it stands in no form, neither there nor around every call of the function that it stands in."""
    for name in outside(tree, wanted):
        calls = sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))
        if not calls or bare(tree, name):
            return True
    return False


FIELDS = [
    pytest.param(tree, node, id=f"{path.relative_to(ROOT)}:{node.lineno}")
    for path in SOURCES
    for tree in [ast.parse(path.read_text())]
    for node in ast.walk(tree)
    if hides(node) and isinstance(node, ast.Call)
]


@pytest.mark.parametrize(("tree", "node"), FIELDS)
def test_it_stands_in_a_form(tree: ast.AST, node: ast.AST) -> None:
    assert not bare(tree, node)


@pytest.mark.parametrize(
    ("source", "is_bare"),
    [
        ('st.text_input("a", type="password")', True),
        ('def f():\n  st.text_input("a", type="password")\nf()', True),
        ('def f():\n  st.text_input("a", type="password")\nwith st.form("x"):\n  f()', False),
        ('with st.form("x"):\n  st.text_input("a", type="password")', False),
    ],
)
def test_a_bare_field_is_seen(source: str, is_bare: bool) -> None:
    tree = ast.parse(source)
    assert bare(tree, next(node for node in ast.walk(tree) if hides(node))) == is_bare


def test_fields_are_found() -> None:
    assert len(FIELDS) > 5
