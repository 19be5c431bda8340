"""Sessions, sign-in attempts, one-time links and the security log: they stand outside any company."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import ONLY_GROWS, Base
from crm_data.tables.membership import Role
from crm_data.tables.types import UtcDateTime, json_type

_STAMP = sa.text("CURRENT_TIMESTAMP")


class SignInSession(Base):
    """One sign-in in one browser. Only the SHA-256 of its token is kept."""

    __tablename__ = "sessions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), nullable=False, unique=True)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True)
    company_id: Mapped[int | None] = mapped_column(
        sa.Integer, sa.ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), nullable=False, server_default=_STAMP)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime(), nullable=False, server_default=_STAMP)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), nullable=False)
    address: Mapped[str | None] = mapped_column(sa.String(64))
    agent: Mapped[str | None] = mapped_column(sa.String(255))


class SignInAttempt(Base):
    """One try to sign in, counted before any hashing."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        sa.Index("ix_sign_in_attempts_email_at", "email_key", "at"),
        sa.Index("ix_sign_in_attempts_address_at", "address", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    email_key: Mapped[str] = mapped_column(sa.String(64), nullable=False)
    address: Mapped[str] = mapped_column(sa.String(64), nullable=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), nullable=False, server_default=_STAMP)
    succeeded: Mapped[bool] = f.yes_no("Succeeded", required=True)


class LinkKind(StrEnum):
    """What a one-time link is good for; a ticket is the thirty-second hand-over of a sign-in to its cookie."""

    SETUP = "setup"
    INVITE = "invite"
    RESET = "reset"
    TICKET = "ticket"


class OneTimeLink(Base):
    """A link that works once. Only the SHA-256 of its token is kept; bound to e-mail, company and role."""

    __tablename__ = "one_time_links"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), nullable=False, unique=True)
    kind: Mapped[str] = f.choice("Kind", LinkKind, 20, required=True)
    email: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    user_id: Mapped[int | None] = f.member("Person", "CASCADE")
    company_id: Mapped[int | None] = mapped_column(
        sa.Integer, sa.ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[str | None] = f.choice("Role", Role, 50)
    makes_operator: Mapped[bool] = f.yes_no("Makes an operator")
    created_by: Mapped[int | None] = f.member("Made by")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), nullable=False, server_default=_STAMP)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), nullable=False)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SecurityLog(Base):
    """What matters to safety: sign-ins, refusals, links, exports, backups, work that crosses companies."""

    __tablename__ = "security_log"
    __table_args__ = (
        sa.Index("ix_security_log_at", "at"),
        {"sqlite_autoincrement": True, "info": ONLY_GROWS},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), nullable=False, server_default=_STAMP)
    event: Mapped[str] = mapped_column(sa.String(50), nullable=False)
    user_id: Mapped[int | None] = mapped_column(sa.Integer)
    company_id: Mapped[int | None] = mapped_column(sa.Integer)
    detail: Mapped[dict[str, Any] | None] = mapped_column(json_type())
