"""Find and replace: what is shown is what is done, by the rules of one edit, and nothing that was not shown."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from crm_data import All, Edit, Query, Replacing, Workspace, errors
from crm_data.changes.sets import Asked
from crm_data.store import at_once, replacing
from crm_data.store.filters import Condition, Filter, Op
from crm_data.store.replacing import Respelled, texts
from crm_data.tables.fields import Kind, fields_of
from tests.changes.looking import tables_of, undo_last
from tests.nouns.makers import a_deal
from tests.support.fields import own
from tests.support.kinds import CLASSES
from tests.support.office import Office, office
from tests.support.statements import counted


@pytest.fixture
def two(engine_kind: str, new_database: Any) -> Iterator[Office]:
    made = office(new_database(engine_kind).url)
    yield made
    made.store.close()


def firms(my: Workspace, *rows: dict[str, Any]) -> list[int]:
    return my.customers.add_all(list(rows))


def everything(my: Workspace) -> All:
    return All(Query(), my.customers.count())


def named(my: Workspace, ids: Sequence[int]) -> list[str]:
    return [my.customers.get(id_)["name"] for id_ in ids]


def test_it_is_shown_first_and_then_done_as_shown(two: Office) -> None:
    my = two.at()
    ids = firms(
        my,
        {"name": "Acme Ltd", "notes": "ltd since 1990\nLTD again"},
        {"name": "Straße Ltd", "city": "Graz"},
        {"name": "Nothing here"},
    )
    foreign = firms(two.at(1), {"name": "Their Ltd"})
    before = tables_of(two.store, two.companies[0])
    found = my.customers.replaceable(everything(my), Replacing("ltd", "GmbH"))
    assert (found.count, found.values, found.same, found.refused) == (2, 3, 0, ())
    assert found.first == (
        Respelled(ids[0], "Acme Ltd", "name", "Acme Ltd", "Acme GmbH"),
        Respelled(ids[0], "Acme Ltd", "notes", "ltd since 1990\nLTD again", "GmbH since 1990\nGmbH again"),
        Respelled(ids[1], "Straße Ltd", "name", "Straße Ltd", "Straße GmbH"),
    )
    assert tables_of(two.store, two.companies[0]) == before, "looking changes nothing"
    heard: list[int] = []
    assert my.customers.replace_many(found, told=heard.append) == at_once.Changed(2, 0)
    assert heard == [2]
    assert named(my, ids) == ["Acme GmbH", "Straße GmbH", "Nothing here"]
    assert named(two.at(1), foreign) == ["Their Ltd"]
    (done,) = my.changes.page(Asked(size=1))[0]
    assert done.counts == {"customers": 2}
    assert undo_last(my) == []
    assert tables_of(two.store, two.companies[0])["customers"] == before["customers"]


def test_only_the_rows_of_the_list_or_those_ticked_and_only_the_columns_asked_for(two: Office) -> None:
    my = two.at()
    ids = firms(
        my, *({"name": "A Ltd", "city": "Ltd", "notes": "Ltd", "status": s} for s in ("active", "lost"))
    )
    lost = Query(filter=Filter((Condition("status", Op.ANY, ("lost",)),)))
    asked = Replacing("Ltd", "Inc", ("name", "city"))
    for which, rows in ((All(lost, 1), ids[1:]), (ids[:1], ids[:1]), ([*ids, 99_999], ids), ([], [])):
        found = my.customers.replaceable(which, asked)
        assert list(found.seen) == rows
        assert found.values == 2 * len(rows)
    made = my.customers.replace_many(my.customers.replaceable(ids[:1], asked))
    assert made.count == 1
    assert [my.customers.get(ids[0])[name] for name in ("name", "city", "notes")] == ["A Inc", "Inc", "Ltd"]
    assert named(my, ids[1:]) == ["A Ltd"]


def test_case_and_accents_count_where_that_is_asked_for(two: Office) -> None:
    my = two.at()
    ids = firms(my, *({"name": name} for name in ("Crème", "creme", "CRÈME 2", "İstanbul", "Maß", "100 %")))
    counts = {
        Replacing("creme", "x"): 3,
        Replacing("creme", "x", exact=True): 1,
        Replacing("CRE\u0300ME", "x"): 3,
        Replacing("cre\u0300me", "x", exact=True): 0,
        Replacing("Cre\u0300me", "x", exact=True): 1,
        Replacing("CREME", "x", whole=True): 2,
        Replacing("Crème", "x", exact=True, whole=True): 1,
        Replacing("istanbul", "x"): 1,
        Replacing("MASS", "x", whole=True): 1,
        Replacing("%", "x"): 1,
        Replacing("_", "x"): 0,
    }
    for asked, count in counts.items():
        assert my.customers.replaceable(ids, asked).count == count, asked


def test_what_would_be_refused_is_named_before_with_the_reason_and_stays(two: Office) -> None:
    my = two.at()
    ids = firms(
        my,
        {"name": "zz"},
        {"name": "A", "email": "zz@firm.example"},
        {"name": "B zz", "zip_code": "zz" + "1" * 18},
        {"name": "C zz"},
    )
    gone = my.customers.replaceable(ids, Replacing("zz", "", ("name",)))
    assert [(one.id, one.sentence) for one in gone.refused] == [(ids[0], "Name is needed; fill it in.")]
    found = my.customers.replaceable(ids, Replacing("zz", "a b"))
    assert {one.id: one.name for one in found.refused} == {ids[1]: "A", ids[2]: "B zz"}
    email, long = (one.sentence for one in found.refused)
    assert email.startswith("E-mail: ")
    assert "at most 20 fit" in long
    assert list(found.seen) == [ids[0], ids[3]]
    assert my.customers.replace_many(found) == at_once.Changed(2, 0)
    assert named(my, ids) == ["a b", "A", "B zz", "C a b"]


def test_a_rule_of_the_kind_refuses_as_in_one_edit(two: Office) -> None:
    my = two.at()
    lost = [a_deal(my, deal_name="Lost"), a_deal(my, deal_name="Too")]
    for id_ in lost:
        my.deals.move(id_, "closed_lost", "prospect", reason="Price, other")
    found = my.deals.replaceable(lost, Replacing("Price, ", ""))
    assert found.count == 0
    assert {one.sentence for one in found.refused} == {"Reason lost: add to 'Other' what it was."}
    my.activities.log("note", title="Stage note", deal_id=lost[0])
    found = my.activities.replaceable(All(Query(), my.activities.count()), Replacing("stage", "Step"))
    assert found.count == 1
    assert found.refused, "what the product wrote itself stays"


def test_what_was_changed_since_it_was_shown_is_not_overwritten(two: Office) -> None:
    my, colleague = two.at(), two.at(0, "admin")
    ids = firms(my, *({"name": f"Firm {n} Ltd", "city": "Ltd"} for n in range(6)))
    found = my.customers.replaceable(everything(my), Replacing("Ltd", "Inc", ("name",)))
    assert found.count == 6
    colleague.customers.change(
        [
            Edit(ids[0], {"name": ("Firm 0 Ltd", "Theirs Ltd")}),
            Edit(ids[1], {"name": ("Firm 1 Ltd", "Theirs")}),
            Edit(ids[2], {"city": ("Ltd", "Graz")}),  # a value that was not shown
        ]
    )
    colleague.customers.archive(ids[3:4])
    with_new = firms(colleague, {"name": "New Ltd"})
    made = my.customers.replace_many(found)
    assert made.count == 3
    refused = {one.id: one.sentence for one in made.refused}
    assert refused.keys() == {ids[0], ids[1], ids[3]}
    assert refused[ids[0]] == refused[ids[1]] == replacing.SINCE
    assert "archived meanwhile" in refused[ids[3]]
    assert named(my, [*ids, *with_new]) == [
        "Theirs Ltd", "Theirs", "Firm 2 Inc", "Firm 3 Ltd", "Firm 4 Inc", "Firm 5 Inc", "New Ltd",
    ]  # fmt: skip
    assert my.customers.get(ids[2])["city"] == "Graz"


def test_one_that_would_hold_the_text_anew_in_another_column_was_not_shown_so(two: Office) -> None:
    my = two.at()
    (id_,) = firms(my, {"name": "A Ltd"})
    found = my.customers.replaceable([id_], Replacing("Ltd", "Inc"))
    two.at(0, "admin").customers.change([Edit(id_, {"city": (None, "Ltd")})])
    assert [one.sentence for one in my.customers.replace_many(found).refused] == [replacing.SINCE]
    assert named(my, [id_]) == ["A Ltd"]


def test_one_spelling_for_all_leaves_those_that_have_it(two: Office) -> None:
    my = two.at()
    ids = firms(my, {"name": "ACME"}, {"name": "Acme"}, {"name": "acme"})
    found = my.customers.replaceable(ids, Replacing("acme", "Acme"))
    assert (found.count, found.same) == (2, 1)
    assert my.customers.replace_many(found).count == 2
    assert named(my, ids) == ["Acme"] * 3
    again = my.customers.replaceable(ids, Replacing("acme", "Acme"))
    assert (again.count, again.values, again.same) == (0, 0, 3)
    last = my.changes.page()[0][0].id
    assert my.customers.replace_many(again).count == 0
    assert my.changes.page()[0][0].id == last, "nothing was done, so there is no act"


def test_the_same_act_again_does_nothing_and_says_what_it_did(two: Office) -> None:
    my = two.at()
    ids = firms(my, {"name": "aa"})
    found = my.customers.replaceable(ids, Replacing("a", "aa"))
    for _ in range(2):
        assert my.customers.replace_many(found, act_id="once").count == 1
    assert named(my, ids) == ["aaaa"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Replacing("", "x"), "Say the text to look for."),
        (Replacing("\u0301", "x"), "Say the text to look for."),
        (Replacing("x" * 1_001, "x"), "At most 1,000 characters can be looked for or put in."),
        (Replacing("x", "y" * 1_001), "At most 1,000 characters can be looked for or put in."),
        (Replacing("x", "x", exact=True), "Both texts are the same, so that nothing would change."),
        (Replacing("\ud800", "x"), "This text holds a broken character; type it again."),
        (Replacing("x", "\x00"), "This text holds a control character; remove it."),
        (Replacing("x", "y", ("status",)), "Status holds no text that can be replaced here."),
        (Replacing("x", "y", ("company_id",)), "Company id holds no text that can be replaced here."),
        (Replacing("x", "y", ("nothing",)), "Nothing holds no text that can be replaced here."),
        (Replacing(None, "y"), "Say the text to look for, and what shall stand there."),  # type: ignore[arg-type]
    ],
)
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_what_cannot_be_asked_for_is_said(two: Office, asked: Replacing, sentence: str) -> None:
    my = two.at()
    with pytest.raises(errors.Invalid) as refused:
        my.customers.replaceable(firms(my, {"name": "x"}), asked)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_more_than_there_may_be_are_refused(two: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    my = two.at()
    ids = firms(my, *({"name": "x"} for _ in range(3)))
    monkeypatch.setattr(at_once, "MOST", 2)
    monkeypatch.setattr(replacing, "MOST", 2)
    for which in (ids, everything(my)):
        with pytest.raises(errors.Invalid, match="At most 2 records"):
            my.customers.replaceable(which, Replacing("x", "y"))


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_who_may_not_change_many_may_not_look_either_and_what_is_asked_is_judged_after(two: Office) -> None:
    my = two.at()
    found = my.customers.replaceable(firms(my, {"name": "x"}), Replacing("x", "y"))
    for role in ("user", "sales_rep"):
        theirs = two.at(0, role).customers
        for call in (
            lambda theirs=theirs: theirs.replaceable([1], Replacing("", "")),
            lambda theirs=theirs: theirs.replace_many(found),
        ):
            with pytest.raises(errors.NotAllowed):
                call()
    # What was shown to one company says nothing to another.
    made = two.at(1).customers.replace_many(found)
    assert (made.count, [one.sentence for one in made.refused]) == (0, [at_once.GONE])
    assert [one.name for one in made.refused] == [""]


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_the_columns_are_those_of_text_that_can_be_edited(kind: str) -> None:
    declared = fields_of(CLASSES[kind].table)
    assert list(texts(declared)) == [
        name
        for name, field in declared.items()
        if field.edit
        and name != "currency"
        and field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
    ]


def test_a_field_of_the_companys_own_is_one_of_them_unless_it_is_hidden(two: Office) -> None:
    name = two.at(0, "admin").own_fields.add("customers", "Region", "text")
    my = own(two)
    (id_,) = firms(my, {"name": "A", name: "North East"})
    found = my.customers.replaceable([id_], Replacing("north", "South"))
    assert [(one.field, one.after) for one in found.first] == [(name, "South East")]
    assert my.customers.replace_many(found).count == 1
    assert my.customers.get(id_)[name] == "South East"
    two.at(0, "admin").own_fields.hide("customers", name)
    assert own(two).customers.replaceable([id_], Replacing("south", "x")).count == 0


@pytest.mark.slow
def test_twenty_rows_and_a_thousand_take_the_same_statements(two: Office) -> None:
    my, sent = two.at(), []
    for many in (20, 1_000):
        rows = [{"name": f"Firm {n} of {many}", "notes": "x"} for n in range(many)]
        for at in range(0, many, 500):
            firms(my, *rows[at : at + 500])
        with counted(two.store) as statements:
            found = my.customers.replaceable(everything(my), Replacing(f"of {many}", f"in {many}"))
            assert my.customers.replace_many(found).count == many
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 16, sent
