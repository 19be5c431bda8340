"""Reading a file of pg_dump's: what it holds, and its rows. Nothing in it is ever run as SQL."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Protocol

from crm_data.errors import BadBackup
from crm_data.transfer.postgres_programs import ProgramFailed, Programs
from crm_data.transfer.verify import DUMP_MAGIC, SQLITE_MAGIC

Entry = tuple[str, str]
Write = Callable[[bytes], object]

# The kinds of entry that our migrations make, and how many words name one of them.
_KINDS = {
    "CONSTRAINT": 2,
    "DEFAULT": 2,
    "FK CONSTRAINT": 2,
    "FUNCTION": 1,
    "INDEX": 1,
    "POLICY": 2,
    "ROW SECURITY": 1,
    "SEQUENCE": 1,
    "SEQUENCE OWNED BY": 1,
    "SEQUENCE SET": 1,
    "TABLE": 1,
    "TABLE DATA": 1,
    "TRIGGER": 2,
}
# What holds no row and does nothing by itself may be there or not; a restore keeps the database's own.
_PASSIVE = (
    "ACL",
    "CHECK CONSTRAINT",
    "COMMENT",
    "CONSTRAINT",
    "DEFAULT",
    "DEFAULT ACL",
    "FK CONSTRAINT",
    "INDEX",
    "ROW SECURITY",
    "SCHEMA",
    "SECURITY LABEL",
    "SEQUENCE OWNED BY",
    "SEQUENCE SET",
    "STATISTICS",
    "STATISTICS DATA",
    "TABLE DATA",
)
_LISTED = re.compile(r"\d+; \d+ \d+ (?P<kind>[A-Z][A-Z ]*[A-Z]) (?P<schema>\S+) (?P<rest>.+)")
_COPY = re.compile(rb'COPY \w+\.(\w+) \(((?:"?\w+"?)(?:, "?\w+"?)*)\) FROM stdin;\n', re.ASCII)
_COUNTER = re.compile(rb"SELECT pg_catalog\.setval\('\w+\.(\w+)', (\d{1,19}), (true|false)\);\n", re.ASCII)
_OF_NO_MEANING = (
    b"--",
    b"SET ",
    b"SELECT pg_catalog.set_config(",
    b"\\restrict ",
    b"\\unrestrict ",
)
_BLOCK = 1 << 16
DAMAGED = "This backup is damaged and cannot be read. Choose another."


class Into(Protocol):
    """Where rows go, in the words of COPY."""

    def table(self, name: str, columns: list[str]) -> AbstractContextManager[Write]: ...
    def counter(self, name: str, start: int) -> None: ...


class Nowhere:
    """Rows that are only counted; `kept` has the rows of one table that is small."""

    def __init__(self, keeping: str = "") -> None:
        self._keeping = keeping
        self.kept: list[bytes] = []

    def table(self, name: str, columns: list[str]) -> AbstractContextManager[Write]:
        """Take nothing, or keep it."""
        return nullcontext(self.kept.append if name == self._keeping else len)

    def counter(self, name: str, start: int) -> None:
        """Take nothing."""


class Dump:
    """One file. Raises BadBackup for whatever is not as pg_dump writes it."""

    def __init__(self, programs: Programs, path: Path) -> None:
        self._programs = programs
        self._path = str(path)

    def demand_kind(self) -> None:
        """Raise BadBackup unless the file says of itself that it is one of pg_dump's."""
        with open(self._path, "rb") as file:
            start = file.read(len(SQLITE_MAGIC))
        if start == SQLITE_MAGIC:
            raise BadBackup(
                "This is a backup of SQLite, and this installation runs on PostgreSQL. Choose another backup."
            )
        if not start.startswith(DUMP_MAGIC):
            raise BadBackup("This file is not a backup of PostgreSQL. Choose another backup.")

    def contents(self) -> frozenset[Entry]:
        """(kind, name) of everything in it; a kind that Foyer does not make keeps the whole line as its name."""
        try:
            with self._programs.output("pg_restore", "--list", self._path) as out:
                lines = out.read().decode(errors="replace").splitlines()
        except ProgramFailed as error:
            raise BadBackup(DAMAGED) from error
        return frozenset(_entry(line) for line in lines if line and not line.startswith(";"))

    def revision(self) -> str:
        """The revision of the database it was made of; '' when it does not tell exactly one."""
        told = Nowhere("alembic_version")
        self._read(told, "--table=alembic_version")
        lines = b"".join(told.kept).splitlines()
        return lines[0].decode("ascii", "replace") if len(lines) == 1 else ""

    def read(self, into: Into) -> dict[str, int]:
        """Hand over every row and every counter; the number of rows by table."""
        return self._read(into)

    def _read(self, into: Into, *words: str) -> dict[str, int]:
        found: dict[str, int] = {}
        try:
            with self._programs.output("pg_restore", "--data-only", *words, "--file=-", self._path) as out:
                for line in out:
                    if copy := _COPY.fullmatch(line):
                        name = copy[1].decode()
                        if name in found:
                            raise BadBackup(DAMAGED)
                        columns = copy[2].decode().replace('"', "").split(", ")
                        with into.table(name, columns) as write:
                            found[name] = _rows(out, write)
                    elif counter := _COUNTER.fullmatch(line):
                        into.counter(counter[1].decode(), int(counter[2]) + (counter[3] == b"true"))
                    elif line != b"\n" and not line.startswith(_OF_NO_MEANING):
                        raise BadBackup(DAMAGED)
        except ProgramFailed as error:
            raise BadBackup(DAMAGED) from error
        return found


def missing_tables(there: frozenset[Entry], own: frozenset[Entry]) -> bool:
    """Whether a table that must be there is not."""
    return any(kind == "TABLE" and (kind, name) not in there for kind, name in own)


def foreign(there: frozenset[Entry], own: frozenset[Entry] | None) -> Entry | None:
    """The first thing that Foyer did not make: of another kind, or by its name when `own` is known."""
    for kind, name in sorted(there):
        if kind in _PASSIVE:
            continue
        if kind not in _KINDS or (own is not None and (kind, name) not in own):
            return kind, name
    return None


def _entry(line: str) -> Entry:
    listed = _LISTED.fullmatch(line)
    if listed is None:
        return "something", line
    words = f"{listed['kind']} {listed['schema']}".split(" ")
    # A schema or a table in capitals would be taken for a part of the kind.
    for length in (3, 2, 1):
        kind = " ".join(words[:length])
        if kind in _KINDS or kind in _PASSIVE:
            rest = [*words[length + 1 :], *listed["rest"].split(" ")]
            return kind, " ".join(rest[: _KINDS.get(kind, len(rest))])
    return listed["kind"], listed["rest"]


def _rows(out: IO[bytes], write: Write) -> int:
    """Pass on the lines of one table, in blocks, until the line that ends them."""
    block: list[bytes] = []
    size = 0
    for number, line in enumerate(out):
        if line == b"\\.\n":
            write(b"".join(block))
            return number
        block.append(line)
        size += len(line)
        if size > _BLOCK:
            write(b"".join(block))
            size, block = 0, []
    raise BadBackup(DAMAGED)
