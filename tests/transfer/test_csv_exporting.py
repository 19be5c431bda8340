"""Exporting: all rows that a list means, nothing live in a spreadsheet, and unchanged by coming back."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_data import Query, Records, Workspace, errors
from crm_data.store.values import clean_text
from crm_data.tables import Customer, SecurityLog
from crm_data.transfer.csv_out import Form
from tests.support.office import Office
from tests.transfer.files import firm
from tests.transfer.test_csv_formulas import is_live


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


@pytest.fixture
def my(made: Office) -> Workspace:
    return made.at()


def exported(
    my: Workspace, records: Records, query: Query | None = None, **more: Any
) -> list[dict[str, str]]:
    """The rows of an export as a spreadsheet reads them."""
    _, pieces = my.export(records, query, **more)
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))


def test_who_may_not_is_refused_before_anything_is_made_or_noted(made: Office) -> None:
    theirs = made.at(role="user")
    with pytest.raises(errors.NotAllowed):
        theirs.export(theirs.customers)  # its pieces are not asked for
    with made.store.system("a test", write=False) as session:
        assert session.scalars(sa.select(SecurityLog.event).where(SecurityLog.event == "export")).all() == []


def test_names_stand_beside_ids(made: Office, my: Workspace) -> None:
    owner = made.people[0]["sales_rep"]
    id_ = my.customers.add(
        {"name": "Acme", "assigned_to": owner, "credit_limit": "1234.5", "tags": ["b", "a"]}
    )
    (row,) = exported(my, my.customers)
    assert (row["Id"], row["Owner"], row["Owner id"]) == (str(id_), "Alpha Sales_rep", str(owner))
    assert (row["Credit limit"], row["Tags"], row["Status"]) == ("1234.50", "b, a", "active")
    assert (row["Created by"], row["Created by id"]) == ("Alpha Manager", str(my.scope.user_id))
    assert datetime.fromisoformat(row["Created"]).tzinfo == UTC
    deal = my.deals.add({"customer_id": id_, "deal_name": "Big", "deal_value": "1"})
    (line,) = exported(my, my.deals)
    assert (line["Id"], line["Customer"], line["Customer id"]) == (str(deal), "Acme", str(id_))


@pytest.mark.slow
def test_every_row_that_the_filter_means_in_its_order(my: Workspace) -> None:
    for n in range(120):
        status = "active" if n % 2 else "lost"
        my.customers.add({"name": f"Customer {n:03}", "status": status})
    archived = my.customers.add({"name": "Put away"})
    my.customers.archive([archived])
    query = my.customers.query({"status": "lost", "sort": "name"})
    names = [row["Name"] for row in exported(my, my.customers, query)]
    assert names == [f"Customer {n:03}" for n in range(0, 120, 2)]
    later = my.customers.query({"status": "lost", "sort": "name", "at": "last"})
    assert [row["Name"] for row in exported(my, my.customers, later)] == names
    assert [row["Name"] for row in exported(my, my.customers, my.customers.query({"archived": "1"}))] == [
        "Put away"
    ]
    assert exported(my, my.customers, my.customers.query({"q": "nobody"})) == []


def test_chosen_columns_only(my: Workspace) -> None:
    my.customers.add({"name": "Acme"})
    (row,) = exported(my, my.customers, columns=["name", "assigned_to"])
    assert list(row) == ["Id", "Name", "Owner", "Owner id", "Foyer"]
    for wrong in ("company_id", "version", "password_hash", "name; DROP TABLE"):
        with pytest.raises(errors.Invalid):
            my.export(my.customers, None, [wrong])


def test_who_exports_how_much_is_logged(made: Office, my: Workspace) -> None:
    for n in range(3):
        my.customers.add({"name": f"C{n}"})
    exported(my, my.customers, my.customers.query({"q": "C1"}))
    with made.store.system("a test", write=False) as session:
        (line,) = session.scalars(sa.select(SecurityLog).where(SecurityLog.event == "export")).all()
    assert (line.user_id, line.company_id) == (my.scope.user_id, my.scope.company_id)
    assert line.detail == {"table": "customers", "rows": 1}


@pytest.mark.parametrize("role", ["user", "sales_rep"])
def test_exporting_is_for_managers_and_refused_before_the_first_byte(made: Office, role: str) -> None:
    made.at().customers.add({"name": "Acme"})
    my = made.at(0, role)
    with pytest.raises(errors.NotAllowed):
        my.export(my.customers)
    with made.store.system("a test", write=False) as session:
        assert not session.scalars(sa.select(SecurityLog).where(SecurityLog.event == "export")).all()


def test_nothing_of_another_company_is_in_it(made: Office, my: Workspace) -> None:
    there = made.at(1)
    theirs = there.customers.add({"name": "canary"})
    there.deals.add({"customer_id": theirs, "deal_name": "canary", "deal_value": "1"})
    mine = my.customers.add({"name": "Mine"})
    my.deals.add({"customer_id": mine, "deal_name": "Mine", "deal_value": "1"})
    for kind in my.kinds:
        _, pieces = my.export(my.records(kind))
        assert b"canary" not in b"".join(pieces)


@pytest.mark.slow
def test_it_is_made_while_it_is_fetched(made: Office, my: Workspace) -> None:
    with made.store.system("a test") as session:
        session.add_all(Customer(company_id=made.companies[0], name=f"C{n}") for n in range(2500))
    name, pieces = my.export(my.customers)
    assert name.startswith("customers-")
    assert name.endswith(".csv")
    sizes = [piece.count(b"\r\n") for piece in pieces]
    assert sizes == [1, 1000, 1000, 500]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8), form=st.sampled_from(Form))
def test_any_text_comes_back_as_it_was(my: Workspace, rows: list[tuple[str, str]], form: Form) -> None:
    """import(export(x)) == x for what the fields take; and nothing in the file is live."""
    before = set()
    for name, note in rows:
        try:
            before.add(my.customers.add({"name": name, "notes": note, "industry": note[:100]}))
        except errors.Invalid:
            assert _refused(name) or _refused(note)
    stored = [row for page in my.customers.walk() for row in page.rows]
    name_, pieces = my.export(my.customers, form=form)
    data = b"".join(pieces)
    if form is Form.CSV:
        lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        assert not [cell for line in lines for cell in line if is_live(cell)]
    else:
        assert b"<f>" not in b"".join(
            map(zipfile.ZipFile(io.BytesIO(data)).read, ["xl/worksheets/sheet1.xml"])
        )
    sheet = my.read_file(data, name_) if stored else None
    if sheet is not None:
        report = my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
        assert (report.unchanged, report.updated, report.created) == (len(stored), 0, 0), report.refused
    assert [row for page in my.customers.walk() for row in page.rows] == stored


def _refused(text: str) -> bool:
    """Whether a field takes no such text: a control character, or nothing that shows."""
    try:
        return clean_text(text, many_lines=True) is None or clean_text(text) is None
    except errors.Invalid:
        return True
