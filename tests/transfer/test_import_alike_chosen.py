"""What becomes of a new row that looks like something is chosen for the file and for each row; and it is found
before the transaction that writes, which looks only at what was written since.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from crm_data import Edit, Workspace
from crm_data.alike import many
from crm_data.alike.likeness import known_by
from crm_data.errors import Invalid
from crm_data.store.changes import new_act
from crm_data.tables import noun
from crm_data.transfer import csv_in
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.plan import Lookalikes, Mode, Plan
from crm_data.transfer.report import Report
from tests.support.kinds import KINDS, TITLES
from tests.support.office import Office
from tests.support.statements import counted
from tests.transfer.files import csv_bytes, firm, snapshot

ALIKE = [kind for kind in KINDS if known_by(kind)]
ADD, LEAVE, CHANGE = Lookalikes.ADD, Lookalikes.LEAVE, Lookalikes.CHANGE
Meanwhile = Callable[[], object]


@pytest.fixture
def made(database_url: str) -> Iterator[Office]:
    with firm(database_url) as opened:
        yield opened


def acme(my: Workspace, kind: str = "customers", **more: Any) -> int:
    said = {TITLES[kind]: "Acme Werke", "email": "info@acme.example", "phone": "+41 44 123 45 67", **more}
    return my.records(kind).add(said)


def file(my: Workspace, kind: str, rows: list[list[str]], **changes: Any) -> tuple[Any, Sheet, Plan]:
    records = my.records(kind)
    heads = [records.fields[name].label for name in (records.title, "email", "phone", "notes")]
    sheet = my.read_file(csv_bytes([heads[: len(rows[0])], *rows]), "x.csv")
    return records, sheet, replace(my.guess(sheet, records), **{"fill": {}, "key": (), **changes})


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def both(my: Workspace, wanted: tuple[Any, Sheet, Plan]) -> Report:
    """What the rehearsal says, which is what the commit does."""
    told = my.rehearse(*wanted)
    done = my.commit_import(*wanted)
    assert counts(told) == counts(done)
    assert told.refused == done.refused
    assert told.changes == done.changes
    return done


def in_between(monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile) -> list[str]:
    """`meanwhile` happens once, between comparing and writing; what happens is noted in order."""
    seen: list[str] = []
    compared, writing, walk = csv_in._compared, csv_in.writing, many._walk

    def comparing(*args: Any) -> Any:
        found = compared(*args)
        seen.append("compared")
        if seen.count("compared") == 1:
            meanwhile()
        return found

    @contextmanager
    def opened(*args: Any) -> Iterator[Any]:
        with writing(*args) as bulk:
            seen.append("transaction opened")
            yield bulk

    def walked(session: Any, kind: str) -> Any:
        seen.append(f"all {kind} read")
        return walk(session, kind)

    monkeypatch.setattr(csv_in, "_compared", comparing)
    monkeypatch.setattr(csv_in, "writing", opened)
    monkeypatch.setattr(many, "_walk", walked)
    return seen


READ = [f"all {kind} read" for kind in ("customers", "leads")]


# each row for itself


@pytest.mark.parametrize("kind", ALIKE)
def test_a_row_changes_the_record_that_it_looks_like(made: Office, kind: str) -> None:
    my = made.at()
    id_ = acme(my, kind)
    rows = [["Acme Neu", "INFO@acme.example", "", "Chur"], ["Nobody", "no@x.example", "", ""]]
    act = new_act()
    told = my.rehearse(*file(my, kind, rows, lookalikes=CHANGE))
    assert counts(told) == (1, 1, 0, 0)
    assert [(each.row, each.into) for each in told.resembling] == [(2, id_)]
    assert {(c.field, c.after) for c in told.changes} == {(TITLES[kind], "Acme Neu"), ("notes", "Chur")}
    done = my.commit_import(*file(my, kind, rows, lookalikes=CHANGE), act_id=act)
    assert counts(done) == (1, 1, 0, 0)
    row = my.records(kind).get(id_)
    assert (row[TITLES[kind]], row["notes"], row["external_id"]) == ("Acme Neu", "Chur", None)
    my.changes.undo(my.changes.find(act))
    assert my.records(kind).get(id_)["notes"] is None


@pytest.mark.parametrize("kind", ALIKE)
def test_each_row_has_a_choice_of_its_own(made: Office, kind: str) -> None:
    my = made.at()
    id_ = acme(my, kind)
    rows = [["One", "info@acme.example", ""], ["Two", "", "044 123 45 67"], ["Acme Werke", "", ""]]
    alike = {"2": CHANGE, "3": LEAVE}
    done = both(my, file(my, kind, rows, alike=alike))
    assert counts(done) == (1, 1, 0, 1)
    assert done.refused[0].row == 3
    assert my.records(kind).get(id_)[TITLES[kind]] == "One"
    rows = [["Three", "info@acme.example", ""], ["Four", "", "044 123 45 67"]]
    wanted = file(my, kind, rows, lookalikes=LEAVE, alike={"2": ADD})
    assert counts(my.rehearse(*wanted)) == (1, 0, 0, 1)
    assert Plan.from_json(wanted[2].to_json()) == wanted[2]


@pytest.mark.parametrize("kind", ALIKE)
def test_where_there_is_none_to_change_the_row_says_so(made: Office, kind: str) -> None:
    my = made.at()
    other = next(one for one in ALIKE if one != kind)
    acme(my, other)
    my.records(kind).archive([acme(my, kind, email="away@x.example", phone=None)])
    rows = [["One", "info@acme.example", ""], ["Two", "away@x.example", ""], ["Three", "b@x.example", ""]]
    rows += [["Four", "B@x.example", ""]]
    done = both(my, file(my, kind, rows, lookalikes=CHANGE))
    assert counts(done) == (1, 0, 0, 3)
    first, second, third = (refusal.reason for refusal in done.refused)
    assert f"looks like {noun(other)} Acme Werke (same e-mail); that is no {noun(kind)} in use here" in first
    assert "(archived)" in second
    assert "looks like row 4 (same e-mail)" in third
    assert all("Add it or leave it out." in refusal.reason for refusal in done.refused)


def test_of_two_rows_that_would_change_one_record_the_first_does(made: Office) -> None:
    my = made.at()
    id_ = acme(my)
    rows = [["One", "info@acme.example", ""], ["Two", "", "+41 44 123 45 67"]]
    done = both(my, file(my, "customers", rows, lookalikes=CHANGE))
    assert counts(done) == (0, 1, 0, 1)
    assert done.refused[0].reason.startswith("Row 2 changes the same customer, customer Acme Werke;")
    assert my.customers.get(id_)["name"] == "One"
    keyed = [["Acme", "info@acme.example", ""], ["Other", "", "+41 44 123 45 67"]]
    told = my.rehearse(*file(my, "customers", keyed, key=("email",), lookalikes=CHANGE))
    assert counts(told) == (0, 1, 0, 1)


def test_an_import_that_changes_none_says_so(made: Office) -> None:
    my = made.at()
    acme(my)
    wanted = file(my, "customers", [["One", "info@acme.example", ""]], mode=Mode.CREATE, lookalikes=CHANGE)
    done = both(my, wanted)
    assert "this import changes none" in done.refused[0].reason


def test_an_id_of_another_system_that_stands_here_is_kept(made: Office) -> None:
    my = made.at()
    heads = [my.customers.fields[name].label for name in ("name", "email", "external_id")]
    for system, line in (("Elsewhere", ["Old", "7"]), ("Mine", ["Acme", "K-1"])):
        sheet = my.read_file(csv_bytes([heads, [line[0], "info@acme.example", line[1]]]), "x.csv")
        plan = replace(my.guess(sheet, my.customers), fill={}, lookalikes=CHANGE, source=system, named=True)
        both(my, (my.customers, sheet, plan))
    (row,) = my.customers.page().rows
    assert (row["name"], row["external_id"], row["external_system"]) == ("Acme", "7", "Elsewhere")
    assert "K-1" in row["imported"].values()


def test_a_choice_of_a_row_that_is_none_is_refused(made: Office) -> None:
    my = made.at()
    wanted = file(my, "customers", [["One", "", ""]], alike={"2": "perhaps"})
    for verb in (my.rehearse, my.commit_import):
        with pytest.raises(Invalid, match="'perhaps' is not one of add it all the same"):
            verb(*wanted)


def test_the_choices_of_rows_are_not_kept_for_the_next_file(made: Office) -> None:
    my = made.at()
    acme(my)
    wanted = file(my, "customers", [["One", "info@acme.example", ""]], alike={"2": LEAVE}, key=("email",))
    my.commit_import(*wanted)
    kept = my.kept_import(*wanted[:2], replace(wanted[2], key=(), alike={}))
    assert kept is not None
    assert kept.plan.alike == {}


@pytest.mark.parametrize("choice", [{"lookalikes": CHANGE}, {"alike": {"2": CHANGE, "3": CHANGE}}])
def test_no_record_of_another_company_is_changed(made: Office, choice: dict[str, Any]) -> None:
    theirs = acme(made.at(1))
    before = snapshot(made.at(1))
    my = made.at()
    rows = [["One", "info@acme.example", ""], ["Two", "", "+41 44 123 45 67"]]
    assert counts(both(my, file(my, "customers", rows, **choice))) == (2, 0, 0, 0)
    assert snapshot(made.at(1)) == before
    assert made.at(1).customers.get(theirs)["name"] == "Acme Werke"


# before the transaction


def test_comparing_is_done_when_the_transaction_opens(made: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    my = made.at()
    acme(my)
    seen = in_between(monkeypatch, lambda: None)
    for choice in (LEAVE, CHANGE):
        seen.clear()
        my.commit_import(*file(my, "customers", [["One", "info@acme.example", ""]], lookalikes=choice))
        assert seen == [*READ, "compared", "transaction opened"]


def test_the_transaction_reads_what_was_written_since_alone(
    made: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record made in between is found, and of those here before none is read again."""
    my = made.at()
    acme(my)
    rows = [["One", "one@x.example", ""], ["Two", "two@x.example", ""], ["Three", "info@acme.example", ""]]
    in_between(monkeypatch, lambda: my.customers.add({"name": "Meanwhile", "email": "TWO@x.example"}))
    with counted(made.store) as sent:
        done = my.commit_import(*file(my, "customers", rows, lookalikes=LEAVE))
    assert counts(done) == (1, 0, 0, 2)
    assert "customer Meanwhile (same e-mail)" in done.refused[0].reason
    assert "customer Acme Werke (same e-mail)" in done.refused[1].reason
    assert sum("customers.phone" in one and "LIMIT" in one for one in sent) == 1


def turned_away(made: Office, id_: int) -> None:
    my = made.at()
    row = my.customers.get(id_)
    said = {"email": "x@y.example", "phone": None, "name": "Bo"}
    my.customers.change([Edit(id_, {name: (row[name], new) for name, new in said.items()})])


def other_country(made: Office, id_: int) -> None:
    made.at(0, "admin").profile.change({"country": (None, "Germany")})


def one_by_key(made: Office, id_: int) -> None:
    made.at().customers.add({"name": "Found by its name"})


@pytest.mark.parametrize(("meanwhile", "left"), [(turned_away, []), (other_country, [2]), (one_by_key, [2])])
def test_what_holds_no_more_is_compared_again_before_it_is_written(
    made: Office,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[Office, int], None],
    left: list[int],
) -> None:
    my = made.at()
    id_ = acme(my)
    rows = [["One", "info@acme.example", ""], ["Found by its name", "", ""]]
    seen = in_between(monkeypatch, lambda: meanwhile(made, id_))
    done = my.commit_import(*file(my, "customers", rows, lookalikes=LEAVE, key=("name",)))
    assert seen == 2 * [*READ, "compared", "transaction opened"]
    assert [refusal.row for refusal in done.refused] == left


def test_whoever_is_disturbed_twice_compares_while_nobody_writes(
    made: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    my = made.at()
    acme(my)
    seen: list[str] = []
    compared = csv_in._compared

    def comparing(*args: Any) -> Any:
        found = compared(*args)
        were = [None, "Germany", "France"]
        made.at(0, "admin").profile.change({"country": (were[len(seen)], were[len(seen) + 1])})
        seen.append("compared")
        return found

    monkeypatch.setattr(csv_in, "_compared", comparing)
    done = my.commit_import(*file(my, "customers", [["One", "info@acme.example", ""]], lookalikes=LEAVE))
    assert counts(done) == (0, 0, 0, 1)
    assert seen == ["compared"] * 2


def test_a_file_that_adds_them_all_the_same_compares_nothing(
    made: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    my = made.at()
    acme(my)
    seen = in_between(monkeypatch, lambda: None)
    my.commit_import(*file(my, "customers", [["One", "info@acme.example", ""]]))
    assert seen == ["compared", "transaction opened"]


def test_two_thousand_rows_hold_some_hundred_bytes_each(made: Office) -> None:
    """What is held of the new is their values and one row of numbers, and no object a key."""
    from crm_data.alike.newcomers import Newcomers

    rows = {at: {"name": f"Nordwind {at} Werke AG", "email": f"n{at}@x.example"} for at in range(2_000)}
    new = Newcomers("customers", rows, None)
    keys = sum(len(new.keys(new.marks(at))) for at in rows)
    assert len(new._packed) == keys
    assert new._packed.itemsize * keys / len(rows) < 100
    assert new.marks.cache_info().maxsize == 10_000
