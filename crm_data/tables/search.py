"""search_lists, search_pieces, search_due: in which records a word stands, what is within a word, and of which
records that is to be found out anew.

Neither is typed or shown; both are made from the records, and can be made again.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import DERIVED, Base, CompanyOwned
from crm_data.tables.fields import Field, Kind
from crm_data.tables.types import SortKey


class SearchList(CompanyOwned, Base):
    """The records of one table, of some 16,000 ids, that hold a word; `ids` as `finding.bits` packs them.

    `titled`: it stands in what the record is called, and not beside.
    """

    __tablename__ = "search_lists"
    __table_args__ = (
        sa.UniqueConstraint(
            "company_id", "word", "table_name", "titled", "part", name="uq_search_lists_company_word"
        ),
        {"sqlite_autoincrement": True, "info": DERIVED},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    word: Mapped[str] = mapped_column(
        SortKey(), nullable=False, info={"field": Field("Word", Kind.TEXT, length=40, required=True)}
    )
    table_name: Mapped[str] = f.text("Kind", 50, required=True)
    titled: Mapped[bool] = f.yes_no("In the title")
    part: Mapped[int] = f.whole("Part", required=True)
    ids: Mapped[str] = f.long_text("Ids", required=True)


class SearchPiece(CompanyOwned, Base):
    """An end of a word that is listed, as 'uller' of 'muller': what is within a word begins one of its ends."""

    __tablename__ = "search_pieces"
    __table_args__ = (
        sa.Index("ix_search_pieces_company_piece", "company_id", "piece", "word"),
        {"sqlite_autoincrement": True, "info": DERIVED},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    piece: Mapped[str] = mapped_column(
        SortKey(), nullable=False, info={"field": Field("Piece", Kind.TEXT, length=40, required=True)}
    )
    word: Mapped[str] = mapped_column(
        SortKey(), nullable=False, info={"field": Field("Word", Kind.TEXT, length=40, required=True)}
    )


class SearchDue(CompanyOwned, Base):
    """A record that was written since its words were listed; triggers add these, whoever writes.

    `before`: what it held, field by field, so that the words are taken off the lists again.
    """

    __tablename__ = "search_due"
    __table_args__ = ({"sqlite_autoincrement": True, "info": DERIVED},)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    table_name: Mapped[str] = f.text("Kind", 50, required=True)
    row_id: Mapped[int] = f.whole("Record", required=True)
    before: Mapped[str | None] = mapped_column(sa.Text())
