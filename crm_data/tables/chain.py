"""chain_heads: where the chain of each company's log ends, so that nothing is cut off it unseen."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables.base import DERIVED, Base, CompanyOwned

# The `info` of a column by which the log is held together: it says nothing of a record.
OF_THE_CHAIN = {"of_the_chain": True}


class ChainHead(CompanyOwned, Base):
    """One company's last act: how many there are, and its link. Whoever writes holds its row until they commit.

    A company that comes back from its file gets a chain of its own, as its rows get other ids.
    """

    __tablename__ = "chain_heads"
    __table_args__ = (
        sa.UniqueConstraint("company_id", name="uq_chain_heads_company"),
        {"sqlite_autoincrement": True, "info": DERIVED},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, nullable=False)
    link: Mapped[str] = mapped_column(sa.String(64), nullable=False)
