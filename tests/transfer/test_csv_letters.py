"""Letters of other encodings: read as they were written, or asked with samples, and never garbled in silence."""

import time

import pytest

from crm_data.errors import Invalid
from crm_data.transfer.csv_read import Sheet, read
from crm_data.transfer.letters import ENCODINGS, MIXED, Undecided, encoding_of

# Encoding -> words as they stand in files of those who use it.
WORDS = {
    "cp1252": [
        "Müller",
        "Genève,Hélène",
        "España",
        "François",
        "José,€ 5",
        "Smørrebrød,Åse",
        "“quoted” – dash",
    ],
    "cp1250": ["Łucja,Żak,Jaś Kęsy", "Dvořák,Příbram", "Müller,Öst", "Győr,Szőke"],
    "cp1251": ["Иванов,Москва,Пётр", "Софія,Київ"],
    "cp1253": ["Ελλάδα,Αθήνα"],
    "cp1254": ["İstanbul,Şişli,Ağa"],
    "cp1255": ["תל אביב"],
    "cp1256": ["القاهرة"],
    "cp1257": ["Šiauliai,Žemaitė"],
    "iso8859-2": ["Łódź,Żak"],
    "iso8859-15": ["Müller,Zoë"],
    "iso8859-5": ["Иванов,Москва"],
    "koi8-r": ["Иванов,Москва"],
    "mac-roman": ["Café,Zürich,Jörg", "Müller", "Genève,Hélène"],
    "mac-latin2": ["Łódź,Kraków"],
    "mac-cyrillic": ["Иванов,Москва"],
    "cp437": ["Müller"],
    "cp850": ["Müller,Käse"],
    "cp852": ["Łódź,Kraków"],
    "cp866": ["Иванов,Москва"],
    "cp932": ["田中太郎,東京,カタカナ", "株式会社"],
    "euc_jp": ["田中太郎,東京,カタカナ"],
    "gb18030": ["北京,王小明,公司"],
    "big5": ["台北,王小明"],
    "cp949": ["서울,김철수"],
    "utf-8": ["Łódź", "Ivan,東京"],
    "utf-16": ["Łódź", "Иванов"],
}
FILES = [(encoding, words) for encoding, several in WORDS.items() for words in several]


def test_every_encoding_that_is_offered_is_tried_here() -> None:
    assert WORDS.keys() == ENCODINGS.keys() - {MIXED}


@pytest.mark.parametrize(("encoding", "words"), FILES)
def test_letters_come_in_as_they_were_or_are_asked(encoding: str, words: str) -> None:
    text = f"One,Two,Three\nplain,row,\n{words}\n"
    data = text.encode(encoding)
    try:
        sheet = read(data, "x.csv")
    except Undecided as asked:
        sheet = _right(data, asked, words)
    assert ",".join(cell for cell in sheet.lines[1].cells if cell) == words


def _right(data: bytes, asked: Undecided, words: str) -> Sheet:
    """The file as read in the one of those offered whose sample shows its words."""
    wanted = {word for word in words.replace(",", " ").split() if not word.isascii()}
    fitting = [c.encoding for c in asked.choices if set(c.sample.replace(",", " ").split()) <= wanted]
    assert fitting, asked.choices
    assert all(choice.encoding in str(asked) for choice in asked.choices)
    return read(data, "x.csv", encoding=fitting[0])


def test_the_detector_puts_the_likeliest_first() -> None:
    for encoding, words in (
        ("cp932", "田中太郎,東京,カタカナ"),
        ("cp1251", "Иванов,Москва,Пётр"),
        ("cp1250", "Łucja,Żak"),
    ):
        with pytest.raises(Undecided) as asked:
            read(f"Name,City\n{words}\n".encode(encoding), "x.csv")
        assert asked.value.choices[0].encoding == encoding


def test_one_stray_byte_in_unicode_is_asked() -> None:
    data = "Name,City\nJörg Weiß,Köln\n".encode() + "Café Ltd,Zürich\n".encode("cp1252")
    with pytest.raises(Undecided) as asked:
        read(data, "x.csv")
    assert asked.value.choices[0].encoding == MIXED
    sheet = read(data, "x.csv", encoding=MIXED)
    assert [line.cells for line in sheet.lines] == [["Jörg Weiß", "Köln"], ["Café Ltd", "Zürich"]]
    assert sheet.sample


def test_a_sample_is_shown_where_no_mark_tells_the_letters() -> None:
    assert read("a,b\nMüller,Zürich\n".encode("cp1252"), "x.csv").sample == "Müller, Zürich"
    assert read("a,b\nMüller,Zürich\n".encode(), "x.csv").sample == ""


def test_marks_are_believed() -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert read("a,b\nŁódź,2\n".encode(encoding), "x.csv").lines[0].cells == ["Łódź", "2"]
    for encoding in ("utf-16-le", "utf-16-be"):
        data = "Имя,Город\nПётр,Омск\nИван,Омск\n".encode(encoding)
        assert read(data, "x.csv").lines[1].cells == ["Иван", "Омск"]


def test_what_is_asked_for_is_tried_or_refused() -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read("a,b\nŁódź,2\n".encode("cp1250"), "x.csv", encoding="utf-8")


def test_a_word_as_long_as_the_file_is_judged_at_once() -> None:
    data = b"a,b\n" + b"\xc9" * 39_000 + b",x\nc,d\n"
    began = time.process_time()
    with pytest.raises(Invalid):
        encoding_of(data)
    assert time.process_time() - began < 10, "a second and a half, were each letter judged once"
