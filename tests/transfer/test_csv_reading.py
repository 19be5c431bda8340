"""Reading CSV files: every kind of text, and forty-odd files that are wrong or strange, each with one sentence."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_data.errors import Invalid
from crm_data.transfer.csv_read import LONGEST_CELL, MOST_BYTES, Sheet, read
from crm_data.transfer.formulas import disarmed
from tests.support.soak import size
from tests.transfer.files import csv_bytes

ROWS = [["Name", "City"], ["Jürg, Ltd", "Zürich"], ['Say "hi"', "two\nlines"]]
BIG = "x" * 200_000


def cells(sheet: Sheet) -> list[list[str]]:
    return [line.cells for line in sheet.lines]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encoding_and_delimiter_are_guessed(encoding: str, delimiter: str) -> None:
    sheet = read(csv_bytes(ROWS, encoding, delimiter), "x.csv")
    assert sheet.headings == ("Name", "City")
    assert cells(sheet) == ROWS[1:]
    assert sheet.delimiter == delimiter


GOOD: dict[str, tuple[bytes, list[list[str]]]] = {
    "line ends of old Macs": (b"a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
    "mixed line ends": (b"a,b\r\n1,2\n3,4", [["1", "2"], ["3", "4"]]),
    "no line end at the end": (b"a,b\n1,2", [["1", "2"]]),
    "blank lines between": (b"a,b\n\n1,2\n,\n \n3,4\n\n", [["1", "2"], ["3", "4"]]),
    "blank lines before the headings": (b"\n\na,b\n1,2\n", [["1", "2"]]),
    "Excel's own first line": (b"sep=;\r\na;b\r\n1;2\r\n", [["1", "2"]]),
    "the same line in quotes": (b'"sep=;"\r\na;b\r\n1;2\r\n', [["1", "2"]]),
    "the same line before empty cells": (b"sep=|||\na|b\n1|2\n", [["1", "2"]]),
    "the same line for a tab": (b"SEP=\t\na\tb\n1\t2\n", [["1", "2"]]),
    "cells left out at the end": (
        b"a,b,c\n1\n1,2\n1,2,3\n",
        [["1", "", ""], ["1", "2", ""], ["1", "2", "3"]],
    ),
    "empty cells too many": (b"a,b\n1,2, ,\n", [["1", "2"]]),
    "a title above the headings": (b"Accounts 2030\n\na,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
    "a report's name and day above": (
        b"Report,Accounts\nAs of,2030\n\na,b,c,d,e\n1,2,3,4,5\n5,6,7,8,9\n",
        [["1", "2", "3", "4", "5"], ["5", "6", "7", "8", "9"]],
    ),
    "a title in a file of semicolons": (
        b"Accounts, north\na;b\n1,5;2\n3,5;4\n",
        [["1,5", "2"], ["3,5", "4"]],
    ),
    "an empty column at the right": (b"a,b,,\n1,2,,\n", [["1", "2"]]),
    "one column": (b"Name\nAnn\nBob\n", [["Ann"], ["Bob"]]),
    "words and numbers stay text": (
        b"a,b,c,d,e,f,g\nNA,null,None,007,1e5,TRUE,12345678901234567890\n",
        [["NA", "null", "None", "007", "1e5", "TRUE", "12345678901234567890"]],
    ),
    "quotes within a bare cell": (b'a,b\n5" pipe,2\n', [['5" pipe', "2"]]),
    "quoted delimiters and doubled quotes": (b'a,b\n"1,5","say ""x"""\n', [["1,5", 'say "x"']]),
    "a comma in half of the cells of a ; file": (b"a;b\n1,5;2\n3,5;4\n", [["1,5", "2"], ["3,5", "4"]]),
    "an escaped formula": (b"a,b\n'=1+1,'-2\n", [["=1+1", "-2"]]),
    "a name that begins with an apostrophe": (b"a,b\n'tis,2\n", [["'tis", "2"]]),
    "headings in blanks": (b" a , b \n1,2\n", [["1", "2"]]),
    "one byte beyond ASCII": (b"a,b\na\xfc,2\n", [["aü", "2"]]),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_strange_file_is_read(name: str) -> None:
    data, wanted = GOOD[name]
    sheet = read(data, "x.csv")
    assert cells(sheet) == wanted
    assert not sheet.unread


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "a mark and nothing": (b"\xef\xbb\xbf", "empty"),
    "blanks alone": (b" \n\n \t\n", "empty"),
    "commas alone": (b",,\n,,\n", "empty"),
    "headings alone": (b"a,b\n", "no rows"),
    "headings and blank rows": (b"a,b\n,\n", "no rows"),
    "a PDF": (b"%PDF-1.7\n", "PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "picture"),
    "a photograph": (b"\xff\xd8\xff\xe0", "picture"),
    "a compressed file": (b"\x1f\x8b\x08\x00", "compressed"),
    "a database": (b"SQLite format 3\x00", "database"),
    "a heading too long": (b"a," + b"h" * 300 + b"\n1,2\n", "longer than 255"),
    "a quote never closed": (b'a,b\n1,2\n"3,4\n5,6\n', "Row 3"),
    "a quote never closed in the headings": (b'"a,b\n1,2\n', "Row 1"),
    "text after a closing quote": (b'a,b\n1,2\n3,4\n"5"x,6\n', "Row 4"),
    "too many columns": (",".join(f"c{n}" for n in range(1000)).encode() + b"\n1\n", "1,000 columns"),
    "too many rows": (b"a\n" + b"1\n" * 100_001, "100,000 rows"),
    "too many bytes": (b"a\n" + b"1" * MOST_BYTES, "20 MB"),
    "letters of no encoding": (b"a,b\n\x81\x8d\x8f,2\n", "UTF-8"),
    "half a UTF-16 letter": ("a,b\n1,2\n".encode("utf-16") + b"x", "UTF-8"),
    "a program": (b"\x7fELF\x02\x01\x01\x00\x00\x00,\x00\n\x00,\x01\n", "not look like a CSV"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_says_why(name: str) -> None:
    data, wanted = BAD[name]
    with pytest.raises(Invalid) as refused:
        read(data, "x.csv")
    assert wanted in str(refused.value)
    assert "\n" not in str(refused.value)


ROWS_APART: dict[str, tuple[bytes, int, str]] = {
    "a cell too many": (b"a,b\n1,2\n3,4,5\n", 3, "3 cells"),
    "a cell too long": (f"a,b\n{'x' * (LONGEST_CELL + 1)},1\n3,4\n".encode(), 2, "32,001 characters"),
    "a cell longer than Python's own limit": (f"a,b\n{BIG},1\n3,4\n".encode(), 2, "200,000 characters"),
    "a NUL": (b"a,b\n1,2\nx\0y,4\n", 3, "NUL"),
    "a row that counts after a cell of two lines": (b'a,b\n"1\n2",2\n3,4,5\n', 3, "3 cells"),
}


@pytest.mark.parametrize("name", ROWS_APART)
def test_a_bad_row_is_refused_alone_with_its_number(name: str) -> None:
    data, number, wanted = ROWS_APART[name]
    sheet = read(data, "x.csv")
    assert len(sheet.lines) == 1
    assert [line.number for line in sheet.unread] == [number]
    assert wanted in sheet.unread[0].reason


def test_a_column_without_heading_gets_a_name() -> None:
    sheet = read(b",name,,Column 3\n0,Ann,x,y\n1,Bob,,\n", "x.csv")
    assert sheet.headings == ("Column 1", "name", "Column 3'", "Column 3")
    assert sheet.nameless == {"Column 1", "Column 3'"}


TWINS = {
    "a,b,a": ("a", "b", "a (2)"),
    "a, a,a ": ("a", "a (2)", "a (3)"),
    "a,a (2),a,a": ("a", "a (2)", "a (3)", "a (4)"),
    "a,a,a (2),a (2)": ("a", "a (3)", "a (2)", "a (2) (2)"),
    "a,A": ("a", "A"),
    "a,,a,": ("a", "Column 2", "a (2)", "Column 4"),
    "h" * 255 + "," + "h" * 255: ("h" * 255, "h" * 255 + " (2)"),
}


@pytest.mark.parametrize("typed", TWINS)
def test_columns_with_the_same_heading_are_told_apart(typed: str) -> None:
    row = [str(n) for n in range(len(TWINS[typed]))]
    sheet = read(f"{typed}\n{','.join(row)}\n".encode(), "x.csv")
    assert sheet.headings == TWINS[typed]
    assert [sheet.column(heading) for heading in sheet.headings] == [[cell] for cell in row]


def test_the_row_of_the_headings_is_known_and_can_be_chosen() -> None:
    data = b"Accounts\n\na,b\n1,2\n3,4\n"
    assert read(data, "x.csv").top == 3
    assert read(data, "x.csv", top=4).headings == ("1", "2")
    assert read(b"a,b\n1,2\n", "x.csv").top == 1
    for nothing in (2, 9, 0):
        with pytest.raises(Invalid, match="cannot be the headings"):
            read(data, "x.csv", top=nothing)


def test_names_of_files_are_taken_as_names_only() -> None:
    for name, stem in (
        ("../../x.csv", "x"),
        ('a"b\r\nX: y.csv', 'a"bX: y'),
        ("C:\\x\\y.csv", "y"),
        ("", "file"),
    ):
        assert read(b"a\n1\n", name).stem == stem


def test_another_way_of_reading_may_be_asked_for() -> None:
    assert cells(read(b"a;b,c\n1;2,3\n", "x.csv", delimiter=";")) == [["1", "2,3"]]
    assert cells(read("a\né\n".encode(), "x.csv", encoding="cp1252")) == [["Ã©"]]
    with pytest.raises(Invalid):
        read(b"a\n1\n", "x.csv", encoding="klingon")
    with pytest.raises(Invalid):
        read(b"a\n1\n", "x.csv", delimiter="#")


TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=0, max_size=12
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), st.sampled_from([",", ";", "\t", "|"]))
def test_what_is_written_is_read(rows: list[tuple[str, str]], delimiter: str) -> None:
    """The property that an export rests on: any text, through escape, file and back."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(["Id", "One", "Two"])
    writer.writerows(["1", disarmed(one), disarmed(two)] for one, two in rows)
    sheet = read(written.getvalue().encode("utf-8-sig"), "x.csv", delimiter=delimiter)
    assert cells(sheet) == [["1", one, two] for one, two in rows]


def _fuzzed(data: bytes) -> None:
    sentence, sheet = "", None
    try:
        sheet = read(data, "x.csv")
    except Invalid as refused:
        sentence = str(refused)
    assert "\n" not in sentence
    assert sheet is None or all(len(line.cells) == len(sheet.headings) for line in sheet.lines)


PIECES = st.sampled_from(
    [
        b"a",
        b",",
        b";",
        b'"',
        b"\n",
        b"\r",
        b"\0",
        b"'",
        b"=",
        b"\xff",
        b"\xfe",
        b"\xe9",
        b"\xef\xbb\xbf",
        b" ",
    ]
)


@pytest.mark.slow
@settings(max_examples=500, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(b"".join)))
def test_no_bytes_at_all_bring_more_than_a_sentence(data: bytes) -> None:
    _fuzzed(data)


@pytest.mark.slow
@settings(max_examples=size(2_000, 20_000), deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=2000), st.lists(PIECES, max_size=300).map(b"".join)))
def test_thousands_of_files_bring_no_more_than_a_sentence(data: bytes) -> None:
    _fuzzed(data)
