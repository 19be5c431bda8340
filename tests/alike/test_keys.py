"""What counts as the same: e-mail, telephone and name as people mean them. Pure."""

import unicodedata

import pytest

from crm_data.alike import countries, names, phones
from crm_data.alike.likeness import Reason, certainty, email, known_by, marks_of
from crm_data.tables import Base, by_name
from crm_data.tables.fields import Kind, fields_of

NAMES = ["Müller", "İşbankası", "Łódź Textil", "Société Générale", "Straße 7", "Ромашка", "Ærø Bådebyg"]
FORMS = [
    "GmbH", "GmbH & Co. KG", "Ltd.", "Limited", "LLC", "Inc", "S.A.", "S. A.", "S.p.A.", "A.Ş.", "A/S", "AB",
    "B.V.", "Sp. z o.o.", "Sp. z o. o.", "e.K.", "Oy", "Pty Ltd", "s.r.o.", "und Co.",
]  # fmt: skip
# The same number, once with all of it and in the ways in which people leave parts out.
NUMBERS = {
    "+41 44 123 45 67": [
        "044 123 45 67",
        "044/123.45.67",
        "0041441234567",
        "tel +41 (0)44 123 45 67",
        "41441234567",
    ],
    "+49 30 901820": ["030 / 90 18 20", "(030) 901820", "+49-30-901820"],
    "+1 650 253 0000": ["(650) 253-0000", "1-650-253-0000", "6502530000"],
    "+90 212 393 00 00": ["0212 393 00 00", "+902123930000"],
    "+39 06 6982": [],
}
HOME = {"+41": "Schweiz", "+49": "Germany", "+1 ": "USA", "+90": "Türkiye", "+39": "Italia"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS)
def test_a_legal_form_makes_no_other_name(name: str, form: str) -> None:
    for written in (f"{name} {form}", f"{name}, {form}".upper(), f"{name} {form}".lower()):
        assert names.same(names.words_of(written), names.words_of(name)), names.words_of(written)
    assert not names.same(names.words_of(form), names.words_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_accents_and_case_make_no_other_name(name: str) -> None:
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    for written in (name.upper(), name.lower(), bare, unicodedata.normalize("NFD", name)):
        assert names.same(names.words_of(written), names.words_of(name)), (written, names.words_of(written))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"), ("Björn Söder", "Bjoern Soeder"), ("Berg, Anna", "anna berg"),
        ("Blue Sky Ltd", "Bluesky"), ("IŞIK", "ışık"), ("J. R. Ewing", "JR Ewing"),
    ],
)  # fmt: skip
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert names.same(names.words_of(one), names.words_of(other))


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Jonathan Meier", "Jonathan Maier", True), ("Schneider Electric", "Schnieder Electric", True),
        ("Store number 12", "Store number 13", False), ("Anna Berg", "Anne Bork", False), ("Ann", "Ann B", False),
        ("Bakery North", "Bakery South", False),
    ],
)  # fmt: skip
def test_names_that_are_nearly_the_same(one: str, other: str, near: bool) -> None:
    for pair in ((one, other), (other, one)):
        assert names.similar(*map(names.words_of, pair)) == near


def test_a_name_that_is_nothing_but_a_form_keeps_it() -> None:
    assert names.words_of("AG") == ("ag",)
    assert names.words_of("% — !") == ()
    assert not names.same((), ())


@pytest.mark.parametrize("whole", NUMBERS)
def test_a_number_is_the_same_with_and_without_the_prefix(whole: str) -> None:
    home = countries.region(HOME[whole[:3]])
    assert home is not None
    known = phones.read(whole, (home,))
    assert known is not None
    for written in NUMBERS[whole]:
        here, anywhere = phones.read(written, (home,)), phones.read(written)
        assert here is not None
        assert anywhere is not None
        assert phones.same(known, here), (written, here)
        assert phones.same(known, anywhere), (written, anywhere)
        assert here.end == known.end
    for other in set(NUMBERS) - {whole}:
        there = phones.read(other)
        assert there is not None
        assert not phones.same(known, there)


def test_two_extensions_are_two_people() -> None:
    one, other, bare = (phones.read(f"+1 650 253 0000{more}") for more in (" x44", " ext. 45", ""))
    assert one
    assert other
    assert bare
    assert not phones.same(one, other)
    assert phones.same(one, bare)


@pytest.mark.parametrize("said", ["", None, "-", "12345", "no number", "+", "0000000"])
def test_what_is_no_number_is_nobody_s(said: str | None) -> None:
    assert phones.read(said, ("CH",)) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Switzerland", "CH"), ("SCHWEIZ", "CH"), ("usa", "US"), ("U.S.A.", "US"), ("UK", "GB"), ("GBR", "GB"),
        ("Türkiye", "TR"), ("deutschland", "DE"), ("de", "DE"), ("Narnia", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_country_as_it_is_written(said: str | None, code: str | None) -> None:
    assert countries.region(said) == code


def test_an_e_mail_is_the_same_in_any_case_and_spelling_of_its_host() -> None:
    for said in (
        "ANN@Firm.Example",
        " ann@firm.example ",
        "mailto:ann@firm.example",
        "Ann <ann@firm.example>",
    ):
        assert email(said) == "ann@firm.example"
    assert email("ann@xn--mller-kva.example") == email("Ann@MÜLLER.example")
    assert email("nobody") is email(None) is email("") is None


def test_every_kind_with_an_e_mail_is_known_by_its_own_fields() -> None:
    """Whatever kind of record comes next is known by what it declares."""
    kinds = [
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if hasattr(mapper.class_, "archived_at")
    ]
    assert {"customers", "leads"} <= {kind for kind in kinds if known_by(kind)}
    for kind in kinds:
        fields, known = fields_of(by_name(kind)).values(), known_by(kind)
        assert (known is not None) == any(field.kind is Kind.EMAIL for field in fields)
        if known is not None:
            for field in fields:
                if field.kind in (Kind.EMAIL, Kind.PHONE) or field.title:
                    assert field.name in known.columns
                    typed = {Kind.EMAIL: "a@b.example", Kind.PHONE: "+41 44 123 45 67"}.get(
                        field.kind, "Acme AG"
                    )
                    one, other = (
                        marks_of(kind, {field.name: typed}),
                        marks_of(kind, {field.name: typed.upper()}),
                    )
                    assert len(one.reasons(other)) == 1


def test_who_shares_more_is_surer_and_nobody_beyond_all() -> None:
    alone = [certainty((reason,)) for reason in Reason]
    assert alone == sorted(alone, reverse=True)
    assert certainty(tuple(Reason)) == 100
