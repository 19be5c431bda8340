"""A program: the cells of a workbook on standard input as CSV on standard output; `workbook` runs it.

A workbook is a stranger's file for a parser in machine code: one far cell may ask for all memory there is. So it
is read within limits, where nothing is lost when it fails. The first line is JSON (sheets, sheet), then comes the
CSV; in place of both stands one word in capitals and an exit code of 3. It imports nothing of the product's, to
begin fast.
"""

import csv
import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

MOST_MEMORY = 2 * 1024**3  # bytes; 100,000 rows of 20 columns take a fifth of it
PASSWORD, NO_SHEET, EMPTY, TOO_LARGE, REFUSED = "PASSWORD", "NO_SHEET", "EMPTY", "TOO_LARGE", 3


def main(wanted: str, most_rows: int, most_bytes: int, seconds: int) -> int:
    """Read standard input, write standard output; 0 when it could be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
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
    for at, row in enumerate(rows(sheet)):
        writer.writerow(row)
        if at > most_rows or text.tell() > most_bytes:
            return _refused(TOO_LARGE)
    said = json.dumps({"sheets": shown, "sheet": name})
    sys.stdout.buffer.write(f"{said}\n{text.getvalue()}".encode())
    return 0


def rows(sheet: Any) -> Iterator[list[str]]:
    """The rows from the sheet's first on, as text. What is merged over several rows stands in each of them."""
    down = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        down.update({(row, left): (top, left) for row in range(top + 1, min(bottom, sheet.total_height) + 1)})
    held = dict.fromkeys(down.values(), "")
    for at, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        row = [written(cell) for cell in cells]
        for column, cell in enumerate(row):
            if (at, column) in held:
                held[at, column] = cell
            elif (at, column) in down:
                row[column] = held[down[at, column]]
        while row and not row[-1]:
            row.pop()
        yield row


def written(cell: object) -> str:
    """A cell as the import reads it in one way only, whatever sign a column's decimals have."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return _number(cell)
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


def _number(number: float) -> str:
    """Its 15 digits that count, as a spreadsheet shows them; 1.234 becomes 1.2340, since it might be 1,234."""
    text = format(Decimal(format(number, ".15g")), "f")
    whole, point, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    if not decimals:
        return whole
    return f"{whole}{point}{decimals}0" if len(decimals) == 3 else f"{whole}{point}{decimals}"


def _is_shown(sheet: Any) -> bool:
    return str(sheet.visible).endswith("Visible") and str(sheet.typ).endswith("WorkSheet")


def _refused(word: str) -> int:
    sys.stdout.write(word)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
