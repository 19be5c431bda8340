"""The files of other systems: each is told by its headings, each heading goes somewhere, no cell is lost."""

from collections.abc import Iterator
from typing import Any

import pytest

from crm_data import Kind, Records, Workspace
from crm_data.errors import Invalid
from crm_data.store.values import parse
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.headings import squeezed
from crm_data.transfer.mapping import importable
from crm_data.transfer.plan import CHANGED, KEEP, Plan
from crm_data.transfer.systems import known
from crm_data.transfer.systems.export import Export, headings_of, in_title
from tests.support.kinds import KINDS
from tests.transfer.files import REAL, accounts, csv_bytes, firm, pipeline

EXPORTS = pytest.mark.parametrize("export", known.EXPORTS, ids=lambda e: f"{e.name} as {e.table}")


@pytest.fixture
def my(database_url: str) -> Iterator[Workspace]:
    with firm(database_url) as made:
        yield made.at()


def cell(field: Any, heading: str, at: int) -> str:
    """A cell that a field takes, and that no other column of the row has."""
    if field is None or field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.TAGS):
        return f"said {at}"
    if field.kind is Kind.CHOICE:
        return next(iter(field.choice_labels().values()))
    if field.name == "currency":
        return "EUR"
    made: dict[Kind, str] = {
        Kind.EMAIL: f"a{at}@b.example",
        Kind.PHONE: f"+41 44 123 45 {at:02}"[:20],
        Kind.URL: f"https://x{at}.example",
        Kind.MONEY: f"{100 + at}.50",
        Kind.WHOLE: f"{at % 90 + 1}",
        Kind.NUMBER: f"-{at}.5",
        Kind.DAY: f"2024-02-{at % 28 + 1:02}",
        Kind.MOMENT: f"2024-02-{at % 28 + 1:02} 10:00",
        Kind.MEMBER: "manager@alpha.example",
        Kind.LINK: "Acme",
    }
    return made[field.kind]


def row_of(export: Export, records: Records) -> dict[str, str]:
    """A cell under every heading that is declared, as the field needs it that the heading may go to."""
    fields, meant = records.fields, {}
    for some in (export.fields, *export.places):
        for name, said in some.items():
            meant.update({heading: fields.get(name) for heading in headings_of(said) if heading not in meant})
    headings = export.headings()
    row = {heading: cell(meant.get(heading), heading, at) for at, heading in enumerate(headings)}
    return row | dict.fromkeys(headings_of(export.changed), "2024-02-01 10:00")


def sheet_of(my: Workspace, *rows: dict[str, str]) -> Sheet:
    return my.read_file(csv_bytes([[*rows[0]], *([*row.values()] for row in rows)]), "export.csv")


def told(records: Records, id_: int) -> tuple[str, dict[str, str]]:
    """All that a record says in its own fields, as text, and what is kept beside it."""
    row = records.get(id_)
    return " ".join(str(row[name]) for name in records.fields if name != KEEP), row[KEEP] or {}


@EXPORTS
def test_a_file_is_told_by_its_headings(export: Export) -> None:
    found = known.recognised(export.headings(), export.table)
    assert found is not None
    assert found.export is export
    assert set(found.because) <= set(export.headings())
    for signs in export.signs:
        several = [headings_of(sign)[0] for sign in signs]
        found = known.recognised(several, export.table)
        assert found is not None
        assert found.export.system == export.system, signs


@pytest.mark.parametrize("engine_kind", ["sqlite"])
@EXPORTS
def test_each_heading_goes_to_a_field_or_stays_beside(export: Export, my: Workspace) -> None:
    records = my.records(export.table)
    plan = my.guess(sheet_of(my, row_of(export, records)), records)
    assert plan.system == export.name
    goes = {column.heading: column.to for column in plan.columns}
    assert set(goes.values()) <= {KEEP, CHANGED, *importable(records)}
    for some in (export.fields, *export.places[:1]):
        for name, said in some.items():
            assert name in records.fields, f"{export.name} names the field {name}, which {export.table} lack"
            takes = [heading for heading in goes if goes[heading] == name]
            assert len(takes) == 1, f"{name} is filled by {takes}"
            assert takes[0] in headings_of(said)
    assert plan.going_to(records.title) is not None or records.title in plan.fill
    beside = {h for h in goes if h in headings_of(export.beside)} - set(headings_of(export.changed))
    assert {goes[heading] for heading in beside} <= {KEEP}


@pytest.mark.slow
@EXPORTS
def test_nothing_of_a_row_is_lost(export: Export, my: Workspace) -> None:
    my.customers.add({"name": "Acme"})
    for kind, title in (("leads", "lead_name"), ("deals", "deal_name")):
        more = {"customer_id": my.customers.page().rows[0]["id"], "deal_value": 1} if kind == "deals" else {}
        my.records(kind).add({title: "Acme", **more})
    records = my.records(export.table)
    before = {row["id"] for page in records.walk() for row in page.rows}
    row = row_of(export, records)
    sheet = sheet_of(my, row)
    plan = my.guess(sheet, records)
    report = my.commit_import(records, sheet, plan)
    assert (report.created, [r.reason for r in report.refused]) == (1, [])
    (made,) = {row["id"] for page in records.walk() for row in page.rows} - before
    said, beside = told(records, made)
    for heading, text in row.items():
        to = plan.column(heading).to
        field = records.fields.get(to)
        if heading in beside:
            assert beside[heading] == text
            continue
        assert field is not None, f"{heading} is nowhere"
        stored = records.get(made)[to]
        if field.kind in (Kind.LINK, Kind.MEMBER):
            assert stored is not None
        elif to == "actual_close_date" and stored is None:
            assert str(records.get(made)["expected_close_date"]) in text
        else:
            assert stored == parse(field, text), f"{heading} went to {to}: {said}"
    again = my.rehearse(records, sheet, plan)
    assert (again.created, again.updated, len(again.refused)) == (0, 0, 0)


@pytest.mark.parametrize("engine_kind", ["sqlite"])
@EXPORTS
def test_a_row_that_says_only_what_comes_second_has_it_in_the_field(export: Export, my: Workspace) -> None:
    """The first e-mail is empty and the second is not: the record has the second."""
    records = my.records(export.table)
    whole = row_of(export, records)
    for name, said in export.fields.items():
        headings = headings_of(said)
        if records.fields[name].kind is not Kind.EMAIL or len(headings) < 2:
            continue
        second = {heading: "" if heading == headings[0] else text for heading, text in whole.items()}
        plan = my.guess(sheet_of(my, whole, second), records)
        assert plan.fill[name].startswith(f"{{{headings[1]}}}")


def test_several_addresses_in_one_cell(my: Workspace) -> None:
    rows = [
        {
            "First Name": "Ann",
            "Labels": "",
            "File As": "",
            "Organization Name": "",
            "E-mail 1 - Value": "a@x.example ::: b@x.example",
            "Phone 1 - Value": "+41 79 111 22 33 ::: +41 44 111 22 33",
        },
        {
            "First Name": "Bob",
            "Labels": "",
            "File As": "",
            "Organization Name": "",
            "E-mail 1 - Value": "b@y.example",
            "Phone 1 - Value": "",
        },
    ]
    sheet = sheet_of(my, *rows)
    report = my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
    assert any("E-mail 1 - Value: 1 cell holds several. The first is taken" in hint for hint in report.hints)
    ann = next(row for row in my.customers.page().rows if row["name"] == "Ann")
    assert (ann["email"], ann["phone"]) == ("a@x.example", "+41 79 111 22 33")
    assert my.customers.get(ann["id"])[KEEP]["E-mail 1 - Value"] == "a@x.example ::: b@x.example"


def test_persons_of_a_deal_stand_in_where_it_has_no_firm(my: Workspace) -> None:
    my.customers.add({"name": "Acme"})
    my.customers.add({"name": "Ann Ace"})
    rows = [
        {
            "Deal - Title": "A",
            "Deal - Value": "1",
            "Deal - Organization": "Acme",
            "Deal - Contact person": "Ann Ace",
        },
        {
            "Deal - Title": "B",
            "Deal - Value": "2",
            "Deal - Organization": "",
            "Deal - Contact person": "Ann Ace",
        },
        {"Deal - Title": "C", "Deal - Value": "3", "Deal - Organization": "", "Deal - Contact person": "Who"},
    ]
    sheet = sheet_of(my, *rows)
    plan = my.guess(sheet, my.deals)
    assert my.strangers(my.deals, sheet, plan) == {"Deal - Organization": {"Who": 1}}
    report = my.commit_import(my.deals, sheet, plan)
    assert (report.created, len(report.refused)) == (2, 1)
    names = {row["deal_name"]: row["customer_id"] for row in my.deals.page().rows}
    titles = {row["id"]: row["name"] for row in my.customers.page().rows}
    assert {deal: titles[customer] for deal, customer in names.items()} == {"A": "Acme", "B": "Ann Ace"}


@pytest.mark.parametrize(
    ("status", "stage", "wanted"),
    [
        ("Won", "Proposal Made", "closed_won"),
        ("Lost", "2. Contact Made (Sales)", "closed_lost"),
        ("Open", "Lead In", "prospect"),
    ],
)
def test_a_deal_that_was_won_at_a_stage_is_won(my: Workspace, status: str, stage: str, wanted: str) -> None:
    my.customers.add({"name": "Acme"})
    sheet = sheet_of(
        my,
        {
            "Deal - Title": "A",
            "Deal - Organization": "Acme",
            "Deal - Value": "5",
            "Deal - Stage": stage,
            "Deal - Status": status,
            "Deal - Lost reason": "Price" if status == "Lost" else "",
        },
    )
    report = my.commit_import(my.deals, sheet, my.guess(sheet, my.deals))
    assert (report.created, report.refused) == (1, ())
    (deal,) = my.deals.page().rows
    assert deal["stage"] == wanted
    if status != "Open":
        assert my.deals.get(deal["id"])[KEEP]["Deal - Stage"] == stage


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_lists_of_their_own_are_of_no_system(my: Workspace) -> None:
    lists = [
        accounts(2),
        pipeline(4),
        *(path.read_bytes() for path in sorted(REAL.glob("*.csv")) if REAL.exists()),
    ]
    lists += [csv_bytes([["Name", "E-mail", "Phone", "City"], ["A", "a@x.example", "1234567", "B"]])]
    for kind in KINDS:
        for data in lists:
            assert known.recognised(my.read_file(data, "x.csv").headings, kind) is None
        own = my.read_file(b"".join(my.export(my.records(kind))[1]) + b"x\r\n", "x.csv")
        assert known.recognised(own.headings, kind) is None


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_person_says_that_it_is_of_no_system_or_of_another(my: Workspace) -> None:
    hubspot = next(e for e in known.EXPORTS if e.name == "HubSpot contacts" and e.table == "customers")
    sheet = sheet_of(my, row_of(hubspot, my.customers))
    assert my.guess(sheet, my.customers, system="").system == ""
    assert my.guess(sheet, my.customers, system="Zoho contacts").system == "Zoho contacts"
    with pytest.raises(Invalid, match="No file of 'Odoo' is known"):
        my.guess(sheet, my.customers, system="Odoo")
    assert Plan.from_json(my.guess(sheet, my.customers).to_json()).system == "HubSpot contacts"
    other = known.elsewhere(sheet.headings, "deals")
    assert other is not None
    assert other.export.system == "HubSpot"
    assert squeezed(other.because[0]) in {squeezed(heading) for heading in sheet.headings}
    assert in_title(hubspot.title)[0] in sheet.headings
