"""Keys and names of a file find what is written otherwise here; where more than one fits, nothing is guessed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Kind, Records, Workspace
from crm_data.alike import phones
from crm_data.alike.likeness import known_by
from crm_data.tables import Company, by_name
from crm_data.tables.fields import fields_of
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.lookup import folded
from crm_data.transfer.mapping import importable
from crm_data.transfer.otherwise import Forms
from crm_data.transfer.plan import ID, Column, Mode, Plan, Unmatched
from crm_data.transfer.report import Report
from tests.support.kinds import KINDS, TITLES, least
from tests.support.office import Office
from tests.support.statements import counted
from tests.transfer.files import csv_bytes, firm, snapshot

ALIKE = [kind for kind in KINDS if known_by(kind)]
# What stands here, what the file says, and whether that means it.
NAMES = [
    ("Müller GmbH", "Mueller", True), ("Acme Inc.", "Acme", True), ("Şişecam A.Ş.", "sisecam", True),
    ("İşbankası", "ISBANKASI", True), ("Société Générale", "Societe Generale S.A.", True),
    ("Łódź Textil", "lodz textil Sp. z o.o.", True), ("Berg, Anna", "anna berg", True),
    ("Blue Sky Ltd", "Bluesky", False), ("Strauß & Co. KG", "Strauss", True),
    ("Ærø Bådebyg", "Aero Badebyg", True),
    ("Store 12", "Store 13", False), ("Jonathan Meier", "Jonathan Maier", False), ("AG", "GmbH", False),
    ("Bakery North", "Bakery", False), ("% — !", "% - !!", False), ("Maria Sá", "Maria Ek", False),
    ("Luisa Sá", "Luisa", False), ("Anna Bauer", "Anna Baur", False), ("Michal Novak", "Michael Novak", False),
    ("Thomas Martin", "Martin Thomas", False), ("Ann Arbor", "Anna R. Bor", False),
    ("Shell B.V.", "Shell plc", False), ("Fa Zhang", "Zhang", False), ("Novo A/S", "Novo", True),
    ("Wolle Ltd", "Wolle Limited", True), ("Corner, Inc.", "CORNER INC", True), ("Smith & Co", "Smith", True),
    ("Lea Co", "Lea", False), ("Kern e.K.", "Kern", True), ("Ohm S.A.", "Ohm SA", True),
    ("Moeller", "Moller", False),
    ("Moller Bau", "Möller Bau", True),
]  # fmt: skip
NUMBERS = [
    ("044 668 18 00", "0446681800", True), ("+41 44 668 18 01", "044 668 18 01", True),
    ("044/668.18.02", "0041446681802", True), ("+41 (0)44 668 18 03", "044 668 18 03", True),
    ("044 668 18 04 x1", "+41 44 668 18 04", False), ("044 668 18 05 x1", "+41 44 668 18 05 x1", True),
    ("+41 44 668 18 06", "41446681806", True), ("+1 650 253 0000", "001 650 253 0000", True),
    ("044 668 18 07 x1", "044 668 18 07 x2", False), ("044 668 18 08", "+49 44 668 18 08", False),
    ("+49 30 90182009", "030 90182009", False), ("+47 668 18 10", "6681810", False),
    ("044 668 18 11", "043 668 18 11", False), ("112", "1 12", False),
    ("+44 20 7946 0012", "+1 20 7946 0012", False),
]  # fmt: skip
# Where the company says no country, nobody knows whose a number without a prefix is.
NOWHERE = [
    ("044 668 19 00", "0446681900", True), ("0041 44 668 19 01", "+41446681901", True),
    ("+41 44 668 19 02", "41446681902", True), ("044 668 19 07 x1", "044 668 19 07 x2", False),
    ("+41 44 668 19 03", "044 668 19 03", False), ("044 668 19 04", "+49 44 668 19 04", False),
]  # fmt: skip
# Of all else every letter counts, and of an e-mail and an address no more than before.
EXACT = [("Acme AG", "Acme", False), ("Zürich", "Zurich", False), ("BERN 1", "bern  1", True)]
MAILS = [("a.b@x.example", "A.B@X.example", True), ("muller@x.example", "mueller@x.example", False)]
SITES = [("https://x.example", "x.example", True), ("https://acme-ag.example", "acme.example", False)]


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


def at_home(made: Office, country: str | None) -> Workspace:
    with made.store.system("a test's country") as session:
        session.execute(sa.update(Company).where(Company.id == made.companies[0]).values(country=country))
    return made.at()


def offered(records: Records) -> list[str]:
    """What the screen offers to find records by, but for links, and for ids and codes: those are no words."""
    kinds = (Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
    codes = (ID, "external_id", "external_system", "currency")
    return [name for name, field in importable(records).items() if field.kind in kinds and name not in codes]


def pairs(records: Records, name: str, country: str | None) -> list[tuple[str, str, bool]]:
    kind = records.fields[name].kind
    if known_by(records.name) and name in (records.title, "company_name"):
        return NAMES
    if kind is Kind.PHONE:
        return NUMBERS if country else NOWHERE
    return {Kind.EMAIL: MAILS, Kind.URL: SITES}.get(kind, EXACT)


def file(
    my: Workspace, records: Records, rows: list[list[str]], *names: str, **changes: Any
) -> tuple[Records, Sheet, Plan]:
    """Rows with these fields, the first of which finds their records; what else one needs is the same for all."""
    heads = [records.fields[name].label for name in names]
    columns = tuple(Column(head, name) for head, name in zip(heads, names, strict=True))
    needs = {n: str(v) for n, v in least(my, records.name).items() if n not in names}
    plan = Plan(columns, key=names[:1], fill=needs, source="x", zone="UTC")
    return records, my.read_file(csv_bytes([heads, *rows]), "x.csv"), replace(plan, **changes)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def reasons(report: Report) -> list[tuple[int, str]]:
    return [(refusal.row, refusal.reason) for refusal in report.refused]


@pytest.mark.slow
@pytest.mark.parametrize("country", ["Switzerland", None])
@pytest.mark.parametrize("kind", KINDS)
def test_every_key_finds_what_it_means_and_nothing_else(made: Office, kind: str, country: str | None) -> None:
    my = at_home(made, country)
    records = my.records(kind)
    for name in offered(records):
        said = pairs(records, name, country)
        for here, _, _ in said:
            records.add({**least(my, kind), TITLES[kind]: f"Of {name} {here}", name: here})
        told = my.rehearse(*file(my, records, [[row] for _, row, _ in said], name))
        assert not told.refused, (name, told.refused)
        for number, (here, row, same) in enumerate(said, start=2):
            assert (number in told.left, number in told.adding) == (same, not same), (name, here, row)
            means = same and folded(str(row)) != folded(here) and said not in (MAILS, SITES)
            title = here if name == TITLES[kind] else f"Of {name} {here}"
            assert told.meant.get(number) == (f"{title} (found as {row})" if means else None), (
                name,
                here,
                row,
            )


@pytest.mark.parametrize("kind", ALIKE)
def test_what_stands_here_as_the_row_says_comes_first(made: Office, kind: str) -> None:
    my, title = made.at(), TITLES[kind]
    for name in ("Acme Inc.", "Acme", "Acme GmbH"):
        my.records(kind).add({title: name, "notes": name})
    rows = [["ACME", "one"], ["acme  inc.", "two"]]
    for report in (
        my.rehearse(*(wanted := file(my, my.records(kind), rows, title, "notes"))),
        my.commit_import(*wanted),
    ):
        assert counts(report) == (0, 2, 0, 0)
        assert [(change.title, change.after) for change in report.changes] == [
            ("Acme", "one"),
            ("Acme Inc.", "two"),
        ]
        assert report.meant == {}


@pytest.mark.parametrize("kind", ALIKE)
def test_a_record_keeps_the_name_by_which_it_was_found_otherwise(made: Office, kind: str) -> None:
    my, title = made.at(), TITLES[kind]
    id_ = my.records(kind).add({title: "Acme Inc.", "phone": "+41 44 668 18 00"})
    wanted = file(my, my.records(kind), [["Acme", "new"], ["Unknown", "new"]], title, "notes")
    told, done = my.rehearse(*wanted), my.commit_import(*wanted)
    assert counts(told) == counts(done) == (1, 1, 0, 0)
    assert [change.title for change in told.changes] == ["Acme Inc. (found as Acme)"]
    (hint,) = (hint for hint in told.hints if "otherwise" in hint)
    assert hint.startswith("1 row means a record that is written otherwise here: Acme Inc. (found as Acme).")
    row = my.records(kind).get(id_)
    assert (row[title], row["notes"]) == ("Acme Inc.", "new")
    assert counts(my.commit_import(*wanted)) == (0, 0, 2, 0)
    assert counts(
        my.rehearse(*file(my, my.records(kind), [["Acme", "x"]], title, "notes", mode=Mode.CREATE))
    ) == (0, 0, 1, 0)


@pytest.mark.parametrize("kind", ALIKE)
def test_where_more_than_one_fits_nothing_is_guessed(made: Office, kind: str) -> None:
    my, title = at_home(made, "CH"), TITLES[kind]
    for name, number in (
        ("Acme Inc.", "044 668 18 00"),
        ("Acme Ltd", "044/668 18 00"),
        ("Beta AG", ""),
    ):
        my.records(kind).add({title: name, "phone": number})
    before = snapshot(my)
    wanted = file(my, my.records(kind), [["Acme", "x"], ["Acmé", "x"]], title, "notes")
    label = my.records(kind).fields[title].label
    why = (
        f"No record here has this {label} as it is written, and 2 have it written otherwise: Acme Inc., Acme Ltd."
        " Write it as it is here, or choose another key."
    )
    assert reasons(my.rehearse(*wanted)) == reasons(my.commit_import(*wanted)) == [(2, why), (3, why)]
    told = my.rehearse(*file(my, my.records(kind), [["+41446681800"]], "phone"))
    assert [why.partition(" written otherwise: ")[2][:20] for _, why in reasons(told)] == [
        "Acme Inc., Acme Ltd."
    ]
    assert snapshot(my) == before


@pytest.mark.parametrize("kind", ALIKE)
def test_who_is_put_away_is_found_where_nobody_else_is(made: Office, kind: str) -> None:
    my, title = made.at(), TITLES[kind]
    records = my.records(kind)
    old = records.add({title: "Acme Inc."})
    records.archive([old])
    wanted = file(my, records, [["Acme", "x"]], title, "notes")
    assert [why for _, why in reasons(my.rehearse(*wanted))] == [
        "This record is archived. Restore it before changing it."
    ]
    records.add({title: "Acme Ltd"})
    assert [change.title for change in my.rehearse(*wanted).changes] == ["Acme Ltd (found as Acme)"]


@pytest.mark.parametrize("kind", ALIKE)
def test_two_rows_that_mean_one_record_are_as_two_with_one_key(made: Office, kind: str) -> None:
    """Whether it is here already or not; the row that says it as it is here is taken before one that does not."""
    my, title = at_home(made, "CH"), TITLES[kind]
    my.records(kind).add({title: "Acme Inc."})
    names = ["Acme", "acme inc.", "ACME, Inc", "Mueller", "Müller GmbH", "mueller gmbh.", "Else"]
    wanted = file(my, my.records(kind), [[name, "x"] for name in names], title, "notes")

    def why(first: int) -> str:
        return (
            f"This row has the same key as row {first}, written otherwise; only that one is taken. Choose another"
            " key if they are two."
        )

    told, done = my.rehearse(*wanted), my.commit_import(*wanted)
    assert counts(told) == counts(done) == (2, 1, 0, 4)
    assert reasons(told) == reasons(done) == [(2, why(3)), (4, why(3)), (6, why(5)), (7, why(5))]
    numbers = [["044 668 18 00"], ["+41 44 668 18 01"], ["0041 44 668 18 00"], ["+41446681800"]]
    told = my.rehearse(*file(my, my.records(kind), numbers, "phone"))
    assert reasons(told) == [(4, why(2)), (5, why(2))]


@pytest.mark.parametrize("kind", ALIKE)
def test_of_several_fields_each_is_as_it_is_meant(made: Office, kind: str) -> None:
    my, title = at_home(made, "CH"), TITLES[kind]
    my.records(kind).add({title: "Acme Inc.", "phone": "+41 44 668 18 00", "email": "a@x.example"})
    rows = [
        ["Acme", "044 668 18 00", "A@X.example"],
        ["Acme", "044 668 18 01", "a@x.example"],
        ["Beta", "044 668 18 00", "a@x.example"],
        ["Acme", "044 668 18 00", "b@x.example"],
        ["acme inc.", "+41 44 668 18 00", "b@x.example"],
    ]
    keys = {"key": (title, "phone", "email")}
    told = my.rehearse(*file(my, my.records(kind), rows, title, "phone", "email", **keys))
    assert (list(told.meant), told.left, told.adding) == ([2], (2,), (3, 4, 5))
    assert reasons(told)[0][1].startswith("This row has the same key as row 5, written otherwise")


def test_a_number_is_of_the_country_that_its_record_says(made: Office) -> None:
    my = at_home(made, "CH")
    my.customers.add({"name": "Berlin", "phone": "030 901820", "country": "Germany"})
    my.customers.add({"name": "Bern", "phone": "031 320 00 00"})
    rows = [["+49 30 901820", ""], ["031 3200000", "Schweiz"], ["+41 30 901820", ""]]
    told = my.rehearse(*file(my, my.customers, rows, "phone", "country"))
    assert list(told.meant.values()) == ["Berlin (found as +49 30 901820)", "Bern (found as 031 3200000)"]
    assert told.adding == (4,)


def test_ids_and_what_is_named_external_mean_only_what_they_say(made: Office) -> None:
    my = made.at()
    for key in ((ID,), ("external_id",), ("email",), ("customer_code",)):
        assert not Forms(my.customers, Plan((), key=key)).any
    my.customers.add({"name": "External"})
    assert counts(my.rehearse(*file(my, my.customers, [["external"]], "name"))) == (0, 0, 1, 0)


@pytest.mark.parametrize("kind", ALIKE)
def test_records_and_names_of_another_company_are_never_meant(made: Office, kind: str) -> None:
    my, title = at_home(made, "CH"), TITLES[kind]
    for name in ("Acme Inc.", "Acme Ltd", "Nordwind AG"):
        made.at(1).records(kind).add({title: name, "phone": "+41 44 668 18 00"})
    before = snapshot(made.at(1))
    for name, rows in ((title, [["Acme"], ["Nordwind"]]), ("phone", [["044 668 18 00"]])):
        wanted = file(my, my.records(kind), rows, name)
        for report in (my.rehearse(*wanted), my.commit_import(*wanted)):
            assert counts(report) == (len(rows), 0, 0, 0)
            assert not report.meant
            assert "AG" not in repr(report)
    assert snapshot(made.at(1)) == before


# whom a row names

LINKS = [
    (kind, name)
    for kind in KINDS
    for name, field in fields_of(by_name(kind)).items()
    if field.imports and (field.to in ALIKE or field.kind is Kind.MEMBER)
]
OF_FIRMS = [(kind, name) for kind, name in LINKS if fields_of(by_name(kind))[name].to in ALIKE]


def naming(
    my: Workspace, kind: str, link: str, names: list[str], **changes: Any
) -> tuple[Records, Sheet, Plan]:
    """A file of new records that name another, or a colleague."""
    rows = [[f"Row of {len(names)}: {at}", name] for at, name in enumerate(names)]
    records, sheet, plan = file(my, my.records(kind), rows, TITLES[kind], link)
    plan = replace(plan, key=()).with_column(records.fields[link].label, **changes)
    return records, sheet, plan


def named(my: Workspace, kind: str, link: str) -> list[Any]:
    rows = [
        row for page in my.records(kind).walk() for row in page.rows if row[TITLES[kind]].startswith("Row of")
    ]
    return [row[link] for row in sorted(rows, key=lambda row: row[TITLES[kind]])]


@pytest.mark.parametrize(("kind", "link"), OF_FIRMS)
def test_who_is_named_is_found_as_it_is_meant(made: Office, kind: str, link: str) -> None:
    my, to = made.at(), fields_of(by_name(kind))[link].to or ""
    exact, other, *_ = [
        my.records(to).add({TITLES[to]: n}) for n in ("Beta", "Acme Inc.", "Beta AG", "C KG", "C AG")
    ]
    made.at(1).records(to).add({TITLES[to]: "Elsewhere AG"})
    wanted = naming(my, kind, link, ["ACME", "beta", "C", "Elsewhere"], unmatched=Unmatched.REFUSE)
    told, done = my.rehearse(*wanted), my.commit_import(*wanted)
    assert counts(told) == counts(done) == (2, 0, 0, 2)
    assert named(my, kind, link) == [other, exact]
    label = my.records(kind).fields[link].label
    assert f"{label}: 1 name is written otherwise here and read so: 'ACME' as Acme Inc." in told.hints
    several, nobody = [why for _, why in reasons(told)]
    assert (
        "is called 'C' here, and 2 are written otherwise: C KG, C AG. Write the one that is meant" in several
    )
    assert "with the name 'Elsewhere' here" in nobody
    assert told.unknown == {label: {"C": 1, "Elsewhere": 1}}
    assert my.strangers(*naming(my, kind, link, ["ACME", "C"])) == {label: {"C": 1}}


@pytest.mark.parametrize(
    "kind", [kind for kind, link in OF_FIRMS if fields_of(by_name(kind))[link].to == "customers"]
)
def test_customers_that_are_made_of_names_are_one_for_what_means_one(made: Office, kind: str) -> None:
    my, (link,) = made.at(), [link for one, link in OF_FIRMS if one == kind and link == "customer_id"]
    names = ["Acme Inc.", "ACME, Inc", "Müller GmbH", "mueller gmbh", "Acme", "Maria Sá", "Maria Ek"]
    wanted = naming(my, kind, link, names, unmatched=Unmatched.MAKE)
    told, done = my.rehearse(*wanted), my.commit_import(*wanted)
    assert told.made == done.made == ("Acme Inc.", "Müller GmbH", "Acme", "Maria Sá", "Maria Ek")
    assert len(set(named(my, kind, link))) == 5
    assert counts(my.commit_import(*wanted))[0] == 0


@pytest.mark.parametrize(("kind", "link"), [pair for pair in LINKS if pair not in OF_FIRMS])
def test_a_colleague_is_found_as_meant_by_all_words_of_the_name(made: Office, kind: str, link: str) -> None:
    my = made.at()
    wanted = naming(my, kind, link, ["Rep, Alpha Sales", "Alpha Sales_rep GmbH"], unmatched=Unmatched.REFUSE)
    told, done = my.rehearse(*wanted), my.commit_import(*wanted)
    assert counts(told) == counts(done) == (1, 0, 0, 1)
    assert named(my, kind, link) == [made.people[0]["sales_rep"]]
    assert any("'Rep, Alpha Sales' as Alpha Sales_rep" in hint for hint in told.hints)
    wanted = naming(
        my, kind, link, ["Jürgen Weiß", "WEISS, Juergen", "Omega Admin"], unmatched=Unmatched.FORMER
    )
    assert my.commit_import(*wanted).created == 3
    one, same, other = named(my, kind, link)[-3:]
    assert (one == same, other in made.people[1].values()) == (True, False)


# what it costs


def test_it_costs_one_statement_for_numbers_and_none_for_names(made: Office) -> None:
    my = at_home(made, "CH")
    for number in range(60):
        my.customers.add({"name": f"Firm {number} AG", "phone": f"044 668 18 {number:02}"})
    sent = {}
    for field, said in (("name", "Firm {0}"), ("phone", "+41446681 8{0:02}")):
        for count in (1, 60):
            for written in (False, True):
                row = said if written else {"name": "Firm {0} AG", "phone": "044 668 18 {0:02}"}[field]
                wanted = file(my, my.customers, [[row.format(at)] for at in range(count)], field)
                with counted(made.store) as statements:
                    assert counts(my.rehearse(*wanted)) == (0, 0, count, 0)
                sent[field, count, written] = len(statements)
    assert (
        sent["name", 1, True] == sent["name", 60, True] == sent["name", 1, False] == sent["name", 60, False]
    )
    assert sent["phone", 1, True] == sent["phone", 60, True] == sent["phone", 1, False] + 1


def test_a_switchboard_with_many_extensions_is_read_once(
    made: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    my, looked = at_home(made, "CH"), []
    my.customers.add({"name": "Front desk", "phone": "044 668 18 07 x3"})
    meant = phones.meant
    monkeypatch.setattr(phones, "meant", lambda *two: looked.append(two) or meant(*two))
    rows = [[f"+41 44 668 18 07 x{n}"] for n in range(300)]
    told = my.rehearse(*file(my, my.customers, rows, "phone"))
    assert (counts(told)[2:], list(told.meant)) == ((1, 0), [5])
    assert len(looked) <= 300


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize(("here", "row"), [(here, row) for here, row, same in NAMES if not same])
def test_nobody_else_is_changed(made: Office, kind: str, here: str, row: str) -> None:
    my, title = made.at(), TITLES[kind]
    id_ = my.records(kind).add({**least(my, kind), title: here, "email": "old@x.example"})
    my.commit_import(*file(my, my.records(kind), [[row, "new@y.example"]], title, "email"))
    assert my.records(kind).get(id_)["email"] == "old@x.example"
