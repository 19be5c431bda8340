"""Small changes of the product that each take away one thing which keeps companies, or rights, apart.

They stand in `changes/`, each with the tests that notice it, the fewest that do:

    # file                     what is changed below
    name                       of the change; "~ name" for one like another above, tried at full length only
    - text                     what goes, line by line; stands in the file exactly once
    + text                     what comes in its place
    > tests/file.py::test      what fails then; at least one
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "changes"


@dataclass(frozen=True)
class Mutant:
    """In `file`, `old` becomes `new`, and the tests `nodes` fail."""

    file: str
    name: str
    old: str
    new: str
    nodes: tuple[str, ...]
    like: bool = False

    @property
    def anew(self) -> bool:
        """Whether databases are migrated under the change: it is one of the migrations."""
        return self.file.startswith("migrations/")

    @property
    def postgres(self) -> bool:
        """Whether its tests need PostgreSQL."""
        return any("postgresql" in node or "test_row_security" in node for node in self.nodes)


def mutants() -> list[Mutant]:
    """Every change in the folder."""
    return [found for path in sorted(FOLDER.glob("*.txt")) for found in _read(path.read_text("utf-8"))]


def _read(text: str) -> Iterator[Mutant]:
    file = ""
    for block in text.strip().split("\n\n")[1:]:  # the first says what the file is about
        if block.startswith("# "):
            file = block.removeprefix("# ")
            continue
        name, *lines = block.split("\n")
        old, new, nodes = ([line[2:] for line in lines if line.startswith(f"{sign} ")] for sign in "-+>")
        if not (old and nodes) or len(old) + len(new) + len(nodes) != len(lines):
            raise ValueError(f"This change cannot be read: {block}")
        like = name.startswith("~ ")
        yield Mutant(file, name.removeprefix("~ "), "\n".join(old), "\n".join(new), tuple(nodes), like)
