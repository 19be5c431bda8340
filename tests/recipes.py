"""Following a recipe of CONTRIBUTING.md to the letter: its blocks of code go where the words above them say."""

import re
import textwrap
from pathlib import Path

from crm_data.settings import ROOT

# "... `file`, ...:", or "... `file`, below (above) `line` ...:", then a block.
_BLOCK = re.compile(
    r"`([\w/]+\.py)`(?:,\s+(below|above)\s+`([^`]+)`)?(?:(?!\.py`)[^\n]|\n(?!\n))*:\n\n *```\w+\n(.*?)\n *```",
    re.DOTALL,
)


def follow(folder: Path, heading: str) -> list[str]:
    """Do in a copy of the house what a section says; returns the files. A line must be there once."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    blocks = list(_BLOCK.finditer(section))
    assert len(blocks) == section.count("```") // 2 > 0
    for block in blocks:
        path, side, line_there, code = block.groups()
        file, code = folder / path, textwrap.dedent(code)
        if side is None:
            assert not file.exists()
            file.write_text(code + "\n", "utf-8")
            continue
        lines = file.read_text("utf-8").split("\n")
        (at,) = (n for n, line in enumerate(lines) if line.strip() == line_there)
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        at += side == "below"
        apart = [""] * (0 if side == "below" else 1 if indent else 2)  # what goes above is a function
        lines[at:at] = [*textwrap.indent(code.rstrip("\n"), indent).split("\n"), *apart]
        file.write_text("\n".join(lines), "utf-8")
    return [block[1] for block in blocks]
