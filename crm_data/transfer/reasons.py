"""Why a row was not taken, in the file's own words: its heading and its cell, no column that it does not have."""

from crm_data.errors import Invalid
from crm_data.store.records import Records, Row
from crm_data.store.values import to_text
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.mapping import PLACEHOLDER
from crm_data.transfer.plan import Plan
from crm_data.transfer.rows import Draft

_LONGEST = 60


class Reasons:
    """Sentences of the fields, told again by the columns that fill them."""

    def __init__(self, sheet: Sheet, plan: Plan, records: Records) -> None:
        self._fields, self._fill, self._title = records.fields, plan.fill, records.title
        self._at = {heading: at for at, heading in enumerate(sheet.headings)}
        self._headings = {column.to: column.heading for column in plan.columns}

    def heading(self, name: str) -> str:
        """The heading of the column that fills a field; '' when the file has none."""
        return self._headings.get(name, "")

    def headings(self, name: str) -> list[str]:
        """The columns that say something of a field: its own, else those that it is put together of."""
        found = self.heading(name)
        return [found] if found else PLACEHOLDER.findall(self._fill.get(name, ""))

    def cell(self, draft: Draft, name: str) -> str:
        """What the row says of a field."""
        heading = self.heading(name)
        return draft.cells[self._at[heading]].strip() if heading else ""

    def told(self, draft: Draft, name: str, why: str) -> str:
        """One sentence of a field about this row."""
        field = self._fields.get(name)
        if field is None:
            return why
        needed = why.startswith(f"{field.label} is needed")
        said = why.removeprefix(f"{field.label}: ")
        heading, cell = self.heading(name), shortened(self.cell(draft, name))
        if not heading:
            about = f"The file has no column for {field.label}"
            if name in draft.values:  # put together, or the same for all
                return f"{field.label}, made for this row: {said}"
            if needed and (parts := list(dict.fromkeys(self.headings(name)))):
                return f"{field.label} is put together of {', '.join(parts)}, which say nothing here; fill in one."
            if needed:
                return f"{about}, which every new record needs. Match a column with it, or give one value for all."
            return f"{about}: {said}"
        if needed:
            empty = "is empty" if not cell else f"is {cell!r}, which says nothing here,"
            return f"{heading} {empty} and is needed; fill it in."
        return f"{heading} is {cell!r}: {said}" if cell else f"{heading} is empty: {said}"

    def all(self, draft: Draft, wrong: Invalid) -> str:
        """Every problem of a refusal."""
        return " ".join(dict.fromkeys(self.told(draft, p.field, p.sentence) for p in wrong.problems))

    def newer(self, before: Row, wanted: Row) -> str:
        """Why a record that was changed here since the file was made stays as it is."""
        each = []
        for name in wanted:
            here = shortened(to_text(self._fields[name], before[name])) or "empty"
            each.append(f"{self.heading(name) or self._fields[name].label} (here: {here})")
        return (
            "This record was changed here since the file was made, and the file says otherwise in"
            f" {', '.join(each)}. What stands here was left."
        )


def shortened(cell: str) -> str:
    """A cell as a sentence holds it."""
    said = " ".join(cell.split())
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
