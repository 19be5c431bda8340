"""A workbook (XLSX, XLS, ODS) as a table of text: one sheet, read by a program of its own within limits."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from crm_data.errors import Invalid
from crm_data.transfer import csv_read, workbook_cells
from crm_data.transfer.csv_read import MOST_BYTES, MOST_ROWS, Sheet

log = logging.getLogger("foyer.transfer")

# How a ZIP file and an old Excel workbook begin.
SIGNS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
ENCODING = "workbook"
SECONDS = 60
_PROGRAM = Path(workbook_cells.__file__)
_DAMAGED = (
    "This workbook cannot be read: it is damaged, too large, or of another kind."
    " Open it in your spreadsheet, save the sheet as CSV (UTF-8), and import that."
)
_SENTENCES = {
    workbook_cells.PASSWORD: "This workbook is locked with a password. Save it without one and import that.",
    workbook_cells.EMPTY: "This workbook is empty. Choose one with headings in a row and records below.",
    workbook_cells.NO_SHEET: "This workbook has no sheet of that name. Choose one of its sheets.",
    workbook_cells.TOO_LARGE: (
        f"This sheet holds more than {MOST_ROWS:,} rows or 20 MB of text."
        " Split it and import the parts one by one."
    ),
}


def read_file(
    data: bytes,
    name: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    top: int | None = None,
    sheet: str | None = None,
) -> Sheet:
    """The table in a file, a workbook or CSV: see `read` and `csv_read.read`. Raises Invalid."""
    if len(data) <= MOST_BYTES and data.startswith(SIGNS):
        return read(data, name, sheet, top)
    return csv_read.read(data, name, encoding, delimiter, top)


def read(data: bytes, name: str, sheet: str | None = None, top: int | None = None) -> Sheet:
    """The table in one sheet, the first that holds something unless told; raises Invalid with one sentence.

    Numbers, days and times are as the cell holds them, in forms that can be read in one way only.
    """
    limits = (str(MOST_ROWS + csv_read.LOOKED_AHEAD), str(MOST_BYTES), str(SECONDS))
    try:
        # Its own interpreter, isolated (-I): nothing of this folder or environment, and no secret, gets into it.
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM), sheet or "", *limits],
            input=data,
            env={},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError, ValueError) as trouble:
        log.warning("a workbook could not be read: %s", type(trouble).__name__)
        raise Invalid(_DAMAGED) from None
    if done.returncode:
        word = done.stdout.decode(errors="replace") if done.returncode == workbook_cells.REFUSED else ""
        raise Invalid(_SENTENCES.get(word, _DAMAGED))
    head, _, text = done.stdout.partition(b"\n")
    said = json.loads(head)
    table = csv_read.read(text, name, "utf-8", ",", top)
    return replace(table, encoding=ENCODING, sheets=tuple(said["sheets"]), sheet=said["sheet"])
