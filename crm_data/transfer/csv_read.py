"""A CSV file as a table of text: encoding and delimiter guessed, everything kept as it was typed."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from crm_data.errors import Invalid
from crm_data.transfer.formulas import rearmed

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_000
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "utf-16", "cp1252")

# The limit is the process's own. The module's default would stop in the middle of a file we may still read.
csv.field_size_limit(MOST_BYTES)

_OTHER_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
)

# The end of a file's name that tells copies, months and mended parts of one file apart.
_VARIANT = re.compile(
    r"(?:\.refused|[\s_-]*(?:\(\d+\)|copy|\d{4}[-_]?\d{2}(?:[-_]?\d{2})?(?:[-_T]?\d{4,6})?))$", re.IGNORECASE
)


@dataclass(frozen=True)
class Line:
    """One row of a file. `number` counts as a spreadsheet does: the headings are row 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Unread:
    """A row that cannot be read as one, with the sentence that says why."""

    number: int
    cells: list[str]
    reason: str


@dataclass(frozen=True)
class Sheet:
    """A file as text: headings, rows with as many cells as headings, and rows that could not be read."""

    name: str
    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    lines: list[Line]
    unread: list[Unread] = field(default_factory=list)

    @property
    def stem(self) -> str:
        """The file's name without its ending, as a name for where the rows come from."""
        stem = PurePath(self.name.replace("\\", "/")).stem
        shown = "".join(c for c in stem if c.isprintable()).strip()
        return shown[:100] or "file"

    @property
    def origin(self) -> str:
        """A name for the system that the rows come from: the file's, whatever month, copy or part it is."""
        found = self.stem
        while (shorter := _VARIANT.sub("", found)) not in ("", found):
            found = shorter
        return found

    def column(self, heading: str) -> list[str]:
        """Every cell under a heading."""
        at = self.headings.index(heading)
        return [line.cells[at] for line in self.lines]


def read(data: bytes, name: str, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """The table in a file's bytes. What is not given is guessed. Raises Invalid with one sentence."""
    if len(data) > MOST_BYTES:
        raise Invalid("This file is larger than 20 MB. Split it and import the parts one by one.")
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise Invalid("This file is empty. Choose a CSV file with headings in its first row.")
    for sign, kind in _OTHER_KINDS:
        if data.startswith(sign):
            raise Invalid(
                f"This is {kind}, not a CSV file. Open it and save it as CSV (UTF-8), then import that."
            )
    text, encoding = _decoded(data, encoding)
    said = re.match(r"sep=(.)\r?\n?", text)  # a line of Excel's own
    if said:
        text, delimiter = text[said.end() :], delimiter or said[1]
    delimiter = delimiter or _guess_delimiter(text)
    if delimiter not in DELIMITERS:
        raise Invalid(
            "The cells of this file are divided by an unknown sign. Use comma, semicolon, tab or |."
        )
    return _table(name, text, encoding, delimiter)


def _decoded(data: bytes, encoding: str | None) -> tuple[str, str]:
    encoding = encoding or _guess_encoding(data)
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
    except (UnicodeDecodeError, LookupError):
        raise Invalid(
            "The letters of this file cannot be read. Save it as CSV with the encoding UTF-8 and import that."
        ) from None


def _guess_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[:4000]
    # Western text in UTF-16 has a zero in every second byte, and nothing else has.
    for parity, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[parity::2]
        if len(half) > 3 and half.count(0) > 0.6 * len(half) and sample[1 - parity :: 2].count(0) == 0:
            return name
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _guess_delimiter(text: str) -> str:
    """The sign that cuts the first rows into the most columns, the same number in each."""
    sample = text[:100_000]
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for _, row in zip(range(50), rows, strict=False) if row]
        if len(widths) > 2 and len(sample) < len(text):
            widths.pop()  # the sample may end in the middle of a row
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        if (alike, widths[0]) > best_score:
            best, best_score = delimiter, (alike, widths[0])
    return best


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number. A quotation mark out of place stops the file: no row after it is sure."""
    number = 0
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(rows, start=1):
            yield number, row
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Invalid(
                f'Row {number + 1}: a cell opens with a quotation mark (") that is never closed.'
                " Close it, or double it inside a cell, and import the file again."
            ) from None
        raise Invalid(
            f'Row {number + 1}: there is text after a closing quotation mark (").'
            " Double the marks inside a quoted cell and import the file again."
        ) from None


def _table(name: str, text: str, encoding: str, delimiter: str) -> Sheet:
    records = _records(text, delimiter)
    top = next(((number, row) for number, row in records if any(cell.strip() for cell in row)), None)
    if top is None:
        raise Invalid("This file is empty. Choose a CSV file with headings in its first row.")
    if any(unicodedata.category(c) == "Cc" and not c.isspace() for c in "".join(top[1])):
        raise Invalid("This does not look like a CSV file. Save it as CSV (UTF-8) and import that.")
    headings = [_heading(cell) for cell in top[1]]
    while headings and not headings[-1]:
        headings.pop()  # spreadsheets leave empty columns at the right
    if len(headings) > MOST_COLUMNS:
        raise Invalid(
            f"Row {top[0]}: there are {len(headings):,} columns; at most {MOST_COLUMNS} can be read."
        )
    _check_headings(headings, top[0])
    lines: list[Line] = []
    unread: list[Unread] = []
    marked = "'" in text
    for number, row in records:
        whole = "".join(row)
        if not whole.strip():
            continue
        if len(lines) + len(unread) >= MOST_ROWS:
            raise Invalid(f"Row {number}: there are more than {MOST_ROWS:,} rows. Split the file in parts.")
        reason = _unreadable(row, whole, len(headings))
        if reason:
            unread.append(Unread(number, [rearmed(cell) for cell in row], reason))
            continue
        del row[len(headings) :]
        lines.append(Line(number, [rearmed(cell) for cell in row] if marked and "'" in whole else row))
    if not lines and not unread:
        raise Invalid("This file has headings and no rows below them. There is nothing to import.")
    return Sheet(name, encoding, delimiter, tuple(headings), lines, unread)


def _heading(cell: str) -> str:
    return unicodedata.normalize("NFC", " ".join(rearmed(cell).split()))


def _check_headings(headings: list[str], number: int) -> None:
    seen: dict[str, int] = {}
    for at, heading in enumerate(headings, start=1):
        if not heading:
            raise Invalid(f"Row {number}: column {at} has no heading. Give it one, or remove the column.")
        if len(heading) > 255:
            raise Invalid(
                f"Row {number}: the heading of column {at} is longer than 255 characters; shorten it."
            )
        if heading in seen:
            raise Invalid(
                f"Row {number}: columns {seen[heading]} and {at} have the same heading, {heading!r}."
                " Give each a name of its own."
            )
        seen[heading] = at


def _unreadable(row: list[str], whole: str, width: int) -> str | None:
    """Why a row cannot be read as one, or None. `whole` is all its text."""
    if len(row) < width:
        return f"This row has {len(row)} cells, and the headings are {width}. Add what is missing."
    if len(row) > width and any(row[width:]):
        return f"This row has {len(row)} cells, and the headings are {width}. Quote what holds a delimiter."
    if len(whole) > LONGEST_CELL and (longest := max(map(len, row))) > LONGEST_CELL:
        return f"A cell holds {longest:,} characters; at most {LONGEST_CELL:,} can be read."
    if "\0" in whole:
        return "A cell holds a NUL character, which nothing can show. Remove it."
    return None
