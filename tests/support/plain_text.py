"""Finds text that Streamlit reads as Markdown and that was not made plain: read from the source, call by call.

Which parameters are read so is taken from Streamlit's own documentation. An argument is sure when it is written in
the source, is a number, went through `say.plain`, or is put together from such. Where a function's text parameter
ends up in such a place, its callers answer for it; a function that returns only sure text is sure itself.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

ROOT = Path(__file__).resolve().parents[2]
# What makes text plain, and what gives text of the program's own: counts, coded values as words.
SAFE_CALLS = {"plain", "count", "noun", "words", "moment", "day", "span", "len", "int", "round", "sum"}
# Kinds of records, by their own names in the source.
SAFE_TEXTS = {"records.name", "self.records.name", "self.noun", "self.name"}
# Declared in the source: labels and helps of fields, buttons, figures.
SAFE_ATTRIBUTES = {"help", "icon"}
_NOT_TEXT = {
    "unsafe_allow_html",
    "width",
    "anchors",
    "wrap",
    "cursor",
    "data",
    "pages",
    "bind",
    "format_func",
}
_SECTION = re.compile(r"Parameters\n-+\n(.*?)(?:\n\w+\n-+\n|\Z)", re.DOTALL)
_PARAMETER = re.compile(r"\n(?=[*\w][\w, *]* : )")
_NUMERIC = re.compile(r"[,_]?[dn]|,|.*[.]\d+[f%]|.*%[A-Za-z].*|>?\d*d?")


@dataclass
class Function:
    """A function of ours: its parameters in order, those that must be plain, and whether what it returns is."""

    node: ast.FunctionDef
    file: Path
    parameters: list[str]
    needs: set[str] = field(default_factory=set)


def markdown_parameters() -> dict[str, list[tuple[str, int]]]:
    """Function of Streamlit -> (parameter, place) of those that its documentation says are Markdown."""
    found: dict[str, list[tuple[str, int]]] = {}
    doors = {name: getattr(DeltaGenerator, name) for name in dir(DeltaGenerator) if name[0] != "_"}
    doors |= {name: getattr(st, name) for name in ("toast", "dialog", "spinner", "Page")}
    columns = {name: getattr(st.column_config, name) for name in dir(st.column_config)}
    doors |= {name: door for name, door in columns.items() if name.endswith("Column")}
    for name, door in doors.items():
        section = _SECTION.search(inspect.getdoc(door) or "")
        if not callable(door) or section is None:
            continue
        order = [p for p in inspect.signature(door).parameters if p != "self"]
        for part in _PARAMETER.split(section[1]):
            parameter = part.split(" : ")[0].strip().lstrip("*")
            if "arkdown" in part and parameter in order and parameter not in _NOT_TEXT:
                found.setdefault(name, []).append((parameter, order.index(parameter)))
    return found


class Sources:
    """All files of the screens, and what is not sure in them."""

    def __init__(self, files: dict[Path, str]) -> None:
        self.trees = {path: ast.parse(text) for path, text in files.items()}
        self.doors = markdown_parameters()
        self.functions: dict[str, list[Function]] = {}  # of one name there may be several
        for path, tree in self.trees.items():
            for node in ast.walk(tree):
                for child in ast.iter_child_nodes(node):
                    child.parent = node  # type: ignore[attr-defined]
                if isinstance(node, ast.FunctionDef):
                    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                    made = Function(node, path, [n for n in names if n != "self"])
                    self.functions.setdefault(node.name, []).append(made)

    def unsure(self) -> list[str]:
        """Every argument that is not sure, as 'file: expression'."""
        while True:
            before = self._asked()
            found = [
                self._told(path, node) for path, call in self._calls() for node in self._arguments(path, call)
            ]
            if before == self._asked():
                return sorted({told for told in found if told} | set(self._called_by_nobody()))

    def escaped(self) -> list[str]:
        """Every choice that was made plain where Streamlit shows choices letter by letter, its backslashes too."""
        return sorted(
            f"{path.name}: {ast.unparse(call.func)}({ast.unparse(shown)})"
            for path, call in self._calls()
            if isinstance(call.func, ast.Attribute) and _is_streamlit(call.func.value, self.trees[path])
            if "options" not in dict(self.doors.get(_name(call), []))
            for shown in _choices(call)
            if any(_made_plain(part) for part in (shown, *_behind(shown)))
        )

    def _asked(self) -> int:
        return sum(len(function.needs) for several in self.functions.values() for function in several)

    def _called_by_nobody(self) -> Iterator[str]:
        """Functions that answer to nobody for their text: called by what is not looked at here."""
        called = {_name(call) for _, call in self._calls()}
        for name, several in self.functions.items():
            for function in several if name not in called else ():
                if not function.needs:
                    continue
                yield f"{function.file.name}: {name}({', '.join(sorted(function.needs))})"

    def _told(self, path: Path, node: ast.expr) -> str:
        if self._sure(node, set()):
            return ""
        file = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        return f"{file}: {ast.unparse(node)}"

    def _calls(self) -> Iterator[tuple[Path, ast.Call]]:
        for path, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield path, node

    def _arguments(self, path: Path, call: ast.Call) -> Iterator[ast.expr]:
        name = _name(call)
        wanted: list[tuple[str, int]] = []
        if isinstance(call.func, ast.Attribute) and _is_streamlit(call.func.value, self.trees[path]):
            wanted = self.doors.get(name, [])
        else:
            several = self.functions.get(name, [])
            wanted = [(p, function.parameters.index(p)) for function in several for p in function.needs]
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        for parameter, place in wanted:
            value = given.get(parameter)
            if value is None and place < len(call.args) and not isinstance(call.args[place], ast.Starred):
                value = call.args[place]
            if value is None:
                continue
            if parameter == "options":
                shown = given.get("format_func")
                value = shown if shown is not None else value
            yield value

    # what is sure

    def _sure(self, node: ast.expr | None, seen: set[tuple[int, str]]) -> bool:
        if node is not None and ast.unparse(node) in SAFE_TEXTS:
            return True
        match node:
            case None | ast.Constant():
                return True
            case ast.JoinedStr():
                return all(self._sure(part, seen) for part in node.values)
            case ast.FormattedValue():
                return _is_number(node) or self._sure(node.value, seen)
            case ast.BinOp():
                return self._sure(node.left, seen) and self._sure(node.right, seen)
            case ast.BoolOp():
                return all(self._sure(value, seen) for value in node.values)
            case ast.IfExp():
                return self._sure(node.body, seen) and self._sure(node.orelse, seen)
            case ast.Tuple() | ast.List() | ast.Set():
                return all(self._sure(value, seen) for value in node.elts)
            case ast.Dict():
                return all(self._sure(value, seen) for value in node.values)
            case ast.Starred() | ast.NamedExpr():
                return self._sure(node.value, seen)
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                return self._sure(node.elt, seen)
            case ast.DictComp():
                return self._sure(node.value, seen)
            case ast.Lambda():
                return self._sure(node.body, seen)
            case ast.Subscript():
                return self._sure(node.value, seen)
            case ast.Attribute():
                return (
                    node.attr in SAFE_ATTRIBUTES | SAFE_CALLS
                    or _is_constant(node.attr)
                    or (node.attr in ("__getitem__", "value") and self._sure(node.value, seen))
                )
            case ast.Call():
                return self._sure_call(node, seen)
            case ast.Name():
                return self._sure_name(node, seen)
        return False

    def _sure_call(self, node: ast.Call, seen: set[tuple[int, str]]) -> bool:
        name = _name(node)
        if name in SAFE_CALLS or name in SAFE_ATTRIBUTES:
            return True
        if isinstance(node.func, ast.Attribute):
            if name == "join":
                return self._sure(node.func.value, seen) and all(self._sure(a, seen) for a in node.args)
            if name in ("strip", "capitalize", "lower", "upper", "get", "values", "items", "removesuffix"):
                return self._sure(node.func.value, seen)
        if name in ("list", "tuple", "sorted", "str", "filter", "dict", "zip", "enumerate"):
            return all(self._sure(argument, seen) for argument in node.args)
        several = self.functions.get(name, [])
        return bool(several) and all(self._returns(function, seen) for function in several)

    def _returns(self, function: Function, seen: set[tuple[int, str]]) -> bool:
        key = (id(function.node), "")
        if key in seen:
            return True
        found = [
            n.value for n in ast.walk(function.node) if isinstance(n, ast.Return) and n.value is not None
        ]
        return bool(found) and all(self._sure(value, seen | {key}) for value in found)

    def _sure_name(self, node: ast.Name, seen: set[tuple[int, str]]) -> bool:
        """Whether everything that a name may stand for is sure; a parameter's callers answer for it."""
        if _is_constant(node.id) or node.id in SAFE_CALLS:
            return True
        scope: ast.AST | None = node
        while scope is not None:
            scope = getattr(scope, "parent", None)
            if isinstance(scope, ast.Lambda) and node.id in [a.arg for a in scope.args.args]:
                return False
            if not isinstance(scope, ast.FunctionDef | ast.Module):
                continue
            if (id(scope), node.id) in seen:
                return True
            values = list(_assigned(scope, node.id))
            if values:
                return all(self._sure(value, seen | {(id(scope), node.id)}) for value in values)
            inner = [n for n in _within(scope) if isinstance(n, ast.FunctionDef) and n.name == node.id]
            if inner:
                return all(self._returns(Function(n, Path(), []), seen) for n in inner)
            if isinstance(scope, ast.FunctionDef):
                several = self.functions.get(scope.name, [])
                function = next((one for one in several if one.node is scope), None)
                given = {a.arg: a.annotation for a in (*scope.args.args, *scope.args.kwonlyargs)}
                if node.id in given:
                    # Its callers are asked for texts alone; a record is never sure.
                    kind = given[node.id]
                    texts = kind is not None and "str" in ast.unparse(kind)
                    if function and node.id in function.parameters and texts:
                        function.needs.add(node.id)
                        return True
                    return False
            elif node.id in self.functions:
                return all(self._returns(function, seen) for function in self.functions[node.id])
        return False


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a name is set to within a function or a module, not in the functions inside it."""
    for node in _within(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _part(target, value, name)
            case ast.AnnAssign(target=ast.Name(id=id_), value=value) if id_ == name and value is not None:
                yield value
            case ast.AugAssign(target=ast.Name(id=id_), value=value) if id_ == name:
                yield value
            case ast.NamedExpr(target=ast.Name(id=id_), value=value) if id_ == name:
                yield value
            case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
                if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(target)):
                    yield values


def _part(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple | ast.List):
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
        for one, said in zip(target.elts, parts, strict=False):
            yield from _part(one, said, name)


def _within(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield from _within(child)


def _choices(call: ast.Call) -> list[ast.expr]:
    """What says how the choices of a call are shown, or the choices themselves."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if _name(call) not in dir(st) or "options" not in inspect.signature(getattr(st, _name(call))).parameters:
        return []
    shown = given.get("format_func", given.get("options", call.args[1] if len(call.args) > 1 else None))
    return [] if shown is None else [shown]


def _behind(node: ast.expr) -> Iterator[ast.expr]:
    """What is put into the names of an expression in the function around it."""
    scope: ast.AST | None = node
    while scope is not None and not isinstance(scope, ast.FunctionDef):
        scope = getattr(scope, "parent", None)
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and scope is not None:
            yield from _assigned(scope, each.id)


def _made_plain(node: ast.expr) -> bool:
    return any(
        isinstance(each, ast.Name | ast.Attribute) and _called(each) == "plain" for each in ast.walk(node)
    )


def _called(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _is_streamlit(node: ast.expr, tree: ast.Module) -> bool:
    """Whether something is Streamlit, or a part of the page that Streamlit gave."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if not isinstance(node, ast.Name):
        return False
    if node.id == "st":
        return True
    for other in ast.walk(tree):
        if isinstance(other, ast.Assign) and any(_names(t, node.id) for t in other.targets):
            return isinstance(other.value, ast.Call) and _is_streamlit(other.value, ast.Module([], []))
        if isinstance(other, ast.arg) and other.arg == node.id and other.annotation is not None:
            return "DeltaGenerator" in ast.unparse(other.annotation)
    return False


def _name(call: ast.Call) -> str:
    """The last word of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_constant(name: str) -> bool:
    """Whether a name is one of the source's own constants."""
    return name.strip("_").isupper()


def _names(target: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


def _is_number(node: ast.FormattedValue) -> bool:
    if node.format_spec is None:
        return False
    spec = "".join(str(p.value) for p in node.format_spec.values if isinstance(p, ast.Constant))  # type: ignore[attr-defined]
    return bool(_NUMERIC.fullmatch(spec)) and bool(spec)


def screens() -> Sources:
    """The screens' files as they are."""
    files = [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("pages/*.py")]
    return Sources({path: path.read_text() for path in files})
