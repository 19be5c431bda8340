"""dashboards and their charts."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import SortKey, UtcDateTime
from migrations.helpers import on_sqlite

revision = "030"
down_revision = "029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "dashboards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("updated_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("archived_by", sa.Integer(), nullable=True),
        sa.Column("name_sort_key", SortKey(), nullable=True),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_dashboards_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_dashboards_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(name) IN ('text', 'null') AND instr(name, char(0)) = 0",
                name=op.f("ck_dashboards_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_dashboards_version_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_dashboards_updated_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(name) <= 60", name=op.f("ck_dashboards_name_length"))),
        on_sqlite(sa.CheckConstraint("shared IN (0, 1)", name=op.f("ck_dashboards_shared_yes_no"))),
        sa.ForeignKeyConstraint(
            ["archived_by"], ["users.id"], name=op.f("fk_dashboards_archived_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_dashboards_member_user_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_dashboards_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_dashboards_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_dashboards_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboards")),
        sa.UniqueConstraint("company_id", "id", name="uq_dashboards_company_id_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dashboards_archived_by"), "dashboards", ["archived_by"], unique=False)
    op.create_index(
        "ix_dashboards_by_created_at", "dashboards", ["company_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_dashboards_by_updated_at", "dashboards", ["company_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_dashboards_company_archived", "dashboards", ["company_id", "archived_at"], unique=False
    )
    op.create_index(op.f("ix_dashboards_company_id"), "dashboards", ["company_id"], unique=False)
    op.create_index("ix_dashboards_company_person", "dashboards", ["company_id", "user_id"], unique=False)
    op.create_index(op.f("ix_dashboards_created_by"), "dashboards", ["created_by"], unique=False)
    op.create_index(op.f("ix_dashboards_user_id"), "dashboards", ["user_id"], unique=False)
    op.create_table(
        "charts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dashboard_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=True),
        sa.Column("measure", sa.String(length=80), nullable=False),
        sa.Column("picture", sa.String(length=20), server_default=sa.text("'bar'"), nullable=False),
        sa.Column("dated", sa.String(length=80), nullable=True),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("asks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("updated_at", UtcDateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("archived_by", sa.Integer(), nullable=True),
        sa.Column("name_sort_key", SortKey(), nullable=True),
        on_sqlite(
            sa.CheckConstraint(
                "archived_at IS strftime('%Y-%m-%d %H:%M:%S', archived_at, '+0 days')",
                name=op.f("ck_charts_archived_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_charts_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(by) IN ('text', 'null') AND instr(by, char(0)) = 0", name=op.f("ck_charts_by_text")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(currency) IN ('text', 'null') AND instr(currency, char(0)) = 0",
                name=op.f("ck_charts_currency_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(dated) IN ('text', 'null') AND instr(dated, char(0)) = 0",
                name=op.f("ck_charts_dated_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(kind) IN ('text', 'null') AND instr(kind, char(0)) = 0",
                name=op.f("ck_charts_kind_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(measure) IN ('text', 'null') AND instr(measure, char(0)) = 0",
                name=op.f("ck_charts_measure_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(name) IN ('text', 'null') AND instr(name, char(0)) = 0",
                name=op.f("ck_charts_name_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(period) IN ('text', 'null') AND instr(period, char(0)) = 0",
                name=op.f("ck_charts_period_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("typeof(place) IN ('integer', 'null')", name=op.f("ck_charts_place_number"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(version) IN ('integer', 'null')", name=op.f("ck_charts_version_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "updated_at IS strftime('%Y-%m-%d %H:%M:%S', updated_at, '+0 days')",
                name=op.f("ck_charts_updated_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("asks IS NULL OR json_valid(asks)", name=op.f("ck_charts_asks_json"))),
        on_sqlite(sa.CheckConstraint("length(by) <= 80", name=op.f("ck_charts_by_length"))),
        on_sqlite(sa.CheckConstraint("length(currency) <= 3", name=op.f("ck_charts_currency_length"))),
        on_sqlite(sa.CheckConstraint("length(dated) <= 80", name=op.f("ck_charts_dated_length"))),
        on_sqlite(sa.CheckConstraint("length(kind) <= 50", name=op.f("ck_charts_kind_length"))),
        on_sqlite(sa.CheckConstraint("length(measure) <= 80", name=op.f("ck_charts_measure_length"))),
        on_sqlite(sa.CheckConstraint("length(name) <= 80", name=op.f("ck_charts_name_length"))),
        on_sqlite(sa.CheckConstraint("length(period) <= 40", name=op.f("ck_charts_period_length"))),
        on_sqlite(sa.CheckConstraint("length(picture) <= 20", name=op.f("ck_charts_picture_length"))),
        sa.CheckConstraint(
            "picture IN ('bar', 'line', 'table', 'number')", name=op.f("ck_charts_picture_choice")
        ),
        sa.CheckConstraint("place BETWEEN 0 AND 1000", name=op.f("ck_charts_place_bounds")),
        sa.ForeignKeyConstraint(
            ["archived_by"], ["users.id"], name=op.f("fk_charts_archived_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "dashboard_id"],
            ["dashboards.company_id", "dashboards.id"],
            name="fk_charts_same_company_dashboard_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_charts_member_user_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_charts_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_charts_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboards.id"],
            name=op.f("fk_charts_dashboard_id_dashboards"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_charts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_charts_archived_by"), "charts", ["archived_by"], unique=False)
    op.create_index("ix_charts_by_created_at", "charts", ["company_id", "created_at", "id"], unique=False)
    op.create_index("ix_charts_by_updated_at", "charts", ["company_id", "updated_at", "id"], unique=False)
    op.create_index("ix_charts_company_archived", "charts", ["company_id", "archived_at"], unique=False)
    op.create_index(
        "ix_charts_company_dashboard", "charts", ["company_id", "dashboard_id", "place"], unique=False
    )
    op.create_index(op.f("ix_charts_company_id"), "charts", ["company_id"], unique=False)
    op.create_index(op.f("ix_charts_created_by"), "charts", ["created_by"], unique=False)
    op.create_index(op.f("ix_charts_dashboard_id"), "charts", ["dashboard_id"], unique=False)
    op.create_index(op.f("ix_charts_user_id"), "charts", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("charts")
    op.drop_table("dashboards")
