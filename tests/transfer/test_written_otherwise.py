"""Files and values written otherwise than usual, each read as it was meant; what cannot be is kept beside."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from crm_data import Workspace
from crm_data.errors import Invalid
from crm_data.store.days import NoDay, day_in, moment_in
from crm_data.store.one_row import clashes
from crm_data.store.values import parse
from crm_data.tables import Customer
from crm_data.tables.fields import fields_of
from crm_data.transfer.csv_read import DELIMITERS, read
from crm_data.transfer.letters import MIXED, Undecided
from crm_data.transfer.lookup import folded
from tests.support.office import Office
from tests.transfer.files import firm

TAGS, WEBSITE, NAME, PHONE = (fields_of(Customer)[name] for name in ("tags", "website", "name", "phone"))


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("20300314T090000Z", datetime(2030, 3, 14, 9, tzinfo=UTC)),
        ("20300314T0930", datetime(2030, 3, 14, 9, 30, tzinfo=UTC)),
        ("20300314T093015,5+0200", datetime(2030, 3, 14, 7, 30, 15, tzinfo=UTC)),
        ("2030-03-14T0930", datetime(2030, 3, 14, 9, 30, tzinfo=UTC)),
        ("2030-W11-4T09:30", datetime(2030, 3, 14, 9, 30, tzinfo=UTC)),
        ("20300314", datetime(2030, 3, 14, tzinfo=UTC)),
        ("2030-W11", datetime(2030, 3, 11, tzinfo=UTC)),
        ("2026W537", datetime(2027, 1, 3, tzinfo=UTC)),
    ],
)
def test_no_time_is_lost_that_stands_close_to_its_day(said: str, meant: datetime) -> None:
    assert moment_in(said) == meant
    assert day_in(said) == meant.date()


@pytest.mark.parametrize(
    "said", ["2030-03-14T09", "20300314T09", "2030-W54", "2030-W00", "20301314", "2030-W05-8"]
)
def test_what_is_no_whole_moment_is_refused_and_not_read_as_another(said: str) -> None:
    with pytest.raises(NoDay):
        moment_in(said)


@pytest.mark.parametrize("sign", DELIMITERS)
def test_every_delimiter_is_found(sign: str) -> None:
    sheet = read(f"Name{sign}City\nAcme{sign}Bern\nBeta{sign}Basel\n".encode(), "x.csv")
    assert sheet.headings == ("Name", "City")
    assert [line.cells for line in sheet.lines] == [["Acme", "Bern"], ["Beta", "Basel"]]


@pytest.mark.parametrize("sign", "^~¦")
def test_a_sign_that_seldom_divides_does_not_where_a_row_has_none_or_others_do(sign: str) -> None:
    assert read(f"Name\nA{sign}B\nC\n".encode(), "x.csv").lines[0].cells == [f"A{sign}B"]
    assert read(f"a{sign}b,c\nd{sign}e,f\n".encode(), "x.csv").headings == (f"a{sign}b", "c")


def test_blanks_before_a_quoted_cell_do_not_cut_it() -> None:
    sheet = read(b'Name, City, Notes\nAcme, "Bern, BE", "a ""b"" c"\n', "x.csv")
    assert sheet.lines[0].cells == ["Acme", "Bern, BE", 'a "b" c']
    inch = read(b'Name,Notes\nPipe, "5 in" wide\n', "x.csv")
    assert inch.lines[0].cells == ["Pipe", ' "5 in" wide']


def test_a_text_kept_as_a_formula_is_that_text_and_one_of_ours_stays() -> None:
    rows = ["Name,Zip", '="007","=""0,5"""', "'=\"x\",'=1+1", '=1+1,="a"&"b"', ""]
    data = "\n".join(rows).encode()
    cells = [line.cells for line in read(data, "x.csv").lines]
    assert cells == [["007", "0,5"], ['="x"', "=1+1"], ["=1+1", '="a"&"b"']]


def test_the_sign_at_the_end_of_an_old_file_is_no_row() -> None:
    assert len(read(b"Name\r\nAcme\r\n\x1a", "x.csv").lines) == 1


@pytest.mark.parametrize(
    ("encoding", "text"), [("gb18030", "北京科技有限公司"), ("cp949", "삼성전자 주식회사")]
)
def test_letters_of_the_east_are_not_offered_as_western_ones_first(encoding: str, text: str) -> None:
    with pytest.raises(Undecided) as asked:
        read(f"Name;City\n{text};X\n{text} 2;Y\n".encode(encoding), "x.csv")
    assert asked.value.choices[0].encoding == encoding
    assert MIXED in [choice.encoding for choice in asked.value.choices]


@pytest.mark.parametrize("said", ['["a", "b"]', "a\nb", "a\r\n\r\nb", '"a","b"', "a;b"])
def test_tags_are_told_apart_however_they_are_listed(said: str) -> None:
    assert parse(TAGS, said) == ["a", "b"]


@pytest.mark.parametrize("said", ["-", "--", "https://-", "http://_./x"])
def test_a_sign_is_no_web_address(said: str) -> None:
    with pytest.raises(Invalid, match="web addresses"):
        parse(WEBSITE, said)


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b", "\u2060", "\u00ad"])
def test_what_nobody_sees_makes_no_other_name(unseen: str) -> None:
    assert parse(NAME, f"{unseen}Acme {unseen}") == "Acme"
    assert parse(NAME, f"A{unseen}b") == f"A{unseen}b"
    assert folded(f"A{unseen}CME") == folded("acme")


@pytest.mark.parametrize(
    "said", ["Tel.: 044 1", "Tel. 044 1", "p: 044 1", "téléphone : 044 1", "mobil:044 1", "044 1"]
)
def test_a_word_before_a_telephone_number_says_only_what_it_is(said: str) -> None:
    assert parse(PHONE, said) == "044 1"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ('[{"Name": "Acme"}]', "JSON"),
        ("\ufeff<!DOCTYPE html><p>Name</p>", "a web page"),
        ("<?xml version='1.0'?><a/>", "XML"),
        ("{\\rtf1 Name}", "a document"),
        ("BEGIN:VCARD\nFN:Ann\n", "address cards"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(data: str, kind: str) -> None:
    with pytest.raises(Invalid, match=f"This is .*{kind}.*CSV"):
        read(data.encode(), "x.csv")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-mail (required)", "email"),
        ("Emails", "email"),
        ("TELEPHONE NO.", "phone"),
        ("Phones", "phone"),
        ("Phone [optional]", "phone"),
        ("Display Name", "name"),
        ("Value (USD)", None),
    ],
)
def test_a_heading_is_known_with_what_forms_add_to_it(made: Office, heading: str, field: str | None) -> None:
    my = made.at()
    sheet = my.read_file(f"{heading},Other thing\nx,y\n".encode(), "x.csv")
    to = my.guess(sheet, my.customers).columns[0].to
    assert to == field if field else to not in ("name", "email", "phone")


def _imported(my: Workspace, kind: str, text: str) -> list[dict[str, Any]]:
    records, sheet = my.records(kind), my.read_file(text.encode(), "x.csv")
    my.commit_import(records, sheet, my.guess(sheet, records))
    return [row for page in records.walk() for row in page.rows]


def test_a_name_with_a_mark_that_nobody_sees_finds_its_customer(made: Office) -> None:
    my = made.at()
    _imported(my, "customers", "Name,City\nAcme,Bern\n")
    rows = _imported(my, "customers", "Name,City\n\ufeffAcme\u200b,Basel\n")
    assert [(row["name"], row["city"]) for row in rows] == [("Acme", "Basel")]


def test_a_name_that_holds_such_a_mark_already_can_still_be_changed() -> None:
    row, wanted = SimpleNamespace(id=1, name="\u200bAcme"), {"name": "Beta"}
    assert not clashes(fields_of(Customer), row, {"name": ("\u200bAcme", "Beta")}, wanted)
    assert clashes(fields_of(Customer), row, {"name": ("Gamma", "Beta")}, wanted)


@pytest.mark.parametrize(
    ("cells", "chances"),
    [
        (["0.5", "1", "0"], [50, 100, 0]),
        (["0,25", "1"], [25, 100]),
        (["1", "0"], [1, 0]),
        (["50", "1"], [50, 1]),
        (["0.5 %", "1 %"], [None, 1]),
    ],
)
def test_parts_of_one_are_percentages_where_the_whole_column_is_such(
    made: Office, cells: list[str], chances: list[int | None]
) -> None:
    my = made.at()
    my.customers.add({"name": "Acme"})
    lines = "".join(f'D{at},Acme,Prospect,5,"{cell}"\n' for at, cell in enumerate(cells))
    rows = _imported(my, "deals", f"Deal Name,Account Name,Stage,Amount,Probability\n{lines}")
    found = {row["deal_name"]: (row["probability"], row["imported"]) for row in rows}
    for at, chance in enumerate(chances):
        taken, beside = found[f"D{at}"]
        assert beside == {"Probability": cells[at]} if chance is None else taken == chance


def test_what_one_file_says_of_its_parts_does_not_bind_the_next(made: Office) -> None:
    my = made.at()
    my.customers.add({"name": "Acme"})
    head = "Deal Name,Account Name,Stage,Amount,Probability\n"
    _imported(my, "deals", f"{head}A,Acme,Prospect,5,0.5\nB,Acme,Prospect,5,1\n")
    rows = _imported(my, "deals", f"{head}C,Acme,Prospect,5,50\nD,Acme,Prospect,5,1\n")
    assert {row["deal_name"]: row["probability"] for row in rows} == {"A": 50, "B": 100, "C": 50, "D": 1}
