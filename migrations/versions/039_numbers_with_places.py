"""own fields: numbers with places behind the point, below zero too."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, on_sqlite
from migrations.search import take_down

revision = "039"
down_revision = "038"
branch_labels = None
depends_on = None

_TABLES = ("customers", "leads", "deals", "tasks")
_NUMBERS = [f"own_number_{number}" for number in range(1, 7)]
_MOST = 999_999_999_999_999  # millionths


def upgrade() -> None:
    """Make them."""
    for table in _TABLES:
        columns = [sa.Column(name, sa.BigInteger(), nullable=True) for name in _NUMBERS]
        add_constraints(table, *_rules(table), columns=columns)


def _rules(table: str) -> list[sa.CheckConstraint]:
    found = []
    for name in _NUMBERS:
        bounds = f"{name} BETWEEN -{_MOST} AND {_MOST}"
        held = f"typeof({name}) IN ('integer', 'null')"
        found.append(sa.CheckConstraint(bounds, name=op.f(f"ck_{table}_{name}_bounds")))
        found.append(on_sqlite(sa.CheckConstraint(held, name=op.f(f"ck_{table}_{name}_number"))))
    return found


def downgrade() -> None:
    """Take them away, and before them the triggers that name them."""
    take_down(op.get_bind())
    for table in reversed(_TABLES):
        drop_column(table, *_NUMBERS)
