"""Importing customers on both engines: what lands, what is refused and why, and that a repeat changes nothing."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Workspace, errors
from crm_data.tables import ChangeLog, Customer
from crm_data.transfer.plan import ID, KEEP, LEAVE, Blanks, By, Mode, Plan, Unmatched
from crm_data.transfer.report import Report
from tests.support.office import ROLES, Office
from tests.transfer.files import REAL, accounts, csv_bytes, firm, own_csv, snapshot


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


@pytest.fixture
def my(made: Office) -> Workspace:
    return made.at()


def bring(my: Workspace, data: bytes, name: str = "x.csv", **changes: Any) -> Report:
    """Import with the guesses and a few changes of them; the rehearsal must have told the same."""
    sheet = my.read_file(data, name)
    plan = replace(my.guess(sheet, my.customers), **changes)
    told = my.rehearse(my.customers, sheet, plan)
    done = my.commit_import(my.customers, sheet, plan)
    assert (told.created, told.updated, told.unchanged) == (done.created, done.updated, done.unchanged)
    assert told.refused == done.refused
    return done


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def all_rows(my: Workspace) -> list[dict[str, object]]:
    return [row for page in my.customers.walk() for row in page.rows]


def by_name(my: Workspace, name: str) -> dict[str, object]:
    return next(row for row in all_rows(my) if row["name"] == name)


def test_a_made_file_of_accounts_twice(my: Workspace) -> None:
    assert counts(bring(my, accounts(), "accounts.csv")) == (85, 0, 0, 0)
    assert counts(bring(my, accounts(), "accounts.csv")) == (0, 0, 85, 0)
    row = by_name(my, "Firm 7")
    assert (row["industry"], row["country"], row["customer_type"]) == ("finance", "Côte d'Ivoire", "business")
    assert row["imported"] == {
        "year_established": "1987",
        "revenue": "1007.07",
        "employees": "70",
        "subsidiary_of": "Firm 6",
    }
    assert row["created_by"] == my.scope.user_id
    assert row["version"] == 1


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")
def test_the_real_accounts_twice(my: Workspace) -> None:
    data = (REAL / "accounts.csv").read_bytes()
    assert counts(bring(my, data, "accounts.csv")) == (85, 0, 0, 0)
    assert counts(bring(my, data, "accounts.csv")) == (0, 0, 85, 0)
    assert by_name(my, "Acme Corporation")["imported"] == {
        "year_established": "1996",
        "revenue": "1100.04",
        "employees": "2822",
    }


def test_every_row_has_its_line_in_the_log_of_one_act(made: Office, my: Workspace) -> None:
    bring(my, accounts(5), "accounts.csv")
    changed = accounts(5).replace(b"medical", b"health")
    assert counts(bring(my, changed, "accounts.csv")) == (0, 1, 4, 0)
    with made.store.read(my.scope) as session:
        entries = session.scalars(sa.select(ChangeLog).order_by(ChangeLog.id)).all()
    assert [entry.action for entry in entries] == ["add"] * 5 + ["change"]
    assert len({entry.act_id for entry in entries}) == 2
    assert {entry.user_id for entry in entries} == {my.scope.user_id}
    assert (entries[-1].before, entries[-1].after) == ({"industry": "medical"}, {"industry": "health"})
    history = my.customers.history(entries[-1].row_id)
    assert [(c.action, c.field, c.before, c.after) for c in history] == [
        ("change", "industry", "medical", "health"),
        ("add", None, None, None),
    ]
    assert my.customers.get(entries[-1].row_id)["version"] == 2


def test_good_rows_land_and_refused_ones_say_why(my: Workspace) -> None:
    file = csv_bytes(
        [
            ["Name", "E-mail", "Status", "Credit limit"],
            ["Good", "good@x.co", "active", "12.50"],
            ["", "none@x.co", "", ""],
            ["Bad mail", "nope", "asleep", "1.005"],
            ["Good", "good@x.co", "active", "12.50"],
            ["=1+1", "f@x.co", "", "-1"],
            ["long", "l@x.co", "", "", "one too many"],
        ]
    )
    report = bring(my, file, key=("email",))
    assert counts(report)[:3] == (3, 0, 0)
    reasons = {refusal.row: refusal.reason for refusal in report.refused}
    assert reasons[3] == "Name is empty and is needed; fill it in."
    assert reasons[5] == "This row has the same key as row 2; only that one is taken."
    assert "5 cells" in reasons[7]
    odd = {"E-mail": "nope", "Status": "asleep", "Credit limit": "1.005"}
    assert (by_name(my, "Bad mail")["imported"], by_name(my, "=1+1")["imported"]) == (
        odd,
        {"Credit limit": "-1"},
    )
    assert report.beside == {
        "E-mail": {"nope": 1},
        "Status": {"asleep": 1},
        "Credit limit": {"1.005": 1, "-1": 1},
    }
    assert by_name(my, "Good")["credit_limit"] == Decimal("12.50")
    assert report.unknown == {"Status": {"asleep": 1}}


def test_refused_rows_can_be_mended_and_imported(my: Workspace) -> None:
    file = csv_bytes([["E-mail", "Name", "City"], ["a@x.co", "", "'x"], ["b@x.co", "B", ""]])
    refused = bring(my, file).refused_csv()
    assert refused.decode("utf-8-sig").splitlines() == [
        "E-mail,Name,City,Row,Reason",
        "a@x.co,,''x,2,Name is empty and is needed; fill it in.",
    ]
    report = bring(my, refused.replace(b"co,,", b"co,'=A,"), "x.refused.csv")
    assert counts(report) == (1, 0, 0, 0)
    row = by_name(my, "=A")
    assert (row["city"], row["imported"]) == ("'x", None)


def test_a_refused_row_comes_back_with_every_cell_it_had(my: Workspace) -> None:
    rows = [
        ["Berg", " Ann", "Graz", "'=1"],
        ["", "x", "y"],
        ["Too", "", "", "", "", "far"],
        ["Long", "z" * 32_001, ""],
    ]
    report = bring(my, csv_bytes([["Name", "City", "State"], *rows]))
    assert counts(report) == (0, 0, 0, 4)
    again = bring(my, report.refused_csv(), "x.refused.csv")
    assert counts(again) == (0, 0, 0, 4)
    for refused in (report, again):
        told = list(csv.reader(io.StringIO(refused.refused_csv().decode("utf-8-sig"))))
        assert sorted(row[:3] + row[5:] for row in told[1:]) == sorted(rows)


def test_columns_with_the_same_heading_are_all_taken(my: Workspace) -> None:
    file = csv_bytes(
        [
            ["Name", "Phone", "Phone", "E-mail", "E-mail", "Note"],
            ["Both", "+41 44 1", "+41 44 2", "one@x.co", "two@x.co", "x"],
            ["", "+41 44 3", "", "", "late@x.co", ""],
        ]
    )
    report = bring(my, file)
    row = by_name(my, "Both")
    assert (row["phone"], row["secondary_phone"], row["email"]) == ("+41 44 1", "+41 44 2", "one@x.co")
    assert row["imported"] == {"E-mail (2)": "two@x.co"}
    assert counts(bring(my, file)) == (0, 0, 1, 1)
    mended = report.refused_csv().replace(b"\n,", b"\nLate,")
    assert counts(bring(my, mended, "x.refused.csv")) == (1, 0, 0, 0)
    assert by_name(my, "Late")["email"] == "late@x.co"  # here no row has a first one


def test_a_column_of_reasons_is_kept_in_the_file_of_refused_rows(my: Workspace) -> None:
    file = csv_bytes([["Reason", "Name", "Row"], ["late", "", "7"], ["dear", "B", "8"]])
    refused = bring(my, file).refused_csv()
    assert refused.decode("utf-8-sig").splitlines()[0] == "Reason,Name,Row,Row,Reason"
    assert bring(my, refused).refused_csv() == refused
    assert counts(bring(my, refused.replace(b"late,,", b"late,A,"), "x.refused.csv")) == (1, 0, 0, 0)
    assert by_name(my, "A")["imported"] == {"Reason": "late", "Row": "7"}


def test_a_file_without_any_key_is_known_by_its_rows(my: Workspace) -> None:
    file = csv_bytes([["Name", "City"], ["A", "Oslo"], ["A", "Rome"], ["A", "Oslo"], ["B", ""]])
    assert counts(bring(my, file, "list.csv")) == (3, 0, 0, 1)
    assert counts(bring(my, file, "renamed.csv")) == (0, 0, 3, 1)
    row = by_name(my, "B")
    assert str(row["external_id"]).startswith("row-")
    assert (row["external_system"], row["source"]) == ("list", None)
    my.customers.change([Edit(int(str(row["id"])), {"name": ("B", "Better")})])
    assert counts(bring(my, file, "list.csv")) == (0, 0, 3, 1)
    assert by_name(my, "Better")["city"] is None


def test_external_ids_are_unique_within_their_source(my: Workspace) -> None:
    file = csv_bytes([["External id", "Name"], ["1", "One"], ["2", "Two"]])
    assert counts(bring(my, file, "crm.csv")) == (2, 0, 0, 0)
    assert counts(bring(my, file, "crm.csv")) == (0, 0, 2, 0)
    assert counts(bring(my, file.replace(b"One", b"First"), "crm.csv")) == (0, 1, 1, 0)
    for copy in ("crm (1).csv", "crm-2026-03.csv", "crm_20260301.refused.csv", "CRM copy.csv".lower()):
        assert counts(bring(my, file, copy))[0] == 0
    other = bring(my, file, "shop.csv")
    assert counts(other) == (2, 0, 0, 0)
    assert other.hints[0].startswith("2 of these ids are here already, from 'crm'.")
    clash = csv_bytes([["External id", "Name"], ["2", "First"]])
    report = bring(my, clash, "crm.csv", key=("name",))
    assert counts(report) == (0, 0, 0, 1)
    assert "external id" in report.refused[0].reason
    twice = csv_bytes([["External id", "Name"], ["7", "Ann"], ["7", "Bob"]])
    assert counts(bring(my, twice, "crm.csv", key=("name",))) == (1, 0, 0, 1)


IDS = ("external_id", "external_system")


@pytest.mark.parametrize(
    ("first", "second", "name", "wanted"),
    [
        ("1", "9", "shop.csv", ("1", "crm")),  # of another system: the record's own stays
        ("1", "9", "crm.csv", ("9", "crm")),
        ("", "9", "shop.csv", ("9", "shop")),
        (None, "9", "shop.csv", ("9", "shop")),  # only the print of a row stood there
        ("1", "", "shop.csv", (None, None)),
    ],
)
def test_an_id_and_its_system_change_together(
    my: Workspace, first: str | None, second: str, name: str, wanted: tuple[str | None, str | None]
) -> None:
    if first is None:
        bring(my, csv_bytes([["Name"], ["One"]]), "crm.csv", key=())
    elif first:
        bring(my, csv_bytes([["External id", "Name"], [first, "One"]]), "crm.csv")
    else:
        my.customers.add({"name": "One"})
    file = csv_bytes([["External id", "Name"], [second, "One"]])
    bring(my, file, name, key=("name",), blanks=Blanks.CLEAR)
    (row,) = all_rows(my)
    assert tuple(row[part] for part in IDS) == wanted
    assert (row["imported"] or {}) == ({"External id": "9"} if wanted == ("1", "crm") else {})


def test_a_mapped_source_does_not_hide_an_external_id(my: Workspace) -> None:
    file = csv_bytes([["External id", "Name", "Source"], ["1", "One", "Web"], ["2", "Two", ""]])
    assert counts(bring(my, file, "crm.csv")) == (2, 0, 0, 0)
    moved = csv_bytes([["External id", "Name", "Source"], ["1", "One", "Fair"], ["2", "Two", ""]])
    assert counts(bring(my, moved, "crm.csv")) == (0, 1, 1, 0)


def test_keys_are_compared_without_case_and_blanks(my: Workspace) -> None:
    bring(my, csv_bytes([["Name", "City"], ["Zoë  Ltd", "Oslo"]]))
    assert counts(bring(my, csv_bytes([["Name", "City"], [" ZOË LTD ", "Rome"]]))) == (0, 1, 0, 0)
    assert by_name(my, "Zoë  Ltd")["city"] == "Rome"


@pytest.mark.parametrize(
    ("mode", "wanted"), [(Mode.BOTH, (1, 1, 0, 0)), (Mode.CREATE, (1, 0, 1, 0)), (Mode.UPDATE, (0, 1, 0, 1))]
)
def test_modes(my: Workspace, mode: Mode, wanted: tuple[int, int, int, int]) -> None:
    my.customers.add({"name": "Old", "city": "Oslo"})
    file = csv_bytes([["Name", "City"], ["Old", "Rome"], ["New", "Bern"]])
    assert counts(bring(my, file, mode=mode)) == wanted
    assert by_name(my, "Old")["city"] == ("Oslo" if mode == Mode.CREATE else "Rome")


def test_empty_cells_leave_or_clear(my: Workspace) -> None:
    my.customers.add({"name": "Old", "city": "Oslo", "status": "lost", "tags": ["a"]})
    file = csv_bytes([["Name", "City", "Status", "Tags"], ["Old", "", "", ""]])
    assert counts(bring(my, file)) == (0, 0, 1, 0)
    assert counts(bring(my, file, blanks=Blanks.CLEAR)) == (0, 1, 0, 0)
    row = by_name(my, "Old")
    assert (row["city"], row["status"], row["tags"]) == (None, "active", None)
    nameless = own_csv(my, [["Id", "Name", "City"], [str(row["id"]), "", ""]])
    report = bring(my, nameless, blanks=Blanks.CLEAR)
    assert [refusal.reason for refusal in report.refused] == [
        "Name is empty; it is needed and cannot be cleared."
    ]


def test_words_that_mean_empty_only_when_it_was_said(my: Workspace) -> None:
    file = csv_bytes([["Name", "City"], ["A", "null"], ["B", "NA"]])
    sheet = my.read_file(file, "x.csv")
    plan = my.guess(sheet, my.customers)
    assert plan.column("City").maybe_empty == ("NA", "null")
    my.commit_import(my.customers, sheet, plan.with_column("City", empties=("null",)))
    assert by_name(my, "A")["city"] is None
    assert by_name(my, "B")["city"] == "NA"


def test_values_of_the_file_are_given_a_meaning(my: Workspace) -> None:
    file = csv_bytes([["Name", "Status", "Type"], ["A", "Aktiv", "company"], ["B", "weg", "Person"]])
    sheet = my.read_file(file, "x.csv")
    plan = my.guess(sheet, my.customers)
    assert plan.column("Type").values == {"Person": "individual", "company": "business"}
    told = my.rehearse(my.customers, sheet, plan)
    assert told.unknown == {"Status": {"Aktiv": 1, "weg": 1}}
    plan = plan.with_column("Status", values={"Aktiv": "prospect", "weg": ""})
    assert counts(my.commit_import(my.customers, sheet, plan)) == (2, 0, 0, 0)
    assert (by_name(my, "A")["status"], by_name(my, "B")["status"]) == ("prospect", "active")


def test_numbers_as_the_file_writes_them(my: Workspace) -> None:
    rows = [["Name", "Credit limit"], ["A", "1.234,50"], ["B", "7"]]
    bring(my, csv_bytes(rows, delimiter=";"))
    assert by_name(my, "A")["credit_limit"] == Decimal("1234.50")


def test_colleagues_by_name_or_e_mail(made: Office, my: Workspace) -> None:
    file = csv_bytes(
        [
            ["Name", "Owner"],
            ["A", "alpha MANAGER"],
            ["B", "user@alpha.example"],
            ["C", "Omega Manager"],
            ["D", "manager@omega.example"],
            ["E", ""],
        ]
    )
    report = bring(my, file)
    assert counts(report) == (5, 0, 0, 0)
    assert (by_name(my, "C")["assigned_to"], by_name(my, "C")["imported"]) == (
        None,
        {"Owner": "Omega Manager"},
    )
    assert report.unknown == {"Owner": {"Omega Manager": 1, "manager@omega.example": 1}}
    assert by_name(my, "A")["assigned_to"] == made.people[0]["manager"]
    assert by_name(my, "B")["assigned_to"] == made.people[0]["user"]


def test_unknown_colleagues_become_nobody_or_former_ones(made: Office, my: Workspace) -> None:
    file = csv_bytes([["Name", "Owner"], ["A", "Darcel Schlecht"], ["B", "DARCEL schlecht"], ["C", "Prince"]])
    sheet = my.read_file(file, "x.csv")
    plan = my.guess(sheet, my.customers).with_column("Owner", unmatched=Unmatched.FORMER)
    before = snapshot(my), my.members()
    assert counts(my.rehearse(my.customers, sheet, plan)) == (3, 0, 0, 0)
    assert (snapshot(my), my.members()) == before
    assert counts(my.commit_import(my.customers, sheet, plan)) == (3, 0, 0, 0)
    assert my.members() == before[1]
    first, second, third = (by_name(my, name)["assigned_to"] for name in "ABC")
    assert first == second != third
    page = my.customers.page()
    assert page.names["assigned_to"][int(str(first))] == "Darcel Schlecht"
    assert page.names["assigned_to"][int(str(third))] == "Prince"
    assert counts(my.commit_import(my.customers, sheet, plan)) == (0, 0, 3, 0)
    nobody = plan.with_column("Owner", unmatched=Unmatched.EMPTY)
    other = my.read_file(csv_bytes([["Name", "Owner"], ["D", "Who"]]), "x.csv")
    assert counts(my.commit_import(my.customers, other, nobody)) == (1, 0, 0, 0)
    assert by_name(my, "D")["assigned_to"] is None


def test_an_ambiguous_key_is_refused(my: Workspace) -> None:
    for _ in range(2):
        my.customers.add({"name": "Twin"})
    report = bring(my, csv_bytes([["Name", "City"], ["Twin", "Oslo"]]))
    assert counts(report) == (0, 0, 0, 1)
    assert "2 records here have this Name" in report.refused[0].reason


def test_an_archived_record_is_found_and_not_changed(my: Workspace) -> None:
    id_ = my.customers.add({"name": "Gone", "city": "Oslo"})
    my.customers.archive([id_])
    assert counts(bring(my, csv_bytes([["Name", "City"], ["Gone", "Oslo"]]))) == (0, 0, 1, 0)
    report = bring(my, csv_bytes([["Name", "City"], ["Gone", "Rome"]]))
    assert "archived" in report.refused[0].reason
    assert my.customers.get(id_)["city"] == "Oslo"


def test_the_same_act_is_done_once(my: Workspace) -> None:
    sheet = my.read_file(csv_bytes([["Name", "City"], ["A", "Oslo"], ["A", "Oslo"]]), "x.csv")
    plan = replace(my.guess(sheet, my.customers), key=())
    first = my.commit_import(my.customers, sheet, plan, act_id="a" * 32)
    again = my.commit_import(my.customers, sheet, plan, act_id="a" * 32)
    assert (counts(first), first.repeated) == ((1, 0, 0, 1), False)
    assert (again.created, again.repeated) == (1, True)
    assert my.customers.count() == 1
    with pytest.raises(errors.Invalid):
        my.commit_import(my.customers, sheet, plan, act_id="a" * 33)


def test_a_rehearsal_touches_nothing(made: Office, my: Workspace) -> None:
    my.customers.add({"name": "Firm 1"})
    before = all_rows(my)
    sheet = my.read_file(accounts(), "accounts.csv")
    report = my.rehearse(my.customers, sheet, my.guess(sheet, my.customers))
    assert counts(report) == (84, 1, 0, 0)
    assert not report.done
    change = report.changes[0]
    assert (change.row, change.title, change.field, change.before) == (3, "Firm 1", "industry", None)
    assert all_rows(my) == before


@pytest.mark.slow
def test_cancelling_leaves_nothing(my: Workspace) -> None:
    sheet = my.read_file(accounts(2000), "accounts.csv")
    plan = my.guess(sheet, my.customers)
    heard: list[float] = []

    class Cancelled(Exception):
        pass

    def listen(share: float) -> None:
        heard.append(share)
        if share > 0.6:
            raise Cancelled

    with pytest.raises(Cancelled):
        my.commit_import(my.customers, sheet, plan, listen)
    assert my.customers.count() == 0
    assert heard == sorted(heard)
    assert heard[-1] < 1
    heard.clear()
    my.commit_import(my.customers, sheet, plan, heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1
    assert my.customers.count() == 2000


@pytest.mark.parametrize("role", [role for role in ROLES if role in ("user", "sales_rep")])
def test_importing_is_for_managers(made: Office, role: str) -> None:
    my = made.at(0, role)
    before = snapshot(made.at())
    sheet = my.read_file(accounts(3), "accounts.csv")
    plan = my.guess(sheet, my.customers)
    for verb in (my.rehearse, my.commit_import):
        with pytest.raises(errors.NotAllowed):
            verb(my.customers, sheet, plan)
    assert snapshot(made.at()) == before


def test_a_foreign_id_is_answered_as_an_unknown_one(made: Office, my: Workspace) -> None:
    theirs = made.at(1).customers.add({"name": "Theirs", "city": "Oslo"})
    mine = my.customers.add({"name": "Mine", "city": "Oslo"})
    rows = [["Id", "Name", "City"]]
    rows += [
        [str(id_), "Taken", "Rome"] for id_ in (theirs, 999_999, 0, -1, "9223372036854775808", "x", "1.0")
    ]
    report = bring(my, own_csv(my, [*rows, [str(mine), "Mine", "Bern"], ["", "Fresh", "Bonn"]]))
    assert counts(report) == (1, 1, 0, 7)
    first, second = (refusal.reason for refusal in report.refused[:2])
    assert first.replace(str(theirs), "?") == second.replace("999999", "?")
    assert all("no record with the id" in refusal.reason for refusal in report.refused)
    row = made.at(1).customers.get(theirs)
    assert (row["name"], row["city"], row["version"]) == ("Theirs", "Oslo", 1)
    assert made.at(1).customers.count() == 1


def test_a_foreign_owner_is_answered_as_an_unknown_one(made: Office, my: Workspace) -> None:
    foreign = made.people[1]["manager"]
    sheet = my.read_file(csv_bytes([["Name", "Owner"], ["A", str(foreign)], ["B", "999999"]]), "x.csv")
    plan = my.guess(sheet, my.customers).with_column("Owner", by=By.ID, unmatched=Unmatched.REFUSE)
    reasons = [refusal.reason for refusal in my.rehearse(my.customers, sheet, plan).refused]
    assert reasons[0].replace(str(foreign), "?") == reasons[1].replace("999999", "?")
    for value in (str(foreign), "999999"):
        filled = replace(plan.with_column("Owner", to=LEAVE), fill={"assigned_to": value})
        with pytest.raises(errors.Invalid):
            my.commit_import(my.customers, sheet, filled)
    assert my.customers.count() == 0


def test_company_and_maker_in_a_file_are_ignored(made: Office, my: Workspace) -> None:
    other = made.companies[1]
    file = csv_bytes([["name", "company_id", "created_by"], ["A", str(other), str(made.people[1]["admin"])]])
    bring(my, file)
    row = by_name(my, "A")
    assert (row["created_by"], row["imported"]) == (my.scope.user_id, None)
    assert made.at(1).customers.count() == 0


def test_another_company_importing_the_same_file_sees_none_of_mine(made: Office, my: Workspace) -> None:
    bring(my, accounts(10), "accounts.csv")
    assert counts(bring(made.at(1), accounts(10), "accounts.csv")) == (10, 0, 0, 0)
    assert counts(bring(my, accounts(10), "accounts.csv")) == (0, 0, 10, 0)


def test_rows_put_in_by_plain_sql_are_left_as_they_are(made: Office, my: Workspace) -> None:
    """Values that no field would take, as they may stand in a table that others fill, survive a round trip."""
    with made.store.system("a test") as session:
        odd = {"email": " Bob@X.COM", "phone": "ask Bob", "website": "acme.com", "name": " Odd  "}
        session.add(Customer(company_id=made.companies[0], **odd))
    _, pieces = my.export(my.customers)
    assert counts(bring(my, b"".join(pieces))) == (0, 0, 1, 0)


def test_text_is_kept_clean(my: Workspace) -> None:
    odd = "a\u200b\u202eb<script>[x](javascript:1)"
    rows = [[odd, "one\r\ntwo", "\x07bell"], ["B\x01", "", ""], ["\u200b", "", ""]]
    file = csv_bytes([["Name", "Notes", "Colour"], *rows])
    report = bring(my, file, key=())
    assert counts(report) == (1, 0, 0, 2)
    row = by_name(my, odd)
    assert (row["notes"], row["imported"]) == ("one\ntwo", {"Colour": "\u2407bell"})


def test_kept_columns_are_merged(my: Workspace) -> None:
    bring(my, csv_bytes([["Name", "Colour"], ["A", "red"]]))
    assert counts(bring(my, csv_bytes([["Name", "Size"], ["A", "L"]]))) == (0, 1, 0, 0)
    assert by_name(my, "A")["imported"] == {"Colour": "red", "Size": "L"}
    assert counts(bring(my, csv_bytes([["Name", "Size"], ["A", ""]]))) == (0, 0, 1, 0)


def test_names_are_put_together(my: Workspace) -> None:
    file = csv_bytes([["First name", "Last name"], ["Ann", "Lee"], ["Bob", ""], ["", "Roy"]])
    assert counts(bring(my, file)) == (3, 0, 0, 0)
    assert sorted(str(row["name"]) for row in all_rows(my)) == ["Ann Lee", "Bob", "Roy"]
    assert counts(bring(my, file)) == (0, 0, 3, 0)
    sheet = my.read_file(file, "x.csv")
    plan = replace(my.guess(sheet, my.customers), fill={"name": "{No such} heading"})
    with pytest.raises(errors.Invalid):
        my.rehearse(my.customers, sheet, plan)


def test_a_wrong_value_for_new_records_is_told_once(my: Workspace) -> None:
    sheet = my.read_file(csv_bytes([["Name"], ["A"]]), "x.csv")
    plan = my.guess(sheet, my.customers)
    with pytest.raises(errors.Invalid, match="new records"):
        my.rehearse(my.customers, sheet, replace(plan, fill={"customer_type": "robot"}))


def test_a_plan_survives_as_text(my: Workspace) -> None:
    sheet = my.read_file(accounts(5), "accounts.csv")
    plan = Plan.from_json(my.guess(sheet, my.customers).to_json())
    assert counts(my.commit_import(my.customers, sheet, plan)) == (5, 0, 0, 0)


def test_nothing_but_the_company_s_own_tables_is_asked_for_ids(my: Workspace) -> None:
    """The id of a file finds a record and is never written."""
    sheet = my.read_file(own_csv(my, [["Id", "Name"], ["77", "A"]]), "x.csv")
    plan = replace(my.guess(sheet, my.customers), key=("name",))
    assert plan.column("Id").to == ID
    assert counts(my.commit_import(my.customers, sheet, plan)) == (1, 0, 0, 0)
    assert by_name(my, "A")["id"] != 77
    assert KEEP not in (column.to for column in plan.columns)
