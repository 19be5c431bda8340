"""What a call answers, whatever it is, as plain values that can be compared and searched."""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crm_data import Changed
from crm_data.errors import Conflict, CrmError, Invalid
from crm_data.transfer.company_file import MANIFEST
from tests.model.calls import Call
from tests.model.files import unzipped
from tests.model.world import World

# Made by chance in the product itself: names of acts, and addresses of colleagues known by name alone.
_CHANCE = re.compile(r"\b[0-9a-f]{32}\b")
# What the log is held together by: digests over the names of acts and over salts, which are chance themselves.
_DIGESTS = frozenset({"digest", "seal", "sealed", "link", "head"})
_TOKENS = ("Members.invite", "Members.reset_link")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Answer:
    """`value` of a call that was allowed; else `refused`, the class of the refusal, and its sentence."""

    value: Any = None
    refused: type[CrmError] | None = None
    sentence: Any = None
    raw: Any = None

    def compared(self) -> Any:
        """All of it, without what chance made."""
        return self.value, self.refused, self.sentence


def answer(world: World, call: Call) -> Answer:
    """Make a call; anything but a CrmError is a fault and passes through."""
    my = world.at(call.company, call.user, call.role, call.currency)
    try:
        found = call.do(my)
        if isinstance(found, Iterator):
            found = list(found)
        if isinstance(found, tuple) and found and isinstance(found[-1], Iterator):
            found = (found[0], b"".join(found[1]))
    except CrmError as refused:
        return Answer(None, type(refused), _sentence(refused))
    if call.verb == "Leads.convert":
        world.restamp("leads")
    if call.verb in _TOKENS:
        assert isinstance(found, str)
        assert len(found) > 30
        return Answer("a token", raw=found)
    if isinstance(found, Changed):  # which stay, and why, has its own test
        return Answer(plain(found) | {"refused": len(found.refused)}, raw=found)
    return Answer(plain(found), raw=found)


def _sentence(refused: CrmError) -> Any:
    more: Any = None
    if isinstance(refused, Invalid):
        more = [(problem.field, problem.row) for problem in refused.problems]
    if isinstance(refused, Conflict):
        more = refused.clashes
    return str(refused), plain(more)


def plain(value: Any) -> Any:
    """Dataclasses, frames and files as dictionaries, lists and text; numbers to nine places."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {"": type(value).__name__, **plain(named)}
    if isinstance(value, pd.DataFrame):
        # What is missing is one word, so that it equals itself.
        return [
            {str(name): None if pd.isna(cell) else plain(cell) for name, cell in row.items()}
            for row in value.to_dict("records")
        ]
    if isinstance(value, Mapping):
        return {key: _digest(part) if key in _DIGESTS else plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        if value.startswith(b"PK"):
            files = unzipped(value)
            if (
                MANIFEST in files
            ):  # acts have names by chance, so that contents are alike in their counts alone
                return {name: said["rows"] for name, said in json.loads(files[MANIFEST])["tables"].items()}
            return {name: plain(data) for name, data in files.items()}
        return _DIGEST.sub("by chance", _CHANCE.sub("by chance", value.decode()))
    if isinstance(value, str):
        return _CHANCE.sub("by chance", value)
    if isinstance(value, float):
        return round(value, 9)
    return value


def _digest(value: Any) -> Any:
    """That there is one; which one it is, each side's own chain knows."""
    return "by chance" if isinstance(value, str) and _DIGEST.fullmatch(value) else plain(value)
