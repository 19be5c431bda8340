"""A CSV file as a table of text: delimiter and headings guessed, everything kept as it was typed."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import PurePath
from typing import TextIO

from crm_data.errors import Invalid
from crm_data.transfer.formulas import meant
from crm_data.transfer.letters import encoding_of, opened, sample_of

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_000
LOOKED_AHEAD = 60  # rows, in which the headings must stand
_SAMPLE = 100_000  # characters, of which the delimiter is guessed
_SOMETHING = re.compile(rb"[^\xef\xbb\xbf\xff\xfe \t\r\n\0]")
_USUAL = (",", ";", "\t", "|")
_RARE = ("^", "~", "¦", "\x1f")  # taken where they alone divide every row
DELIMITERS = _USUAL + _RARE

# The limit is the process's own. The module's default would stop in the middle of a file we may still read.
csv.field_size_limit(MOST_BYTES)

_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a document"),
    (b"<?xml", "XML"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"begin:v", "a file of address cards or of a calendar"),
    (b'[{"', "JSON"),
    (b'{"', "JSON"),
)

# A line of Excel's own, which names the delimiter; saved once more it may stand in quotes, and before empty cells.
_SEP = re.compile(r"""("?)sep=(\\t|.)\1[,;\t| ]*(?:\r\n?|\n|$)""", re.IGNORECASE)

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
    top: int = 1  # the row that the headings stand in
    sample: str = ""  # a few words that show whether its letters were read rightly, where that is not sure
    nameless: frozenset[str] = frozenset()  # headings that are ours, for columns that have none
    sheets: tuple[str, ...] = ()  # of a workbook: its sheets, and the one that this is
    sheet: str = ""

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


def read(
    data: bytes,
    name: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    top: int | None = None,
) -> Sheet:
    """The table in a file's bytes. What is not given is guessed; raises Undecided where the letters are
    not sure, and Invalid with one sentence.

    `top`: the row that the headings stand in, counted from 1; before it may stand a title.
    """
    if data[-1:] == b"\x1a" and data[-2:-1] in (b"\r", b"\n"):
        data = data[:-1]  # with which old programs end a file
    if len(data) > MOST_BYTES:
        raise Invalid("This file is larger than 20 MB. Split it and import the parts one by one.")
    if not _SOMETHING.search(data):
        raise Invalid("This file is empty. Choose a CSV file with headings in its first row.")
    head = data[:100].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for sign, kind in _OTHER_KINDS:
        if data.startswith(sign) or head.startswith(sign):
            raise Invalid(
                f"This is {kind}, not a CSV file. Open it and save it as CSV (UTF-8), then import that."
            )
    encoding = encoding_of(data, encoding)
    begins = opened(data, encoding).read(_SAMPLE)
    said = _SEP.match(begins)
    above = said.end() if said else 0
    if said:
        delimiter = delimiter or said[2].replace("\\t", "\t")
    delimiter = delimiter or _guess_delimiter(begins[above:], whole=len(begins) < _SAMPLE)
    if delimiter not in DELIMITERS:
        raise Invalid(
            "The cells of this file are divided by an unknown sign. Use comma, semicolon, tab, |, ^ or ~."
        )
    text = opened(data, encoding)
    text.read(above)
    sheet = _table(name, text, encoding, delimiter, top, _is_airy(begins, delimiter))
    if encoding.startswith("utf-") and "+" not in encoding:
        return sheet
    return replace(sheet, sample=sample_of(opened(data, encoding)))


def _guess_delimiter(sample: str, whole: bool) -> str:
    """The sign that cuts the first rows into the most columns, the same number in most of them."""
    best, best_score = DELIMITERS[0], (0.0, 0, 0.0)
    for delimiter in DELIMITERS:
        if delimiter in _RARE and best_score[0]:
            break
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for _, row in zip(range(50), rows, strict=False) if row]
        if len(widths) > 2 and not whole:
            widths.pop()  # the sample may end in the middle of a row
        if not widths or max(widths) < 2:
            continue
        # A title above the headings is short, and cells that are empty at a row's end may be left out.
        at, first = next((at, width) for at, width in enumerate(widths) if width > 1)
        same = sum(width == first for width in widths)
        if delimiter in _RARE and (same < len(widths) or same < 2):
            continue
        score = (same / len(widths), first, same / len(widths[at:]))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _is_airy(sample: str, delimiter: str) -> bool:
    """Whether blanks stand between a delimiter and the quotation mark that opens a cell: 'A, "b, c"'."""
    sign = re.escape(delimiter)
    opening = len(re.findall(f'{sign} +"', sample))
    return opening > 0 and opening == len(
        re.findall(rf'{sign} +"(?:[^"]|"")*"(?=\s*(?:{sign}|[\r\n]|$))', sample)
    )


def _records(text: TextIO, delimiter: str, airy: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number. A quotation mark out of place stops the file: no row after it is sure."""
    number = 0
    rows = csv.reader(text, delimiter=delimiter, strict=True, skipinitialspace=airy)
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


def _table(
    name: str, text: TextIO, encoding: str, delimiter: str, top: int | None, airy: bool = False
) -> Sheet:
    records = _records(text, delimiter, airy)
    at, first, records = _top(records, top)
    if any(unicodedata.category(c) == "Cc" and not c.isspace() for c in "".join(first)):
        raise Invalid("This does not look like a CSV file. Save it as CSV (UTF-8) and import that.")
    headings = [_heading(cell) for cell in first]
    if len(headings) > MOST_COLUMNS:
        raise Invalid(f"Row {at}: there are {len(headings):,} columns; at most {MOST_COLUMNS} can be read.")
    for column, heading in enumerate(headings, start=1):
        if len(heading) > 255:
            raise Invalid(
                f"Row {at}: the heading of column {column} is longer than 255 characters; shorten it."
            )
    nameless = _name(headings)
    _tell_apart(headings)
    lines: list[Line] = []
    unread: list[Unread] = []
    for number, row in records:
        whole = "".join(row)
        if not whole.strip():
            continue
        if len(lines) + len(unread) >= MOST_ROWS:
            raise Invalid(f"Row {number}: there are more than {MOST_ROWS:,} rows. Split the file in parts.")
        reason = _unreadable(row, whole, len(headings))
        if reason:
            unread.append(Unread(number, [meant(cell) for cell in row], reason))
            continue
        del row[len(headings) :]
        row += [""] * (len(headings) - len(row))  # many programs leave out what is empty at the end
        lines.append(Line(number, [meant(cell) for cell in row] if "'" in whole or '="' in whole else row))
    if not lines and not unread:
        raise Invalid("This file has headings and no rows below them. There is nothing to import.")
    while headings[-1] in nameless and not any(line.cells[len(headings) - 1].strip() for line in lines):
        headings.pop()  # spreadsheets leave empty columns at the right
    for line in lines:
        del line.cells[len(headings) :]
    named = tuple(headings)
    return Sheet(name, encoding, delimiter, named, lines, unread, at, nameless=nameless & {*headings})


def _top(
    records: Iterator[tuple[int, list[str]]], wanted: int | None
) -> tuple[int, list[str], Iterator[tuple[int, list[str]]]]:
    """The number and the cells of the row of headings, and the rows below it.

    It is the first row that holds something, but for those that fill less than half as many cells as the rows
    below them, and a first cell alone: a title, or the name and the day of a report.
    """
    ahead = list(islice(records, LOOKED_AHEAD))
    filled = [at for at, (_, row) in enumerate(ahead) if any(cell.strip() for cell in row)]
    if wanted is not None:
        chosen = next((at for at in filled if ahead[at][0] == wanted), None)
        if chosen is None:
            raise Invalid(f"Row {wanted:,} of this file cannot be the headings: nothing stands there.")
    elif filled:
        rows = [ahead[at][1] for at in filled]
        chosen = filled[next(n for n in range(len(rows)) if not _above(rows[n], rows[n + 1 :]))]
    else:
        raise Invalid("This file is empty. Choose a CSV file with headings in its first row.")
    number, row = ahead[chosen]
    return number, row, chain(ahead[chosen + 1 :], records)


def _above(row: list[str], below: list[list[str]]) -> bool:
    """Whether a row stands above the headings."""
    widths = sorted(map(_width, below))
    usual = widths[len(widths) // 2] if len(widths) > 1 else 0
    return 2 * _width(row) < usual or (_width(row) == 1 < usual and bool(row[0].strip()))


def _width(row: list[str]) -> int:
    """How many cells a row has that say something."""
    return sum(bool(cell.strip()) for cell in row)


def _name(headings: list[str]) -> frozenset[str]:
    """Give each column without a heading the name 'Column 3'; returns the names that were given."""
    given = set()
    for at, heading in enumerate(headings):
        if not heading:
            named = f"Column {at + 1}"
            while named in headings:
                named += "'"
            headings[at] = named
            given.add(named)
    return frozenset(given)


def _heading(cell: str) -> str:
    return unicodedata.normalize("NFC", " ".join(meant(cell).split()))


def _tell_apart(headings: list[str]) -> None:
    """Where several columns are called 'Phone', the second is called 'Phone (2)'; the first keeps its name."""
    taken, first = set(headings), set()
    for at, heading in enumerate(headings):
        if heading in first:
            number = 2
            while (named := f"{heading} ({number})") in taken:
                number += 1
            headings[at] = named
            taken.add(named)
        first.add(heading)


def _unreadable(row: list[str], whole: str, width: int) -> str | None:
    """Why a row cannot be read as one, or None. `whole` is all its text."""
    if len(row) > width and any(cell.strip() for cell in row[width:]):
        return f"This row has {len(row)} cells, and the headings are {width}. Quote what holds a delimiter."
    if len(whole) > LONGEST_CELL and (longest := max(map(len, row))) > LONGEST_CELL:
        return f"A cell holds {longest:,} characters; at most {LONGEST_CELL:,} can be read."
    if "\0" in whole:
        return "A cell holds a NUL character, which nothing can show. Remove it."
    return None
