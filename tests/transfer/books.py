"""Workbooks to import, written as a spreadsheet program writes them."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import xlsxwriter


def book(sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    """An XLSX file. A cell that is None stays away; days and times are cells of that kind."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as made:
        forms = {
            date: made.add_format({"num_format": "dd.mm.yyyy"}),
            datetime: made.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
            time: made.add_format({"num_format": "hh:mm"}),
        }
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            elif hidden:
                sheet.activate()  # a workbook cannot open at a hidden sheet
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if type(cell) in forms:
                        sheet.write_datetime(at, column, cell, forms[type(cell)])
                    elif isinstance(cell, str):
                        sheet.write_string(at, column, cell)
                    elif cell is not None:
                        sheet.write(at, column, cell)
    return written.getvalue()
