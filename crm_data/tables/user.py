"""users: the people who sign in. They stand outside any company; memberships bring them in."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, Made, Recorded


class UserRole(StrEnum):
    """super_admin is the platform's operator; any other value is only the default offered to a company."""

    SUPER_ADMIN = "super_admin"
    ADMIN = "admin"
    MANAGER = "manager"
    SALES_REP = "sales_rep"
    USER = "user"


class User(Recorded, Made, Base):
    """A person. Never deleted by the product: deactivated.

    `is_active` False: they cannot sign in, because the operator shut them out (`shut_out`) or because they work
    nowhere, until a company takes them in again. `is_verified`: the password was chosen through a link of the
    operator's, so that no company can know it.
    """

    __tablename__ = "users"
    __table_args__ = (
        sa.Index("ix_users_role", "role"),
        sa.Index("ix_users_is_active", "is_active"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    email: Mapped[str] = f.email("E-mail", required=True, unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(255), nullable=False)
    first_name: Mapped[str] = f.text("First name", 100, required=True)
    last_name: Mapped[str] = f.text("Last name", 100, required=True)
    phone: Mapped[str | None] = f.phone()
    avatar: Mapped[str | None] = f.url("Address of a picture", 500)
    time_zone: Mapped[str | None] = f.text("Time zone", 64)
    role: Mapped[str] = f.choice("Role", UserRole, 50, UserRole.USER, form=False)
    is_active: Mapped[bool] = f.yes_no("Active", True, form=False)
    is_verified: Mapped[bool] = f.yes_no("E-mail verified", False, form=False)
    shut_out: Mapped[bool] = f.yes_no("Shut out by the operator", False, form=False)
    last_login: Mapped[datetime | None] = f.moment("Last sign-in", form=False, edit=False)

    @property
    def full_name(self) -> str:
        """First and last name, as shown everywhere."""
        return f"{self.first_name} {self.last_name}".strip()
