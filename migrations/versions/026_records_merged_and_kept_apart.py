"""records merged and kept apart."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import add_constraints, drop_column, on_sqlite

revision = "026"
down_revision = "025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "kept_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("other_customer_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("other_lead_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_kept_apart_created_at_moment"),
            )
        ),
        sa.CheckConstraint(
            "(customer_id IS NULL) = (other_customer_id IS NULL) AND (lead_id IS NULL) = (other_lead_id IS NULL)"
            " AND (customer_id IS NOT NULL OR lead_id IS NOT NULL)",
            name=op.f("ck_kept_apart_two_of_a_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customers.company_id", "customers.id"],
            name="fk_kept_apart_same_company_customer_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "lead_id"],
            ["leads.company_id", "leads.id"],
            name="fk_kept_apart_same_company_lead_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "other_customer_id"],
            ["customers.company_id", "customers.id"],
            name="fk_kept_apart_same_company_other_customer_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "other_lead_id"],
            ["leads.company_id", "leads.id"],
            name="fk_kept_apart_same_company_other_lead_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_kept_apart_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_kept_apart_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_kept_apart_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_kept_apart_lead_id_leads"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_customer_id"],
            ["customers.id"],
            name=op.f("fk_kept_apart_other_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_lead_id"],
            ["leads.id"],
            name=op.f("fk_kept_apart_other_lead_id_leads"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_kept_apart_company_id"), "kept_apart", ["company_id"], unique=False)
    op.create_index(
        "ix_kept_apart_company_customers",
        "kept_apart",
        ["company_id", "customer_id", "other_customer_id"],
        unique=False,
    )
    op.create_index(
        "ix_kept_apart_company_leads", "kept_apart", ["company_id", "lead_id", "other_lead_id"], unique=False
    )
    op.create_index(op.f("ix_kept_apart_created_by"), "kept_apart", ["created_by"], unique=False)
    op.create_index(op.f("ix_kept_apart_customer_id"), "kept_apart", ["customer_id"], unique=False)
    op.create_index(op.f("ix_kept_apart_lead_id"), "kept_apart", ["lead_id"], unique=False)
    op.create_index(
        op.f("ix_kept_apart_other_customer_id"), "kept_apart", ["other_customer_id"], unique=False
    )
    op.create_index(op.f("ix_kept_apart_other_lead_id"), "kept_apart", ["other_lead_id"], unique=False)
    op.add_column("customers", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_customers_merged_into"), "customers", ["merged_into"], unique=False)
    add_constraints(
        "customers",
        sa.ForeignKeyConstraint(
            ["merged_into"], ["customers.id"], name="fk_customers_merged_into_customers", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "merged_into"],
            ["customers.company_id", "customers.id"],
            name="fk_customers_same_company_merged_into",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.add_column("leads", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_leads_merged_into"), "leads", ["merged_into"], unique=False)
    add_constraints(
        "leads",
        sa.ForeignKeyConstraint(
            ["merged_into"], ["leads.id"], name="fk_leads_merged_into_leads", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "merged_into"],
            ["leads.company_id", "leads.id"],
            name="fk_leads_same_company_merged_into",
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("leads", "merged_into")
    drop_column("customers", "merged_into")
    op.drop_table("kept_apart")
