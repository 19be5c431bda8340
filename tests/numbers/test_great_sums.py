"""Sums of more than eight bytes hold: exact on both engines, in every figure, list and chart that adds up."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Formula, Query
from crm_data.nouns.converted import CONVERTED
from crm_data.numbers.numbers import ALL_TIME
from crm_data.numbers.own import Own
from crm_data.store.adding import added_up, exact
from crm_data.tables.types import MOST_NUMBER
from tests.numbers.makers import put, put_deals, won
from tests.numbers.test_figures import VERBS, figures
from tests.numbers.test_real_file import engine as engine
from tests.support.fields import own
from tests.support.office import Office, office
from tests.support.plain import plain
from tests.support.statements import counted

pytestmark = pytest.mark.slow

MOST = Decimal("9999999999999.99")
MANY = 9_300  # of them are more than eight bytes hold of cents
BYTES = (1 << 63) - 1


@pytest.fixture(scope="module")
def great(engine: str, new_database: Any) -> Iterator[Office]:
    """As many open and as many won deals of the greatest amount, and one that makes the last digit tell."""
    database = new_database(engine)
    made = office(database.url)
    open_ = {"deal_value": MOST, "expected_close_date": date(2026, 3, 20), "probability": 100}
    put_deals(made, [*[open_] * MANY, *[won(date(2026, 2, 3), MOST)] * MANY, won(date(2026, 2, 3), "0.01")])
    if engine == "postgresql":
        with plain(database, owner=True) as sql:
            sql.run("ANALYZE")  # or each deal is joined with each
    yield made
    made.store.close()


@pytest.mark.parametrize("verb", VERBS)
def test_every_figure_is_exact(great: Office, frozen_clock: object, verb: str) -> None:
    """A sum of values is that of its rows, as many times the same; whatever else adds up answers at least."""
    for query in (Query(), Query(preset=CONVERTED)):
        for figure in figures(great.at(), verb, query=query, period=ALL_TIME, top=2):
            if (
                figure.formula in (Formula.VALUE, Formula.WEIGHTED)
                and figure.value is not None
                and figure.of == ""
            ):
                assert Decimal(figure.value) % MOST in (0, Decimal("0.01")), figure.label
                assert Decimal(figure.value) // MOST in (figure.count, figure.count - 1), figure.label
    if verb == "by_stage":
        assert max(figure.value or 0 for figure in figures(great.at(), verb)) == MOST * MANY > BYTES // 100


@pytest.mark.parametrize("preset", ["", CONVERTED])
def test_a_list_and_its_groups_are_exact(great: Office, preset: str) -> None:
    deals, query = great.at().deals, Query(preset=preset)
    whole = 2 * MANY * MOST + Decimal("0.01")
    assert deals.footers(query, {"deal_value": "sum"})["deal_value"] == {"USD": whole}
    groups = deals.groups(query, ["status"], ["deal_value"])
    assert {group.values[0]: group.sums["deal_value"]["USD"] for group in groups} == {
        "open": MANY * MOST,
        "won": MANY * MOST + Decimal("0.01"),
    }


def test_a_chart_of_ones_own_is_exact(great: Office, frozen_clock: object) -> None:
    chart = great.at().numbers.own(Own(by="status", measure="sum:deal_value"))
    assert {bar.figure.value for bar in chart.bars} >= {MANY * MOST}


@pytest.mark.parametrize("sign", [1, -1])
def test_decimal_numbers_of_ones_own_are_exact(engine: str, new_database: Any, sign: int) -> None:
    two = office(new_database(engine).url)
    name = two.at(0, "admin").own_fields.add("customers", "Latitude", "number")
    put(two, "customers", [{"name": "Far", name: sign * MOST_NUMBER}] * MANY)
    assert own(two).customers.footers(Query(), {name: "sum"})[name] == {"": sign * MOST_NUMBER * MANY}
    two.store.close()


SUMS = [
    [],
    [None],
    [None, 5],
    [BYTES],
    [-BYTES - 1],
    [BYTES, 1],
    [BYTES, 1, -1],
    [-BYTES - 1, -1],
    [BYTES, -BYTES - 1],
    [BYTES] * 5 + [None],
    [-1] * 3,
    [-BYTES] * 5,
    [(1 << 32) - 1, 1, -(1 << 32)],
    [(1 << 62) + 3, (1 << 62) - 4],
    [(1 << 62) + 3, (1 << 62) - 3],
]


@pytest.mark.parametrize("some", SUMS, ids=str)
def test_any_whole_numbers_are_added_up(great: Office, some: list[int | None]) -> None:
    literal = [sa.select(sa.cast(sa.literal(n, sa.BigInteger), sa.BigInteger).label("n")) for n in some]
    nothing = sa.select(sa.cast(sa.null(), sa.BigInteger).label("n")).where(sa.false())
    each = sa.union_all(nothing, *literal).subquery()
    wanted = sa.select(added_up(each.c.n), sa.func.coalesce(added_up(each.c.n), 0))
    held = [n for n in some if n is not None]
    with great.store.system("a test", write=False) as session:
        found = exact(lambda options: session.execute(wanted, execution_options=options)).one()
    assert tuple(found) == (sum(held) if held else None, sum(held))


def test_another_failure_is_not_asked_again(great: Office) -> None:
    asked = []

    def ask(options: object) -> Any:
        asked.append(options)
        raise sa.exc.OperationalError("SELECT", None, Exception("database is locked"))

    with pytest.raises(sa.exc.OperationalError):
        exact(ask)
    assert asked == [{}]


def test_what_is_within_eight_bytes_is_asked_once(great: Office) -> None:
    my = great.at(1)
    with counted(great.store) as statements:
        assert my.deals.footers(Query(), {"deal_value": "sum"})["deal_value"] == {}
    assert sum("sum(" in said for said in statements) == 1
