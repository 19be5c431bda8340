"""Writes a migration from what the tables declare and the migrations do not make yet: `make migration m="..."`.

Alembic's autogenerate finds tables, columns, keys and indexes; here is what it leaves out or writes for one engine
only: the next number, CHECKs and keys beside a new column, indexes on expressions, and the way back.
"""

import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from crm_data.store import migrating
from crm_data.tables import Base
from crm_data.tables.sort_keys import sorted_texts


class _Line(ops.MigrateOperation):
    """A statement of a migration that is written as it stands here."""

    def __init__(self, text: str) -> None:
        self.text = text


@renderers.dispatch_for(_Line)
def _line(context: AutogenContext, line: _Line) -> str:
    return line.text


def write(message: str) -> Path:
    """Write the migration; the file. Needs no database of one's own: it compares with a fresh one."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/fresh.db"
        migrating.upgrade(url)
        config = migrating._config()
        number = f"{int(migrating.head()) + 1:03d}"
        engine = migrating.migration_engine(url)
        with engine.begin() as connection:
            writing = {"process_revision_directives": complete, "render_item": render}
            config.attributes.update(connection=connection, writing=writing)
            with contextlib.redirect_stdout(io.StringIO()):
                made: Any = command.revision(config, message.rstrip("."), autogenerate=True, rev_id=number)
        engine.dispose()
    file = Path(made.path)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")
    return file


def complete(context: Any, revision: Any, directives: list[Any]) -> None:
    """Alembic's hook: put beside what it found what it does not see."""
    forward, back = directives[0].upgrade_ops, directives[0].downgrade_ops
    new = {op.table_name for op in forward.ops if isinstance(op, ops.CreateTableOp)}
    for changed in forward.ops:
        if isinstance(changed, ops.ModifyTableOps):
            table = Base.metadata.tables[changed.table_name]
            changed.ops = _forward(table, changed.ops, table.name in new)
    for changed in back.ops:
        if isinstance(changed, ops.ModifyTableOps):
            changed.ops = [] if changed.table_name in new else _back(changed.table_name, changed.ops)


def render(kind: str, item: Any, context: AutogenContext) -> str | bool:
    """Alembic's hook: our types by their names, and what only SQLite needs said to it alone."""
    if kind == "type" and type(item).__module__ == "crm_data.tables.types":
        context.imports.add(f"from crm_data.tables.types import {type(item).__name__}")
        return f"{type(item).__name__}()"
    if kind == "server_default":
        said = str(item.arg)  # false and true are each engine's own words
        return f"sa.{said}()" if said in ("true", "false") else f"sa.text({said!r})"
    # What is given here is a copy that has forgotten for which engine it is.
    return _constraint(_declared()[item.name]) if kind == "check" else False


def _declared() -> dict[Any, Any]:
    return {one.name: one for table in Base.metadata.tables.values() for one in table.constraints}


def _forward(table: sa.Table, found: list[Any], new: bool) -> list[Any]:
    added = {op.column.name for op in found if isinstance(op, ops.AddColumnOp)}
    made = [op for op in found if not isinstance(op, ops.CreateForeignKeyOp)]
    beside = [_constraint(c) for c in sorted(table.constraints, key=_name) if _about(c, added)]
    if beside:
        made.append(_Line(f"add_constraints({table.name!r}, {', '.join(beside)})"))
    for key, text in sorted_texts(table.c.keys()).items():
        if key in added and text not in added and not new:  # rows are there, and have texts
            made.append(_Line(f"fill_sort_keys({table.name!r}, {text!r})"))
    seen = {op.index_name for op in found if isinstance(op, ops.CreateIndexOp)}
    for index in sorted(table.indexes, key=_name):
        if index.name not in seen and (new or _names(" ".join(map(str, index.expressions)), added)):
            made.append(ops.CreateIndexOp.from_index(index))
    return made


def _back(table: str, found: list[Any]) -> list[Any]:
    dropped = [op for op in found if isinstance(op, ops.DropColumnOp)]
    with_columns = (ops.DropColumnOp, ops.DropConstraintOp, ops.DropIndexOp) if dropped else ()
    made = [op for op in found if not isinstance(op, with_columns)]
    return [*made, *(_Line(f"drop_column({table!r}, {op.column_name!r})") for op in dropped)]


def _about(constraint: Any, columns: set[str]) -> bool:
    """Whether a CHECK or a key is about one of the columns."""
    if isinstance(constraint, sa.CheckConstraint):
        return _names(str(constraint.sqltext), columns)
    return isinstance(constraint, sa.ForeignKeyConstraint) and bool(columns & set(constraint.column_keys))


def _names(text: str, columns: set[str]) -> bool:
    return bool(columns & set(re.findall(r"\w+", text)))


def _name(item: Any) -> str:
    return str(item.name)


def _constraint(item: Any) -> str:
    """A CHECK or a key as a migration spells it."""
    if isinstance(item, sa.CheckConstraint):
        said = f"sa.CheckConstraint({str(item.sqltext)!r}, name=op.f({str(item.name)!r}))"
        rule = item._ddl_if
        return f"on_sqlite({said})" if rule is not None and rule.dialect == "sqlite" else said
    targets = [part.target_fullname for part in item.elements]
    more = "".join(
        f", {option}={value!r}"
        for option in ("ondelete", "deferrable", "initially")
        if (value := getattr(item, option)) is not None
    )
    return f"sa.ForeignKeyConstraint({item.column_keys!r}, {targets!r}, name={str(item.name)!r}{more})"


if __name__ == "__main__":
    print(write(sys.argv[1]))
