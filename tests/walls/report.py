"""The table of ways and walls as docs/walls.md shows it; made anew by the test when FOYER_WRITE_WALLS is set."""

import os
import re
from collections.abc import Mapping

from crm_data.settings import ROOT
from tests.walls.matrix import HELD, OPEN, SEEN_IN_A_CHANGE
from tests.walls.without import DATABASE, KEYS, SESSION, WALLS

FILE = ROOT / "docs" / "walls.md"
ALL = frozenset(WALLS)
COLUMNS = {
    "all": ALL,
    "session alone": frozenset({SESSION}),
    "keys alone": frozenset({KEYS}),
    "database alone": frozenset({DATABASE}),
    "without session": ALL - {SESSION},
    "without keys": ALL - {KEYS},
    "without database": ALL - {DATABASE},
    "none": frozenset[str](),
}
_SIGNS = {HELD: "held", SEEN_IN_A_CHANGE: "changes read", OPEN: "**open**"}


def section(table: Mapping[str, Mapping[str, str]]) -> str:
    """One engine's table: how many ways each column holds, then every way."""
    lines = ["| way | " + " | ".join(COLUMNS) + " |", "| --- |" + " --- |" * len(COLUMNS)]
    held = [sum(became == HELD for became in table[name].values()) for name in COLUMNS]
    lines.append(f"| *held, of {len(table['all'])}* | " + " | ".join(map(str, held)) + " |")
    lines += [
        f"| {way} | " + " | ".join(_SIGNS[table[name][way]] for name in COLUMNS) + " |"
        for way in table["all"]
    ]
    return "\n".join(lines)


def told(engine: str, table: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """What the page says of an engine, and what it should say."""
    text = FILE.read_text(encoding="utf-8")
    block = re.compile(rf"(<!-- {engine}: begin -->\n).*?(\n<!-- {engine}: end -->)", re.DOTALL)
    if os.environ.get("FOYER_WRITE_WALLS"):
        text = block.sub(lambda found: found[1] + section(table) + found[2], text)
        FILE.write_text(text, encoding="utf-8")
    found = block.search(text)
    assert found, f"{FILE.name} has no place for {engine}"
    return found[0], found[1] + section(table) + found[2]
