"""Names are sorted by a kept key, alike on both engines: Ä beside A, and no longer behind Z on SQLite."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import SortKey
from migrations.helpers import drop_column, fill_sort_keys

revision = "017"
down_revision = "016"
branch_labels = None
depends_on = None

_SORTED = (("customers", "name"), ("leads", "lead_name"), ("deals", "deal_name"))
_CALLED = (("tasks", "title"), ("activities", "title"))


def upgrade() -> None:
    """Columns, the keys of the rows that are there, and the indexes that lists are read by."""
    for table, text in (*_SORTED, *_CALLED):
        op.add_column(table, sa.Column(f"{text}_sort_key", SortKey()))
        fill_sort_keys(table, text)
    for table, text in _SORTED:
        op.drop_index(f"ix_{table}_by_{text}", table)
        key = sa.text(f"coalesce({text}_sort_key, lower({text}))")
        op.create_index(f"ix_{table}_by_{text}", table, ["company_id", key, "id"])


def downgrade() -> None:
    """Back to the order that each engine knows by itself."""
    for table, text in (*_SORTED, *_CALLED):
        drop_column(table, f"{text}_sort_key")
    for table, text in _SORTED:
        op.create_index(f"ix_{table}_by_{text}", table, ["company_id", sa.text(f"lower({text})"), "id"])
