"""A program: the cells of a workbook on standard input as CSV on standard output; `workbook` runs it.

A workbook is a stranger's file for a parser in machine code: one far cell may ask for all memory there is. So it
is read within limits, where nothing is lost when it fails. The first line is JSON (sheets, sheet), then comes the
CSV; in place of both stands one word in capitals and an exit code of 3. It imports nothing of the product's, to
begin fast.
"""

import csv
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator, Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any
from xml.etree import ElementTree

Place = tuple[int, int]  # row and column, both from 0

MOST_MEMORY = 2 * 1024**3  # bytes; 100,000 rows of 20 columns take a fifth of it
PASSWORD, NO_SHEET, EMPTY, TOO_LARGE, REFUSED = "PASSWORD", "NO_SHEET", "EMPTY", "TOO_LARGE", 3


def main(wanted: str, most_rows: int, most_bytes: int, seconds: int) -> int:
    """Read standard input, write standard output; 0 when it could be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine as calamine

    data = io.BytesIO(sys.stdin.buffer.read())
    try:
        book = calamine.CalamineWorkbook.from_filelike(data)
    except calamine.PasswordError:
        return _refused(PASSWORD)
    shown = [sheet.name for sheet in book.sheets_metadata if _is_shown(sheet)]
    if wanted and wanted not in shown:
        return _refused(NO_SHEET)
    for name in [wanted] if wanted else shown:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height or wanted:
            break
    else:
        return _refused(EMPTY)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for at, row in enumerate(rows(sheet, percents(data, name))):
        writer.writerow(row)
        if at > most_rows or text.tell() > most_bytes:
            return _refused(TOO_LARGE)
    said = json.dumps({"sheets": shown, "sheet": name})
    sys.stdout.buffer.write(f"{said}\n{text.getvalue()}".encode())
    return 0


def rows(sheet: Any, percent: Set[Place] = frozenset()) -> Iterator[list[str]]:
    """The rows from the sheet's first on, as text. What is merged over several rows stands in each of them.

    `percent`: the cells that show their number as one of a hundred.
    """
    down = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        down.update({(row, left): (top, left) for row in range(top + 1, min(bottom, sheet.total_height) + 1)})
    held = dict.fromkeys(down.values(), "")
    for at, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        row = [written(cell, (at, column) in percent) for column, cell in enumerate(cells)]
        for column, cell in enumerate(row):
            if (at, column) in held:
                held[at, column] = cell
            elif (at, column) in down:
                row[column] = held[down[at, column]]
        while row and not row[-1]:
            row.pop()
        yield row


def written(cell: object, percent: bool = False) -> str:
    """A cell as the import reads it in one way only, whatever sign a column's decimals have; `percent`: '50 %'."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return f"{_number(cell, 100)} %" if percent else _number(cell)
    if isinstance(cell, datetime):
        day, _, moment = cell.isoformat(" ", "seconds").partition(" ")
        return day if moment == "00:00:00" else f"{day} {moment.removesuffix(':00')}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("seconds").removesuffix(":00")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(cell)


def _number(number: float, times: int = 1) -> str:
    """Its 15 digits that count, as a spreadsheet shows them; 1.234 becomes 1.2340, since it might be 1,234."""
    text = format(Decimal(format(number, ".15g")) * times, "f")
    whole, point, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    if not decimals:
        return whole
    return f"{whole}{point}{decimals}0" if len(decimals) == 3 else f"{whole}{point}{decimals}"


_IN_PERCENT = (9, 10)  # the formats that every workbook has by number
_ASIDE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # of a format: what it writes beside, and its colour


def percents(data: IO[bytes], name: str) -> set[Place]:
    """The cells of a sheet of an XLSX whose number format is a percentage: the reader tells the number alone.

    What is no XLSX, or not laid out as one, has none: its numbers are what the cells hold.
    """
    try:
        with zipfile.ZipFile(data) as book:
            styles = _percent_styles(book)
            return _cells_of(book, _part_of(book, name), styles) if styles else set()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, ValueError, IndexError, ElementTree.ParseError,
            NotImplementedError, RuntimeError, EOFError, zlib.error):  # fmt: skip
        return set()


def _percent_styles(book: zipfile.ZipFile) -> set[str]:
    """The numbers of the styles, as cells name them."""
    with book.open("xl/styles.xml") as part:
        root = ElementTree.parse(part).getroot()
    own = {
        one.get("numFmtId", ""): "%" in _ASIDE.sub("", one.get("formatCode", ""))
        for one in root.iterfind("{*}numFmts/{*}numFmt")
    }
    usual = {str(number): True for number in _IN_PERCENT}
    formats = usual | own
    return {
        str(at)
        for at, one in enumerate(root.iterfind("{*}cellXfs/{*}xf"))
        if formats.get(one.get("numFmtId", ""), False)
    }


def _part_of(book: zipfile.ZipFile, name: str) -> str:
    """In which part of the workbook a sheet stands."""
    with book.open("xl/workbook.xml") as part:
        sheets = ElementTree.parse(part).getroot().iterfind("{*}sheets/{*}sheet")
        (sheet,) = [one for one in sheets if one.get("name") == name]
    (link,) = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
    with book.open("xl/_rels/workbook.xml.rels") as part:
        targets = {one.get("Id"): one.get("Target", "") for one in ElementTree.parse(part).getroot()}
    return posixpath.normpath(posixpath.join("/xl", targets[link])).lstrip("/")


def _cells_of(book: zipfile.ZipFile, part: str, styles: Set[str]) -> set[Place]:
    """Where cells of these styles stand. A cell that does not say where it is stands behind the one before."""
    found: set[Place] = set()
    row, column = -1, -1
    with book.open(part) as file:
        for event, one in ElementTree.iterparse(file, ("start", "end")):
            tag = one.tag.rpartition("}")[2]
            if event == "end":
                one.clear()
            elif tag == "row":
                row, column = int(one.get("r", row + 2)) - 1, -1
            elif tag == "c":
                said = one.get("r")
                column = _column(said) if said else column + 1
                if one.get("s") in styles:
                    found.add((row, column))
    return found


def _column(place: str) -> int:
    """'B12' is in the second column, 1."""
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number - 1


def _is_shown(sheet: Any) -> bool:
    return str(sheet.visible).endswith("Visible") and str(sheet.typ).endswith("WorkSheet")


def _refused(word: str) -> int:
    sys.stdout.write(word)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
