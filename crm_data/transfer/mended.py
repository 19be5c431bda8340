"""Cells of a file that a person has put right before it comes in, laid over the sheet. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from crm_data.errors import Invalid
from crm_data.transfer.csv_read import LONGEST_CELL, Line, Sheet

# Row of the file -> heading -> what its cell says now.
Mended = Mapping[int, Mapping[str, str]]


def mended(sheet: Sheet, cells: Mended) -> Sheet:
    """The sheet with these cells in place of the file's. Raises Invalid for a row or a column that it has not."""
    if not cells:
        return sheet
    at = {heading: place for place, heading in enumerate(sheet.headings)}
    lines, left = [], {row: dict(said) for row, said in cells.items() if said}
    for line in sheet.lines:
        said = left.pop(line.number, None)
        if said is None:
            lines.append(line)
            continue
        new = list(line.cells)
        for heading, text in said.items():
            if heading not in at:
                raise Invalid(f"This file has no column {heading!r}.")
            if len(text) > LONGEST_CELL or "\0" in text:
                raise Invalid(
                    f"Row {line.number}: what stands in {heading} cannot be read. Write something shorter."
                )
            new[at[heading]] = text
        lines.append(Line(line.number, new))
    if left:
        raise Invalid(f"This file has no row {min(left)} that could be put right.")
    return replace(sheet, lines=lines)
