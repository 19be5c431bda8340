"""own fields: columns that wait for a company to make fields of them, and what each company has made."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import Money
from migrations.helpers import add_constraints, drop_column, on_sqlite
from migrations.search import take_down

revision = "029"
down_revision = "028"
branch_labels = None
depends_on = None

_TABLES = ("customers", "leads", "deals", "tasks")
_TEXTS, _WHOLES, _AMOUNTS, _DAYS, _ANSWERS, _MEMBERS = (
    [f"own_{kind}_{number}" for number in range(1, count + 1)]
    for kind, count in (("text", 16), ("whole", 6), ("money", 6), ("day", 6), ("yes_no", 6), ("member", 3))
)
_Rule = sa.CheckConstraint | sa.ForeignKeyConstraint


def upgrade() -> None:
    """Make them."""
    op.add_column("companies", sa.Column("own_fields", sa.JSON(none_as_null=True), nullable=True))
    said = "own_fields IS NULL OR json_valid(own_fields)"
    add_constraints(
        "companies", on_sqlite(sa.CheckConstraint(said, name=op.f("ck_companies_own_fields_json")))
    )
    for table in _TABLES:
        add_constraints(table, *_rules(table), columns=_columns())
        for name in _MEMBERS:
            op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=False)


def _columns() -> list[sa.Column[Any]]:
    found: list[sa.Column[Any]] = []
    found += [sa.Column(name, sa.String(length=255), nullable=True) for name in _TEXTS]
    found += [sa.Column(name, sa.Integer(), nullable=True) for name in _WHOLES]
    found += [sa.Column(name, Money(), nullable=True) for name in _AMOUNTS]
    found += [sa.Column(name, sa.Date(), nullable=True) for name in _DAYS]
    found += [sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False) for name in _ANSWERS]
    found += [sa.Column(name, sa.Integer(), nullable=True) for name in _MEMBERS]
    return found


def _rules(table: str) -> list[_Rule]:
    """What each column may hold; what PostgreSQL's types say already for SQLite alone."""

    def rule(name: str, what: str, said: str) -> sa.CheckConstraint:
        return sa.CheckConstraint(said.replace("?", name), name=op.f(f"ck_{table}_{name}_{what}"))

    found: list[_Rule] = []
    for name in _TEXTS:
        found.append(on_sqlite(rule(name, "length", "length(?) <= 255")))
        held = "typeof(?) IN ('text', 'null') AND instr(?, char(0)) = 0"
        found.append(on_sqlite(rule(name, "text", held)))
    for name in _WHOLES:
        found.append(rule(name, "bounds", "? BETWEEN 0 AND 2147483647"))
        found.append(on_sqlite(rule(name, "number", "typeof(?) IN ('integer', 'null')")))
    for name in _AMOUNTS:
        found.append(rule(name, "bounds", "? >= 0 AND ? <= 9999999999999.99"))
        found.append(on_sqlite(rule(name, "number", "typeof(?) IN ('integer', 'real', 'null')")))
    found += [on_sqlite(rule(name, "day", "? IS strftime('%Y-%m-%d', ?, '+0 days')")) for name in _DAYS]
    found += [on_sqlite(rule(name, "yes_no", "? IN (0, 1)")) for name in _ANSWERS]
    for name in _MEMBERS:
        found += _of_a_member(table, name)
    return found


def _of_a_member(table: str, name: str) -> list[_Rule]:
    return [
        sa.ForeignKeyConstraint(
            [name], ["users.id"], name=op.f(f"fk_{table}_{name}_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", name],
            ["user_companies.company_id", "user_companies.user_id"],
            name=f"fk_{table}_member_{name}",
            deferrable=True,
            initially="DEFERRED",
        ),
    ]


def downgrade() -> None:
    """Take them away, and before them the triggers that name them."""
    take_down(op.get_bind())
    for table in reversed(_TABLES):
        drop_column(table, *(column.name for column in _columns()))
    drop_column("companies", "own_fields")
