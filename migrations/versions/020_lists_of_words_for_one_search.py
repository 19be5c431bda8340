"""One search over every kind of record: lists of words, and what is to be listed. All that is there is due."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import SortKey
from migrations.helpers import on_sqlite
from migrations.search import take_down

revision = "020"
down_revision = "019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "search_due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=50), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(before) IN ('text', 'null') AND instr(before, char(0)) = 0",
                name=op.f("ck_search_due_before_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(row_id) IN ('integer', 'null')", name=op.f("ck_search_due_row_id_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(table_name) IN ('text', 'null') AND instr(table_name, char(0)) = 0",
                name=op.f("ck_search_due_table_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(table_name) <= 50", name=op.f("ck_search_due_table_name_length"))
        ),
        sa.CheckConstraint("row_id BETWEEN 0 AND 2147483647", name=op.f("ck_search_due_row_id_bounds")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_search_due_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_due")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_search_due_company_id"), "search_due", ["company_id"], unique=False)
    op.create_table(
        "search_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", SortKey(), nullable=False),
        sa.Column("table_name", sa.String(length=50), nullable=False),
        sa.Column("titled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(ids) IN ('text', 'null') AND instr(ids, char(0)) = 0",
                name=op.f("ck_search_lists_ids_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(part) IN ('integer', 'null')", name=op.f("ck_search_lists_part_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(table_name) IN ('text', 'null') AND instr(table_name, char(0)) = 0",
                name=op.f("ck_search_lists_table_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(table_name) <= 50", name=op.f("ck_search_lists_table_name_length"))
        ),
        on_sqlite(sa.CheckConstraint("titled IN (0, 1)", name=op.f("ck_search_lists_titled_yes_no"))),
        sa.CheckConstraint("part BETWEEN 0 AND 2147483647", name=op.f("ck_search_lists_part_bounds")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_search_lists_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_lists")),
        sa.UniqueConstraint(
            "company_id", "word", "table_name", "titled", "part", name="uq_search_lists_company_word"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_search_lists_company_id"), "search_lists", ["company_id"], unique=False)
    op.create_table(
        "search_pieces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("piece", SortKey(), nullable=False),
        sa.Column("word", SortKey(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_search_pieces_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_pieces")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_search_pieces_company_id"), "search_pieces", ["company_id"], unique=False)
    op.create_index("ix_search_pieces_company_piece", "search_pieces", ["company_id", "piece", "word"])
    for table in ("customers", "leads", "deals", "tasks", "activities"):
        op.execute(
            "INSERT INTO search_due (company_id, table_name, row_id)"
            f" SELECT company_id, '{table}', id FROM {table} ORDER BY id"
        )


def downgrade() -> None:
    """Take it away, and the triggers that would miss it."""
    take_down(op.get_bind())
    op.drop_table("search_pieces")
    op.drop_table("search_lists")
    op.drop_table("search_due")
