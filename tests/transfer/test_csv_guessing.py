"""Guessing: where columns go, how dates and numbers are written, which key finds a record again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from crm_data import Records, Workspace
from crm_data.errors import Invalid
from crm_data.store.amounts import COMMA, POINT
from crm_data.store.days import ANY, DAY_FIRST, MONTH_FIRST, YEAR_FIRST
from crm_data.transfer.csv_read import Sheet, read
from crm_data.transfer.formats import guess_dates, guess_numbers
from crm_data.transfer.headings import own_columns
from crm_data.transfer.mapping import BESIDE, fitted, guess, importable, needed
from crm_data.transfer.plan import ID, KEEP, LEAVE, By, Column, Plan, Unmatched
from tests.transfer.files import accounts, csv_bytes, firm, pipeline


@pytest.fixture
def engine_kind() -> str:
    """Guessing asks no database; the Workspace only names the fields."""
    return "sqlite"


@pytest.fixture
def my(database_url: str) -> Iterator[Workspace]:
    with firm(database_url) as made:
        yield made.at()


def sheet(*rows: list[str], name: str = "x.csv") -> Sheet:
    return read(csv_bytes(rows), name)


def going(plan: Plan) -> dict[str, str]:
    return {column.heading: column.to for column in plan.columns}


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["2026-03-12", "2026-12-03"], (ANY, True)),
        (["13-01-2026", "02-01-2026"], (DAY_FIRST, True)),
        (["01/13/2026", "02/01/2026"], (MONTH_FIRST, True)),
        (["01/02/2026", "03/04/2026"], (DAY_FIRST, False)),
        (["01.02.2026"], (DAY_FIRST, True)),
        (["01.02.26", "14.3.26 9:00"], (DAY_FIRST, True)),
        (["13/01/2026", "01/13/2026"], (DAY_FIRST, False)),
        (["20-10-30", "3/4/30"], (DAY_FIRST, True)),
        (["30-10-20", "30-12-31"], (DAY_FIRST, False)),
        (["30-10-20", "99-12-31"], (YEAR_FIRST, True)),
        (["3/14/2030 9:00", "3/4/2030 10:30 AM"], (MONTH_FIRST, True)),
        (["tomorrow", ""], (ANY, True)),
        (["14 Mar 2030", "14. März 2030"], (ANY, True)),
    ],
)
def test_dates(cells: list[str], wanted: tuple[str, bool]) -> None:
    assert guess_dates(cells) == wanted


@pytest.mark.parametrize(
    ("cells", "places", "wanted"),
    [
        (["1234.56", "7"], 2, (POINT, True)),
        (["1,234.56", "7"], 2, (POINT, True)),
        (["1.234,56", "7"], 2, (COMMA, True)),
        (["1234,56"], 2, (COMMA, True)),
        (["1 234,56", "1\u00a0000\u00a0000,00"], 2, (COMMA, True)),
        (["1'234.56"], 2, (POINT, True)),
        (["1,234"], 2, (POINT, True)),
        (["1.234"], 2, (COMMA, True)),
        (["1.234"], 0, (COMMA, True)),
        (["1.234", "2,345"], 2, (POINT, False)),
        (["1.234", "5.50"], 2, (POINT, False)),
        (["$1,234.50", "1.234,50 €", "1234.50 USD"], 2, (POINT, True)),
        (["n/a"], 2, (POINT, True)),
    ],
)
def test_numbers(cells: list[str], places: int, wanted: tuple[str, bool]) -> None:
    assert guess_numbers(cells, places) == wanted


def test_the_accounts_of_another_system(my: Workspace) -> None:
    plan = guess(read(accounts(), "accounts.csv"), my.customers)
    assert going(plan) == {
        "account": "name",
        "sector": "industry",
        "year_established": KEEP,
        "revenue": KEEP,
        "employees": KEEP,
        "office_location": "country",
        "subsidiary_of": KEEP,
    }
    assert (plan.key, plan.fill, plan.source) == (("name",), {"customer_type": "business"}, "accounts")


def test_the_pipeline_of_another_system(my: Workspace) -> None:
    plan = guess(read(pipeline(), "sales_pipeline.csv"), my.deals)
    to = going(plan)
    assert to["opportunity_id"] == "external_id"
    assert to["account"] == "customer_id"
    assert to["sales_agent"] == "assigned_to"
    assert to["close_date"] == "actual_close_date"
    assert to["close_value"] == "deal_value"
    assert (to["product"], to["engage_date"]) == (KEEP, "created_at")
    assert plan.column("close_date").dates == DAY_FIRST
    assert plan.column("account").maybe_empty == ("null",)
    assert plan.column("account").empties == ()
    assert plan.column("deal_stage").values == {
        "Engaging": "qualified",
        "Lost": "closed_lost",
        "Prospecting": "prospect",
        "Won": "closed_won",
    }
    assert plan.key == ("external_id",)
    assert plan.fill == {
        "deal_name": "{product}, {account}",
        "deal_value": "0",
        "loss_reason": "Not recorded",
    }


def test_a_contact_list(my: Workspace) -> None:
    headings = [
        "First Name",
        "Last Name",
        "E-Mail Address",
        "Mobile",
        "Company",
        "ID",
        "company_id",
        "created_by",
    ]
    plan = guess(sheet(headings, ["Ann", "Lee", "a@b.co", "1", "Acme", "17", "2", "9"]), my.customers)
    to = going(plan)
    assert plan.fill == {"name": "{First Name} {Last Name}"}
    assert to["Company"] == "company_name"
    assert to["E-Mail Address"] == "email"
    assert to["ID"] == "external_id"
    assert to["company_id"] == to["created_by"] == LEAVE
    file = sheet(["First Name", "Last Name"], ["Ann", "Lee"])
    plan = guess(file, my.customers)
    assert plan.fill == {"name": "{First Name} {Last Name}"}
    assert [field.name for field in needed(file, plan, my.customers)] == ["name"]


def test_what_every_new_record_needs_is_asked_where_the_file_has_gaps(my: Workspace) -> None:
    file = read(pipeline(), "sales_pipeline.csv")
    plan = guess(file, my.deals)

    def asked(plan: Plan) -> list[str]:
        return [field.name for field in needed(file, plan, my.deals)]

    assert asked(plan) == ["deal_name", "deal_value"]
    assert asked(plan.with_column("account", empties=("null",))) == ["customer_id", "deal_name", "deal_value"]
    assert "customer_id" in asked(plan.with_column("account", unmatched=Unmatched.EMPTY))


def test_our_own_headings_and_column_names_are_known(my: Workspace) -> None:
    for kind in my.kinds:
        records = my.records(kind)
        headings = [own.heading for own in own_columns(records)]
        assert len(set(headings)) == len(headings)
        plan = guess(sheet(["Id", *headings, "Foyer"], ["1", *["" for _ in headings], ""]), records)
        assert plan.key == (ID,)
        filled = {column.to for column in plan.columns} - set(BESIDE)
        assert filled == set(importable(records))
        by_name = guess(sheet(list(importable(records)), ["x" for _ in importable(records)]), records)
        assert going(by_name) == {name: name for name in importable(records)}


def test_a_column_named_as_ours_alone_is_no_export(my: Workspace) -> None:
    plan = guess(sheet(["Id", "Colour", "Size"], ["1", "red", "L"]), my.customers)
    assert going(plan) == {"Id": "external_id", "Colour": KEEP, "Size": KEEP}


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([["name", "email"], ["A", "a@b.co"], ["A", "c@b.co"]], ("email",)),
        ([["name", "email"], ["A", "a@b.co"], ["B", ""]], ("name",)),
        ([["name", "email"], ["A", "a@b.co"], ["a ", ""]], ()),
        ([["code", "name"], ["1", "A"], ["2", "A"]], ("customer_code",)),
        ([["name", "external id"], ["A", "1"], ["B", "2"]], ("external_id",)),
    ],
)
def test_the_key_is_filled_and_different_in_every_row(
    my: Workspace, rows: list[list[str]], key: tuple[str, ...]
) -> None:
    assert guess(sheet(*rows), my.customers).key == key


def test_titles_of_deals_tasks_and_activities_are_no_keys(my: Workspace) -> None:
    for records in (my.deals, my.tasks, my.activities):
        assert guess(sheet(["title", "name"], ["A", "B"], ["C", "D"]), records).key == ()


def test_a_plan_can_be_kept(my: Workspace) -> None:
    plan = guess(read(pipeline(), "sales_pipeline.csv"), my.deals)
    assert Plan.from_json(plan.to_json()) == plan
    for broken in ("", "[]", "{}", '{"columns": [3]}', '{"columns": [], "mode": "destroy"}', "null"):
        with pytest.raises(Invalid):
            Plan.from_json(broken)


@pytest.mark.parametrize(
    "bad", ["company_id", "created_by", "version", "archived_at", "imported_", "nothing"]
)
def test_a_column_cannot_go_where_no_file_may_write(my: Workspace, bad: str) -> None:
    file = sheet(["a", "b"], ["1", "2"])
    with pytest.raises(Invalid):
        fitted(Plan((Column("a", bad), Column("b", "name"))), file, my.customers)
    with pytest.raises(Invalid):
        fitted(Plan((Column("a"), Column("b", "name")), fill={bad: "7"}), file, my.customers)


def test_a_plan_that_does_not_fit_is_refused(my: Workspace) -> None:
    file = sheet(["a", "b"], ["1", "2"])
    good = Plan((Column("a", "name"), Column("b", "email")))
    records: Records = my.customers
    assert fitted(Plan((Column("b", "name"),)), file, records).columns[0] == Column("a")
    for wrong in (
        good.with_column("b", to="name"),
        replace(good, columns=(*good.columns, Column("c"))),
        replace(good, key=("phone",)),
        replace(good, key=(KEEP,)),
        replace(good, mode="destroy"),
        replace(good, blanks="burn"),
        replace(good, zone="../../etc/passwd"),
        replace(good, zone="Mars/Olympus"),
        good.with_column("a", dates="stardate"),
        good.with_column("a", by="guess"),
        good.with_column("a", unmatched="ignore"),
    ):
        with pytest.raises(Invalid):
            fitted(wrong, file, records)


def test_the_way_of_naming_is_guessed(my: Workspace) -> None:
    plan = guess(sheet(["assigned_to", "customer_id", "title"], ["7", "9", "x"]), my.tasks)
    assert (plan.column("assigned_to").by, plan.column("customer_id").by) == (By.NAME, By.EXTERNAL)
    plan = guess(sheet(["Owner", "Customer", "title"], ["Ann", "Acme", "x"]), my.tasks)
    assert (plan.column("Owner").by, plan.column("Customer").by) == (By.NAME, By.NAME)
