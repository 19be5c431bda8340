"""Rows as a workbook (XLSX): one sheet with a heading that stays, numbers and days as cells of that kind."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.transfer.held import workplace

MOST_ROWS = 1_048_576  # of a sheet, the heading among them
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIRST_DAY = date(1901, 1, 1)  # before it a spreadsheet counts days otherwise, or not at all
_TOO_LONG = "A text of this list is longer than a workbook's cell can be. Export it as CSV."
_TOO_MANY = "A workbook holds a million rows and this list has more. Export it as CSV."
_MOST_DIGITS = 15  # that a spreadsheet keeps of a number
_PIECE = 256 << 10
# What a cell says stays what it says: no text of ours becomes a formula, a link or a number.
_PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def pieces(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], days: Sequence[int]
) -> Iterator[bytes]:
    """The file's bytes; `days` are the columns whose text is a day. Raises Invalid for what does not fit.

    A number of more digits than a spreadsheet keeps is written as text.
    """
    with workplace() as folder:
        path = Path(folder, "rows.xlsx")
        book = xlsxwriter.Workbook(path, {**_PLAIN, "tmpdir": str(folder)})
        try:
            book.set_properties({"created": datetime.combine(clock.now(), time.min)})  # a day, as in its name
            sheet = book.add_worksheet(title[:31].capitalize())
            sheet.freeze_panes(1, 2)
            sheet.set_column(0, 0, 8)
            sheet.set_column(1, len(headings) - 1, 18)
            sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for at, row in enumerate(rows, 1):
                if at >= MOST_ROWS:
                    raise Invalid(_TOO_MANY)
                for column, cell in enumerate(row):
                    if cell is None:
                        continue
                    if isinstance(cell, str):
                        made = date.fromisoformat(cell) if column in days and cell else None
                        if made and made >= _FIRST_DAY:
                            sheet.write_datetime(at, column, made, day)
                        elif sheet.write_string(at, column, cell):
                            raise Invalid(_TOO_LONG)
                    elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) > _MOST_DIGITS:
                        sheet.write_string(at, column, str(cell))
                    else:
                        sheet.write_number(at, column, cell)
        except BaseException:
            sheet._opt_close()  # its rows' own file; to close the book would pack what nobody gets
            raise
        book.close()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
