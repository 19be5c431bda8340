"""The log of each company becomes a chain; what it holds already is sealed as it is."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from crm_data.store.chain import Chain
from crm_data.tables.types import UtcDateTime
from migrations.helpers import add_constraints, drop_column, on_sqlite, untouched

revision = "025"
down_revision = "024"
branch_labels = None
depends_on = None

_BATCH = 5_000
_Row = dict[str, Any]


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "chain_heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(link) IN ('text', 'null') AND instr(link, char(0)) = 0",
                name=op.f("ck_chain_heads_link_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(number) IN ('integer', 'null')", name=op.f("ck_chain_heads_number_number")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(link) <= 64", name=op.f("ck_chain_heads_link_length"))),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_chain_heads_company_id_companies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_heads")),
        sa.UniqueConstraint("company_id", name="uq_chain_heads_company"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_chain_heads_company_id"), "chain_heads", ["company_id"], unique=False)
    op.add_column("change_log", sa.Column("place", sa.Integer(), nullable=True))
    op.add_column("change_log", sa.Column("salt", sa.String(length=32), nullable=True))
    op.add_column("change_log", sa.Column("digest", sa.String(length=64), nullable=True))
    op.add_column("change_log", sa.Column("sealed", sa.String(length=64), nullable=True))
    add_constraints(
        "change_log",
        on_sqlite(sa.CheckConstraint("length(digest) <= 64", name=op.f("ck_change_log_digest_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(digest) IN ('text', 'null') AND instr(digest, char(0)) = 0",
                name=op.f("ck_change_log_digest_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(place) IN ('integer', 'null')", name=op.f("ck_change_log_place_number")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(salt) <= 32", name=op.f("ck_change_log_salt_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(salt) IN ('text', 'null') AND instr(salt, char(0)) = 0",
                name=op.f("ck_change_log_salt_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(sealed) <= 64", name=op.f("ck_change_log_sealed_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(sealed) IN ('text', 'null') AND instr(sealed, char(0)) = 0",
                name=op.f("ck_change_log_sealed_text"),
            )
        ),
    )
    op.add_column("change_sets", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("change_sets", sa.Column("lines", sa.Integer(), nullable=True))
    op.add_column("change_sets", sa.Column("seal", sa.String(length=64), nullable=True))
    op.add_column("change_sets", sa.Column("salt", sa.String(length=32), nullable=True))
    op.add_column("change_sets", sa.Column("sealed", sa.String(length=64), nullable=True))
    op.add_column("change_sets", sa.Column("link", sa.String(length=64), nullable=True))
    op.create_index("ix_change_sets_company_number", "change_sets", ["company_id", "number"], unique=False)
    add_constraints(
        "change_sets",
        on_sqlite(
            sa.CheckConstraint(
                "typeof(lines) IN ('integer', 'null')", name=op.f("ck_change_sets_lines_number")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(link) <= 64", name=op.f("ck_change_sets_link_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(link) IN ('text', 'null') AND instr(link, char(0)) = 0",
                name=op.f("ck_change_sets_link_text"),
            )
        ),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(number) IN ('integer', 'null')", name=op.f("ck_change_sets_number_number")
            )
        ),
        on_sqlite(sa.CheckConstraint("length(salt) <= 32", name=op.f("ck_change_sets_salt_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(salt) IN ('text', 'null') AND instr(salt, char(0)) = 0",
                name=op.f("ck_change_sets_salt_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(seal) <= 64", name=op.f("ck_change_sets_seal_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(seal) IN ('text', 'null') AND instr(seal, char(0)) = 0",
                name=op.f("ck_change_sets_seal_text"),
            )
        ),
        on_sqlite(sa.CheckConstraint("length(sealed) <= 64", name=op.f("ck_change_sets_sealed_length"))),
        on_sqlite(
            sa.CheckConstraint(
                "typeof(sealed) IN ('text', 'null') AND instr(sealed, char(0)) = 0",
                name=op.f("ck_change_sets_sealed_text"),
            )
        ),
    )
    with untouched("change_log"), untouched("change_sets"):
        _seal()


def _seal() -> None:
    """Give every line its digest and every act its link, company by company in the order of their ids."""
    connection = op.get_bind()
    log = _table("change_log", "table_name", "row_id", "action")
    sets = _table("change_sets", "actor", "kind", "title")
    for name in ("before", "after"):
        log.append_column(sa.column(name, sa.JSON()))
    sets.append_column(sa.column("counts", sa.JSON()))
    sets.append_column(sa.column("undoes", sa.Integer))
    heads = sa.table("chain_heads", *map(sa.column, ("company_id", "number", "link")))
    companies = sa.select(sa.column("id", sa.Integer)).select_from(sa.table("companies"))
    for company in connection.execute(companies).scalars().all():
        chain = Chain()
        for rows in _rows(connection, log, company):
            for row in rows:
                chain.line(row)
            _write(connection, "change_log", rows, ("place", "salt", "digest"))
        for rows in _rows(connection, sets, company):
            for row in rows:
                chain.act(row)
            _write(connection, "change_sets", rows, ("number", "lines", "seal", "salt", "link"))
        head = {"company_id": company, "number": chain.number, "link": chain.link}
        connection.execute(sa.insert(heads), [head])


def _table(name: str, *texts: str) -> sa.TableClause:
    numbers = (sa.column(number, sa.Integer) for number in ("id", "company_id", "user_id"))
    return sa.table(
        name, *numbers, sa.column("act_id"), sa.column("at", UtcDateTime()), *map(sa.column, texts)
    )


def _rows(connection: sa.Connection, table: sa.TableClause, company: int) -> Iterator[list[_Row]]:
    last = 0
    while True:
        wanted = sa.select(table).where(table.c.company_id == company, table.c.id > last)
        rows = [dict(row) for row in connection.execute(wanted.order_by(table.c.id).limit(_BATCH)).mappings()]
        if not rows:
            return
        last = rows[-1]["id"]
        yield rows


def _write(connection: sa.Connection, table: str, rows: list[_Row], names: tuple[str, ...]) -> None:
    into = sa.table(table, sa.column("id"), *map(sa.column, names))
    kept = into.update().where(into.c.id == sa.bindparam("its_id"))
    values: dict[str, Any] = {name: sa.bindparam(f"its_{name}") for name in names}
    connection.execute(
        kept.values(values), [{"its_id": r["id"], **{f"its_{n}": r[n] for n in names}} for r in rows]
    )


def downgrade() -> None:
    """Take it away."""
    drop_column("change_sets", "link")
    drop_column("change_sets", "sealed")
    drop_column("change_sets", "salt")
    drop_column("change_sets", "seal")
    drop_column("change_sets", "lines")
    drop_column("change_sets", "number")
    drop_column("change_log", "sealed")
    drop_column("change_log", "digest")
    drop_column("change_log", "salt")
    drop_column("change_log", "place")
    op.drop_table("chain_heads")
