"""portraits: the pictures of people, made small by us. They stand outside any company, as those whose they are."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables.base import Base

LONGEST = 64_000  # characters of one


class Portrait(Base):
    """One person's picture: a small square JPEG as Base64, and by what a browser knows it again."""

    __tablename__ = "portraits"
    __table_args__ = (
        sa.CheckConstraint(f"length(image) <= {LONGEST}", name="image_size"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(
        sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, unique=True
    )
    image: Mapped[str] = mapped_column(sa.Text(), nullable=False)
    tag: Mapped[str] = mapped_column(sa.String(16), nullable=False)
