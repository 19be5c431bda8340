"""change_sets: every act as one line, also those that the log holds already."""

from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "019"
down_revision = "018"
branch_labels = None
depends_on = None

_BATCH = 5_000
_DONE = {"add": "Added", "archive": "Archived", "change": "Changed", "restore": "Restored"}


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "change_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("actor", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "at IS strftime('%Y-%m-%d %H:%M:%S', at, '+0 days')", name=op.f("ck_change_sets_at_moment")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(act_id) IN ('text', 'null') AND instr(act_id, char(0)) = 0",
                name=op.f("ck_change_sets_act_id_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(kind) IN ('text', 'null') AND instr(kind, char(0)) = 0",
                name=op.f("ck_change_sets_kind_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(title) IN ('text', 'null') AND instr(title, char(0)) = 0",
                name=op.f("ck_change_sets_title_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(undoes) IN ('integer', 'null')", name=op.f("ck_change_sets_undoes_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(user_id) IN ('integer', 'null')", name=op.f("ck_change_sets_user_id_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "counts IS NULL OR json_valid(counts)", name=op.f("ck_change_sets_counts_json")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(act_id) <= 32", name=op.f("ck_change_sets_act_id_length"))),
        on_sqlite(sa.CheckConstraint("length(actor) <= 20", name=op.f("ck_change_sets_actor_length"))),
        on_sqlite(sa.CheckConstraint("length(kind) <= 30", name=op.f("ck_change_sets_kind_length"))),
        on_sqlite(sa.CheckConstraint("length(title) <= 255", name=op.f("ck_change_sets_title_length"))),
        sa.CheckConstraint(
            "actor IN ('person', 'import', 'rule', 'command', 'system')",
            name=op.f("ck_change_sets_actor_choice"),
        ),
        sa.CheckConstraint("undoes BETWEEN 1 AND 2147483647", name=op.f("ck_change_sets_undoes_bounds")),
        sa.CheckConstraint("user_id BETWEEN 1 AND 2147483647", name=op.f("ck_change_sets_user_id_bounds")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_change_sets_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_sets")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_sets_company_act", "change_sets", ["company_id", "act_id"], unique=False)
    op.create_index(op.f("ix_change_sets_company_id"), "change_sets", ["company_id"], unique=False)
    op.create_index("ix_change_sets_company_newest", "change_sets", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_change_sets_company_person", "change_sets", ["company_id", "user_id", "id"], unique=False
    )
    op.create_index("ix_change_sets_company_undoes", "change_sets", ["company_id", "undoes"], unique=False)
    _of_the_log()


def _of_the_log() -> None:
    """An act for all lines that carry its name, as the log tells them: by whom, when, of which tables."""
    connection = op.get_bind()
    log = sa.table("change_log", *map(sa.column, ("company_id", "act_id", "table_name", "action", "user_id")))
    log.append_column(sa.column("id", sa.Integer))
    log.append_column(sa.column("at", UtcDateTime()))
    same = (log.c.company_id, log.c.act_id, log.c.table_name, log.c.action)
    wanted = sa.select(
        *same, sa.func.count(), sa.func.max(log.c.user_id), sa.func.max(log.c.at), sa.func.min(log.c.id)
    ).group_by(*same)
    found = sorted(map(tuple, connection.execute(wanted)), key=itemgetter(0, 1, 7))
    acts = [_set(list(lines)) for _, lines in groupby(found, key=itemgetter(0, 1))]
    acts.sort(key=itemgetter("first"))
    rows = [{name: value for name, value in act.items() if name != "first"} for act in acts]
    for start in range(0, len(rows), _BATCH):
        connection.execute(sa.insert(_sets()), rows[start : start + _BATCH])


def _sets() -> sa.TableClause:
    sets = sa.table(
        "change_sets", *map(sa.column, ("company_id", "act_id", "actor", "user_id", "kind", "title"))
    )
    sets.append_column(sa.column("at", UtcDateTime()))
    sets.append_column(sa.column("counts", sa.JSON()))
    return sets


def _set(lines: list[tuple[Any, ...]]) -> dict[str, Any]:
    company, act, table, action, count, user, at, first = lines[0]
    counts: Counter[str] = Counter()
    for line in lines:
        counts[line[2]] += line[4]
    return {
        "company_id": company,
        "act_id": act,
        "at": at,
        "actor": "system" if user is None else "person",
        "user_id": user,
        "kind": action,
        "title": f"{_DONE.get(action, 'Wrote')} {count:,} of {table.replace('_', ' ')}",
        "counts": dict(counts),
        "first": first,
    }


def downgrade() -> None:
    """Take it away."""
    op.drop_table("change_sets")
