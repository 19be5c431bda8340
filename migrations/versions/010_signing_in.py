"""Sessions, sign-in attempts, one-time links and the security log."""

import sqlalchemy as sa
from alembic import op

from crm_data.tables.types import UtcDateTime
from migrations.helpers import on_sqlite

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(64), nullable=True),
        sa.Column("agent", sa.String(255), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_sessions_company_id_companies", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
        on_sqlite(sa.CheckConstraint("length(address) <= 64", name=op.f("ck_sessions_address_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(address) IN ('text', 'null') AND instr(address, char(0)) = 0",
                name=op.f("ck_sessions_address_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(agent) <= 255", name=op.f("ck_sessions_agent_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(agent) IN ('text', 'null') AND instr(agent, char(0)) = 0",
                name=op.f("ck_sessions_agent_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_sessions_created_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "expires_at IS strftime('%Y-%m-%d %H:%M:%S', expires_at, '+0 days')",
                name=op.f("ck_sessions_expires_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "last_seen_at IS strftime('%Y-%m-%d %H:%M:%S', last_seen_at, '+0 days')",
                name=op.f("ck_sessions_last_seen_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(token_hash) <= 64", name=op.f("ck_sessions_token_hash_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(token_hash) IN ('text', 'null') AND instr(token_hash, char(0)) = 0",
                name=op.f("ck_sessions_token_hash_text"),
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_company_id", "sessions", ["company_id"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email_key", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("succeeded", sa.Boolean(), nullable=False, server_default=sa.false()),
        on_sqlite(
            sa.CheckConstraint("length(address) <= 64", name=op.f("ck_sign_in_attempts_address_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(address) IN ('text', 'null') AND instr(address, char(0)) = 0",
                name=op.f("ck_sign_in_attempts_address_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "at IS strftime('%Y-%m-%d %H:%M:%S', at, '+0 days')",
                name=op.f("ck_sign_in_attempts_at_moment"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("length(email_key) <= 64", name=op.f("ck_sign_in_attempts_email_key_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(email_key) IN ('text', 'null') AND instr(email_key, char(0)) = 0",
                name=op.f("ck_sign_in_attempts_email_key_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint("succeeded IN (0, 1)", name=op.f("ck_sign_in_attempts_succeeded_yes_no"))
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_attempts_address_at", "sign_in_attempts", ["address", "at"])
    op.create_index("ix_sign_in_attempts_email_at", "sign_in_attempts", ["email_key", "at"])
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(50), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name="fk_one_time_links_company_id_companies",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_one_time_links_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_one_time_links_user_id_users", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_one_time_links_token_hash"),
        on_sqlite(
            sa.CheckConstraint(
                "created_at IS strftime('%Y-%m-%d %H:%M:%S', created_at, '+0 days')",
                name=op.f("ck_one_time_links_created_at_moment"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(email) <= 255", name=op.f("ck_one_time_links_email_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(email) IN ('text', 'null') AND instr(email, char(0)) = 0",
                name=op.f("ck_one_time_links_email_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "expires_at IS strftime('%Y-%m-%d %H:%M:%S', expires_at, '+0 days')",
                name=op.f("ck_one_time_links_expires_at_moment"),
            )
        ),
        sa.CheckConstraint(
            "kind IN ('setup', 'invite', 'reset', 'ticket')", name=op.f("ck_one_time_links_kind_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(kind) <= 20", name=op.f("ck_one_time_links_kind_length"))),
        sa.CheckConstraint(
            "role IN ('admin', 'manager', 'sales_rep', 'user')", name=op.f("ck_one_time_links_role_choice")
        ),
        on_sqlite(sa.CheckConstraint("length(role) <= 50", name=op.f("ck_one_time_links_role_length"))),
        on_sqlite(
            sa.CheckConstraint("length(token_hash) <= 64", name=op.f("ck_one_time_links_token_hash_length"))
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(token_hash) IN ('text', 'null') AND instr(token_hash, char(0)) = 0",
                name=op.f("ck_one_time_links_token_hash_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "used_at IS strftime('%Y-%m-%d %H:%M:%S', used_at, '+0 days')",
                name=op.f("ck_one_time_links_used_at_moment"),
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_one_time_links_company_id", "one_time_links", ["company_id"])
    op.create_index("ix_one_time_links_created_by", "one_time_links", ["created_by"])
    op.create_index("ix_one_time_links_email", "one_time_links", ["email"])
    op.create_index("ix_one_time_links_user_id", "one_time_links", ["user_id"])
    op.create_table(
        "security_log",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")),
        sa.Column("event", sa.String(50), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        on_sqlite(
            sa.CheckConstraint(
                "at IS strftime('%Y-%m-%d %H:%M:%S', at, '+0 days')", name=op.f("ck_security_log_at_moment")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(company_id) IN ('integer', 'null')", name=op.f("ck_security_log_company_id_number")
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "detail IS NULL OR json_valid(detail)", name=op.f("ck_security_log_detail_json")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(event) <= 50", name=op.f("ck_security_log_event_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(event) IN ('text', 'null') AND instr(event, char(0)) = 0",
                name=op.f("ck_security_log_event_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(user_id) IN ('integer', 'null')", name=op.f("ck_security_log_user_id_number")
            )
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_security_log_at", "security_log", ["at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("security_log")
    op.drop_table("one_time_links")
    op.drop_table("sign_in_attempts")
    op.drop_table("sessions")
