"""Which columns may name a row of a table: read from the foreign keys, for merging, undoing and erasing alike."""

from functools import cache

from crm_data.tables import OUTSIDE_ANY_COMPANY, Base

_LOGS = ("change_log", "change_sets")


@cache
def naming(table: str) -> tuple[tuple[str, str, str], ...]:
    """(table, column, rule for when the row goes: CASCADE, SET NULL), its own table too; in the order of locks."""
    return tuple(
        (child.name, key.parent.name, str(key.ondelete or ""))
        for child in Base.metadata.sorted_tables
        if child.name not in OUTSIDE_ANY_COMPANY and child.name not in _LOGS
        for key in sorted(child.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name == table and key.column.name == "id" and alone(key)
    )


def alone(key: object) -> bool:
    """Whether a foreign key is of one column: those of two say that both rows are of one company."""
    constraint = getattr(key, "constraint", None)
    return constraint is not None and len(constraint.columns) == 1
