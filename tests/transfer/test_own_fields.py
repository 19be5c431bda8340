"""Fields of a company's own in files: out and back unchanged, into another company by their names, and merged."""

import csv
import io
from collections.abc import Iterator

import pytest

from crm_data import Records, Workspace
from crm_data.accounts.own_fields import KINDS, TABLES
from crm_data.tables.fields import Kind
from crm_data.transfer import by_file
from crm_data.transfer.csv_out import Form
from crm_data.transfer.formulas import is_live
from crm_data.transfer.headings import own_columns
from crm_data.transfer.report import Report
from tests.nouns.test_own_fields import KEPT, SAID, made
from tests.support.fields import CHOICES, one_of_each, own
from tests.support.office import Office
from tests.transfer.files import csv_bytes, firm


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


def bring(my: Workspace, records: Records, data: bytes, name: str = "x.csv") -> Report:
    sheet = my.read_file(data, name)
    return my.commit_import(records, sheet, my.guess(sheet, records))


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_a_file_comes_back_unchanged_and_puts_back_what_was_changed(two: Office, table: str) -> None:
    names = one_of_each(two, table)
    my, me = own(two), two.people[0]["sales_rep"]
    records = my.records(table)
    kept = {names[kind]: value for kind, value in {**KEPT, Kind.MEMBER: me}.items()}
    id_ = made(my, table, **{names[kind]: value for kind, value in {**SAID, Kind.MEMBER: me}.items()})
    for form in Form:
        before = records.get(id_)
        name, pieces = my.export(records, form=form)
        data = b"".join(pieces)
        report = bring(my, records, data, name)
        assert (report.unchanged, report.updated, report.created) == (1, 0, 0), report
        assert records.get(id_) == before
    headings = {column.heading for column in own_columns(records)}
    assert {f"Our {label.lower()}" for label in KINDS.values()} <= headings
    heading = f"Our {KINDS[Kind.WHOLE].lower()}"
    data = b"".join(my.export(records)[1])
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    changed = csv_bytes([list(rows[0]), [*{**rows[0], heading: "99"}.values()]])
    assert bring(my, records, changed).updated == 1
    assert {name: records.get(id_)[name] for name in kept} == {**kept, names[Kind.WHOLE]: 99}


LIVE = ("=1+1", "+Score", "-Score", "@SUM(A1)", "|x", "%", "'quoted", "\uff1dwide", "\u200b=unseen")


@pytest.mark.parametrize("form", Form)
def test_what_a_field_is_called_is_no_formula_in_a_file_and_comes_back(two: Office, form: Form) -> None:
    admin = two.at(0, "admin").own_fields
    names = {admin.add("customers", f"{said}{n} x", "text"): n for n, said in enumerate(LIVE)}
    person = admin.add("customers", "=Deputy", "member")
    my, me = own(two), two.people[0]["sales_rep"]
    made(my, "customers", **{name: f"v{n}" for name, n in names.items()}, **{person: me})
    name, pieces = my.export(my.customers, form=form)
    data = b"".join(pieces)
    if form is Form.CSV:
        (heads, *_) = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        assert [head for head in heads if is_live(head) and not head.startswith("'")] == []
    sheet = my.read_file(data, name)
    plan = my.guess(sheet, my.customers)
    assert {*names, person} <= {column.to for column in plan.columns}
    assert bring(my, my.customers, data, name).unchanged == 1


def test_a_file_fills_them_by_their_names_in_any_company(two: Office) -> None:
    here = one_of_each(two)
    admin = two.at(1, "admin").own_fields
    there, of = {}, {Kind.CHOICE: CHOICES[::-1]}
    for kind, label in reversed(KINDS.items()):
        there[kind] = admin.add("customers", f"our {label.upper()}", kind, choices=of.get(kind, ()))
    lines = [
        ["Name", *(f"Our {KINDS[kind].lower()}" for kind in SAID)],
        ["Good", *SAID.values()],
        ["Bad", "text", "1.5", "", "", "", ""],
    ]
    data = csv_bytes(lines)
    for company, names in enumerate((here, there)):
        my = own(two, company=company)
        report = bring(my, my.customers, data)
        assert report.created == 2
        assert report.beside == {"Our whole number": {"1.5": 1}}
        (row,) = my.customers.page(my.customers.query({"q": "Good"})).rows
        field = my.customers.fields[names[Kind.CHOICE]]
        assert field.words_for(row[names[Kind.CHOICE]]) == CHOICES[1]
        for kind, value in KEPT.items():
            assert kind is Kind.CHOICE or row[names[kind]] == value


def test_of_records_that_are_merged_each_value_stays_and_comes_apart(two: Office) -> None:
    names = one_of_each(two)
    my, me = own(two), two.people[0]["sales_rep"]
    said = {names[kind]: value for kind, value in {**SAID, Kind.MEMBER: me}.items()}
    kept = {names[kind]: value for kind, value in {**KEPT, Kind.MEMBER: me}.items()}
    first, second = my.customers.add({"name": "Firm"}), my.customers.add({"name": "Firm", **said})
    before = my.customers.get(first)
    my.alike.merge("customers", [first, second], first)
    assert {name: my.customers.get(first)[name] for name in kept} == kept
    my.changes.undo(my.changes.page()[0][0].id)
    assert {name: my.customers.get(first)[name] for name in kept} == {name: before[name] for name in kept}
    assert {name: my.customers.get(second)[name] for name in kept} == kept


def test_of_a_name_that_others_use_for_a_column_the_own_field_is_meant(two: Office) -> None:
    name = two.at(0, "admin").own_fields.add("customers", "Region", "text")
    my = own(two)
    sheet = my.read_file(csv_bytes([["Name", "Region"], ["Firm", "North"]]), "x.csv")
    assert my.guess(sheet, my.customers).column("Region").to == name


def test_who_imports_by_command_is_told_the_choices_by_the_companys_words(two: Office) -> None:
    one_of_each(two)
    my = own(two)
    sheet = my.read_file(csv_bytes([["Name", "Our choice"], ["A", "Copper"]]), "x.csv")
    plan = my.guess(sheet, my.customers)
    (said,) = by_file.strange(my.strangers(my.customers, sheet, plan), plan, my.customers, {})
    assert said.endswith("says what one means: Gold, Silver, or so, !Bronze.")
