"""change_sets: every act that wrote a company's rows: who, when, what in words, and what it undoes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import ONLY_GROWS, Base, CompanyOwned
from crm_data.tables.chain import OF_THE_CHAIN


class Actor(StrEnum):
    """Who or what acted: a person, a file or a command of theirs, a rule, or the system by itself."""

    PERSON = "person"
    IMPORT = "import"
    RULE = "rule"
    COMMAND = "command"
    SYSTEM = "system"


class ChangeSet(CompanyOwned, Base):
    """One act. Its lines in the log of changes carry the same `act_id`. It only grows, as the log does.

    `user_id` is no foreign key on purpose, as in the log. `undoes` is the id of the act that it takes back, which
    needs no mark of its own. `counts`: table -> how many of its rows were written. `number`, from 1, is its place
    in the chain of the company; `seal` holds its `lines`, in their order, and `link` all of it and the act before.
    """

    __tablename__ = "change_sets"
    __table_args__ = (
        sa.Index("ix_change_sets_company_newest", "company_id", "id"),
        sa.Index("ix_change_sets_company_act", "company_id", "act_id"),
        sa.Index("ix_change_sets_company_person", "company_id", "user_id", "id"),
        sa.Index("ix_change_sets_company_undoes", "company_id", "undoes"),
        sa.Index("ix_change_sets_company_number", "company_id", "number"),
        {"sqlite_autoincrement": True, "info": {**ONLY_GROWS, "erased": {"title": ""}}},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    act_id: Mapped[str] = f.text("Act", 32, required=True)
    at: Mapped[datetime] = f.moment("When", now=True, filter=True)
    actor: Mapped[str] = f.choice("By", Actor, 20, required=True, filter=True)
    user_id: Mapped[int | None] = f.whole("Person", 1, filter=True, to="users")
    kind: Mapped[str] = f.text("Kind", 30, required=True, filter=True)
    title: Mapped[str] = f.text("What", 255, required=True, search=True)
    counts: Mapped[dict[str, Any]] = f.json("Rows", required=True)
    undoes: Mapped[int | None] = f.whole("Undoes", 1, to="change_sets")
    number: Mapped[int | None] = mapped_column(sa.Integer, info=OF_THE_CHAIN)
    lines: Mapped[int | None] = mapped_column(sa.Integer, info=OF_THE_CHAIN)
    seal: Mapped[str | None] = mapped_column(sa.String(64), info=OF_THE_CHAIN)
    salt: Mapped[str | None] = mapped_column(sa.String(32), info=OF_THE_CHAIN)
    sealed: Mapped[str | None] = mapped_column(sa.String(64), info=OF_THE_CHAIN)
    link: Mapped[str | None] = mapped_column(sa.String(64), info=OF_THE_CHAIN)
