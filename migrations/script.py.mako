"""${message}."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import add_constraints, drop_column, fill_sort_keys, on_sqlite
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take it away."""
    ${downgrades if downgrades else "pass"}
