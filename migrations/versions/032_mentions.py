"""mentions: who is named in what was logged."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "032"
down_revision = "031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("said_in", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_mentions_created_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(said_in) <= 20", name=op.f("ck_mentions_said_in_length"))),
        sa.CheckConstraint("said_in IN ('title', 'description')", name=op.f("ck_mentions_said_in_choice")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name=op.f("fk_mentions_activity_id_activities"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "activity_id"],
            ["activities.company_id", "activities.id"],
            name="fk_mentions_same_company_activity_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_mentions_member_user_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_mentions_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_mentions_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mentions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sa.UniqueConstraint(
            "company_id", "activity_id", "user_id", "said_in", name="uq_mentions_person_text"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mentions_activity_id"), "mentions", ["activity_id"], unique=False)
    op.create_index(op.f("ix_mentions_company_id"), "mentions", ["company_id"], unique=False)
    op.create_index(
        "ix_mentions_company_person", "mentions", ["company_id", "user_id", "activity_id"], unique=False
    )
    op.create_index(op.f("ix_mentions_created_by"), "mentions", ["created_by"], unique=False)
    op.create_index(op.f("ix_mentions_user_id"), "mentions", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("mentions")
