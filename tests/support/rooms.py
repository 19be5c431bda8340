"""The rooms of a Workspace, found in its code: each property that answers with a class of verbs of its own."""

from functools import cached_property
from inspect import isclass
from typing import Any, get_type_hints

from crm_data import Workspace
from crm_data.store.scope import CompanyScope


def _found() -> dict[str, type]:
    found: dict[str, type] = {}
    for name, value in vars(Workspace).items():
        made: Any = value.func if isinstance(value, cached_property) else getattr(value, "fget", None)
        if made is None or name.startswith("_"):
            continue
        kind = get_type_hints(made).get("return")
        if isclass(kind) and kind.__module__.startswith("crm_data.") and kind is not CompanyScope:
            found[name] = kind
    return found


# How the workspace calls a room -> its class; the kinds of records are in Workspace.kinds.
ROOMS = _found()
