"""A workbook becomes a table of text: each cell in one reading, one sheet of several, and no file too hostile."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as some
from python_calamine import CalamineWorkbook

from crm_data import Workspace
from crm_data.errors import Invalid
from crm_data.store.amounts import readings
from crm_data.store.days import sure
from crm_data.transfer import workbook, workbook_cells, xlsx_out
from crm_data.transfer.by_file import Choices, export_file, import_file
from crm_data.transfer.workbook import read_file
from crm_data.transfer.workbook_cells import written
from tests.transfer.books import book
from tests.transfer.files import firm

HEAD = ["Name", "Value"]


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is the way from the file."""
    return "sqlite"


@pytest.fixture
def my(database_url: str) -> Iterator[Workspace]:
    with firm(database_url) as made:
        yield made.at()


CELLS = {
    "Ann": "Ann",
    " 0041 ": " 0041 ",
    True: "yes",
    12: "12",
    0.1 + 0.2: "0.3",
    1.234: "1.2340",
    -1234.5: "-1234.5",
    1e15: "1000000000000000",
    date(2026, 6, 24): "2026-06-24",
    datetime(2026, 6, 24, 0, 0): "2026-06-24",  # noqa: DTZ001
    datetime(2026, 6, 24, 9, 5): "2026-06-24 09:05",  # noqa: DTZ001
    time(9, 5): "09:05",
}


def test_each_kind_of_cell_comes_as_it_is_held() -> None:
    sheet = read_file(book({"A": [HEAD, *([f"n{at}", cell] for at, cell in enumerate(CELLS))]}), "x.xlsx")
    assert dict(zip(CELLS, sheet.column("Value"), strict=True)) == CELLS
    assert written(timedelta(hours=30, minutes=5)) == "30:05"


@pytest.mark.slow
@given(some.decimals(min_value="-9999999999999", max_value="9999999999999", places=2))
@settings(deadline=None)
def test_a_number_can_be_read_in_no_other_way(number: Decimal) -> None:
    for value in (number, number / 10):
        found = readings(written(float(value)))
        assert {float(read) for read, _ in found.values()} == {abs(float(value))}


@pytest.mark.slow
@given(some.dates(min_value=date(1950, 1, 1), max_value=date(2050, 1, 1)))
@settings(deadline=None)
def test_a_day_leaves_no_choice(day: date) -> None:
    assert written(day) == day.isoformat()
    assert sure(written(day))


def test_of_several_sheets_the_first_that_holds_something_is_read_and_each_can_be_chosen() -> None:
    data = book(
        {"Secret": [HEAD, ["s", 1]], "Cover": [], "People": [HEAD, ["p", 2]], "Deals": [HEAD, ["d", 3]]},
        hidden=["Secret"],
    )
    sheet = read_file(data, "x.xlsx")
    assert (sheet.sheets, sheet.sheet) == (("Cover", "People", "Deals"), "People")
    assert read_file(data, "x.xlsx", sheet="Deals").column("Name") == ["d"]
    for name in ("Secret", "Nobody"):
        with pytest.raises(Invalid, match="no sheet of that name"):
            read_file(data, "x.xlsx", sheet=name)


def test_a_title_stands_above_and_rows_count_as_in_the_spreadsheet() -> None:
    rows = [["Report of May"], [], ["Name", "Value", "City"], ["a", 1, "X"], [], ["b", 2, "Y"]]
    sheet = read_file(book({"A": rows}), "x.xlsx")
    assert (sheet.top, [line.number for line in sheet.lines]) == (3, [4, 6])


def test_what_is_merged_over_rows_stands_in_each_of_them() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as out:
        sheet = out.add_worksheet()
        sheet.write_row(0, 0, ["Company", "Name"])
        sheet.merge_range(1, 0, 2, 0, "Firm")
        sheet.write_column(1, 1, ["a", "b", "c"])
    assert read_file(made.getvalue(), "x.xlsx").column("Company") == ["Firm", "Firm", ""]


def _xml(cells: str) -> bytes:
    """A workbook whose sheet says exactly this."""
    good, made = zipfile.ZipFile(io.BytesIO(book({"A": [HEAD, ["a", 1]]}))), io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in good.namelist():
            text = good.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = f"{text[: text.index('<sheetData>')]}<sheetData>{cells}</sheetData></worksheet>"
            out.writestr(name, text)
    return made.getvalue()


_ROW = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
# Made when they are asked for: all that collects the tests would pack the gigabytes otherwise.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "no workbook": lambda: b"PK\x03\x04....",
    "an old one that is none": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "half a file": lambda: book({"A": [HEAD, ["a", 1]]})[:3000],
    "a cell at the far end": lambda: _xml(_ROW.format(1, "A") + _ROW.format(1_048_576, "XFD")),
    "a cell beyond the end": lambda: _xml(_ROW.format(4_000_000_000, "ZZZZZ")),
    "what unpacks to gigabytes": lambda: _xml(" " * (600 << 20)),
    "entities within entities": lambda: _xml("<!ENTITY a 'x'>&a;&a;"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_is_told_in_a_sentence(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_file(HOSTILE[name](), "x.xlsx")
    assert "\n" not in str(refused.value)


def test_more_than_can_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_BYTES", 2000)
    with pytest.raises(Invalid, match="more than"):
        read_file(book({"A": [HEAD, ["a" * 3000, 1]]})[:], "x.xlsx")


def test_an_empty_one_is_told() -> None:
    with pytest.raises(Invalid, match="is empty"):
        read_file(book({"A": [], "B": []}), "x.xlsx")


def test_its_rows_become_records_as_those_of_a_csv_file_do(my: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "deals.xlsx"
    heads = ["Title", "Customer", "Value", "Close date"]
    rows = [heads, ["Roof", "Firm", 1234.5, date(2026, 6, 24)], ["Wall", "Firm", "1,000.25", None]]
    path.write_bytes(book({"Notes": [["Only words here"]], "Deals": rows}))
    my.customers.add({"name": "Firm"})
    outcome = import_file(my.deals, path, Choices(sheet="Deals"))
    assert outcome.report.sentence() == "2 added, 0 changed, 0 unchanged, 0 refused."
    assert outcome.notes[:2] == ("2 rows, sheet Deals.", "Not read: sheet Notes. Choose one with --sheet.")
    made = {row["deal_name"]: row for row in my.deals.page(my.deals.default_query()).rows}
    assert made["Roof"]["deal_value"] == Decimal("1234.50")
    assert made["Roof"]["expected_close_date"] == date(2026, 6, 24)
    assert made["Wall"]["deal_value"] == Decimal("1000.25")


def test_a_list_goes_out_as_a_workbook_with_cells_of_their_kinds(my: Workspace, tmp_path: Path) -> None:
    firm_ = my.customers.add({"name": "=Firm", "credit_limit": "9999999999999.99"})
    my.deals.add(
        {
            "customer_id": firm_,
            "deal_name": "Roof",
            "deal_value": "1234.5",
            "expected_close_date": "24.6.2026",
        }
    )
    for records in (my.customers, my.deals):
        export_file(records, tmp_path / f"{records.name}.xlsx")
    cells = CalamineWorkbook.from_path(tmp_path / "deals.xlsx").get_sheet_by_index(0).to_python()
    row = dict(zip(*cells, strict=True))
    assert (row["Customer"], row["Value"], row["Expected close"]) == ("'=Firm", 1234.5, date(2026, 6, 24))
    heads, money = CalamineWorkbook.from_path(tmp_path / "customers.xlsx").get_sheet_by_index(0).to_python()
    assert money[heads.index("Credit limit")] == 9999999999999.99
    for records in (my.customers, my.deals):
        outcome = import_file(records, tmp_path / f"{records.name}.xlsx")
        assert outcome.report.sentence() == "0 added, 0 changed, 1 unchanged, 0 refused."


def test_what_no_cell_can_hold_is_told(my: Workspace) -> None:
    with pytest.raises(Invalid, match="longer than a workbook's cell"):
        list(xlsx_out.pieces("a", ["Notes"], [["x" * 40_000]], []))
    with pytest.raises(Invalid, match="a million rows"):
        list(xlsx_out.pieces("a", ["Id"], ([] for _ in range(xlsx_out.MOST_ROWS)), []))


SHOWN_AS = {
    "0%": {0.5: "50 %", 1: "100 %", 0.07: "7 %", -0.25: "-25 %", 0.125: "12.5 %", 0.29: "29 %"},
    "0.00%": {0.5: "50 %", 0.12345: "12.3450 %"},
    '0.0 %;[Red]-0.0 %': {0.5: "50 %"},
    "# ##0\\ %": {0.5: "50 %"},
    '0.0" of 100%"': {0.5: "0.5"},
    "0.0\\%": {0.5: "0.5"},
    "General": {0.5: "0.5"},
    "0.00": {0.5: "0.5"},
}  # fmt: skip


def percentages(at: int = 0, name: str = "A & B") -> bytes:
    """A number in each format of `SHOWN_AS`, in a table that begins in a row of the second sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as out:
        out.add_worksheet("First").write_row(0, 0, ["Name", "Value"])
        sheet = out.add_worksheet(name)
        sheet.write_row(at, 0, HEAD)
        cells = [(form, number) for form, numbers in SHOWN_AS.items() for number in numbers]
        for row, (form, number) in enumerate(cells, at + 1):
            sheet.write(row, 0, f"n{row}")
            sheet.write_number(row, 1, number, out.add_format({"num_format": form}))
        sheet.write(at + len(cells) + 1, 0, "words")
        sheet.write(at + len(cells) + 1, 1, "fifty", out.add_format({"num_format": "0%"}))
    return made.getvalue()


@pytest.mark.parametrize("at", [0, 2])
def test_what_is_shown_as_a_percentage_comes_as_one(at: int) -> None:
    told = [said for numbers in SHOWN_AS.values() for said in numbers.values()]
    found = read_file(percentages(at), "x.xlsx", sheet="A & B", top=at + 1).column("Value")
    assert found == [*told, "fifty"]


def _without(data: bytes, part: str, change: Callable[[bytes], bytes] | None = None) -> bytes:
    """The workbook with a part changed, or without it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
            elif change is not None:
                new.writestr(name, change(old.read(name)))
    return made.getvalue()


def test_cells_that_do_not_say_where_they_stand_are_counted() -> None:

    data = _without(
        percentages(),
        "xl/worksheets/sheet2.xml",
        lambda xml: re.sub(rb'<(c|row) r="[A-Z0-9]+"', rb"<\1", xml),
    )
    wanted = workbook_cells.percents(io.BytesIO(percentages()), "A & B")
    assert workbook_cells.percents(io.BytesIO(data), "A & B") == wanted
    assert len(wanted) == 11


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9))
    + b"]><styleSheet><numFmts>&j;</numFmts></styleSheet>"
)


@pytest.mark.parametrize(
    "change",
    [
        None,
        lambda xml: b"",
        lambda xml: xml[: len(xml) // 2],
        lambda xml: BOMB,
        lambda xml: xml.replace(b"cellXfs", b"x"),
    ],
    ids=["none", "empty", "half", "bomb", "no styles"],
)
@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_styles_that_cannot_be_read_leave_the_numbers(
    part: str, change: Callable[[bytes], bytes] | None
) -> None:
    found = workbook_cells.percents(io.BytesIO(_without(percentages(), part, change)), "A & B")
    assert found in (set(), workbook_cells.percents(io.BytesIO(percentages()), "A & B"))
    if part == "xl/styles.xml":
        assert found == set()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + b"x" * 100])
def test_what_is_no_xlsx_has_no_percentages(data: bytes) -> None:
    assert workbook_cells.percents(io.BytesIO(data), "A") == set()


def test_a_probability_of_50_percent_is_50(my: Workspace, tmp_path: Path) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as out:
        sheet, form = out.add_worksheet("Deals"), out.add_format({"num_format": "0%"})
        sheet.write_row(0, 0, ["Name", "Value", "Customer", "Stage", "Probability %"])
        my.customers.add({"name": "Acme"})
        for row, share in enumerate((0.5, 1, 0.29, 2), 1):
            sheet.write_row(row, 0, [f"Deal {row}", 10, "Acme", "Proposal"])
            sheet.write_number(row, 4, share, form)
    path = tmp_path / "deals.xlsx"
    path.write_bytes(made.getvalue())
    sheet_read = read_file(path.read_bytes(), path.name)
    assert sheet_read.column("Probability %") == ["50 %", "100 %", "29 %", "200 %"]
    import_file(my.deals, path)
    deals = my.deals.page(my.deals.default_query()).rows
    assert {row["deal_name"]: row["probability"] for row in deals if row["deal_name"] != "Deal 4"} == {
        "Deal 1": 50, "Deal 2": 100, "Deal 3": 29,
    }  # fmt: skip
