"""Fields of a company's own: every kind of them on every kind of record, by the verbs that all fields have."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Query, Workspace, errors
from crm_data.accounts.own_choices import MOST_CHOICES
from crm_data.accounts.own_fields import KINDS, TABLES
from crm_data.finding.listing import list_words
from crm_data.store.filters import Condition, Filter, Op
from crm_data.tables import Base, by_name
from crm_data.tables.fields import Kind, fields_of
from crm_data.tables.own_fields import read
from crm_data.tables.spare import spares
from tests.support.fields import CHOICES, one_of_each, own
from tests.support.office import Office
from tests.support.soak import one_quickly

SAID: dict[Kind, Any] = {
    Kind.TEXT: "  Ünder the bridge ",
    Kind.WHOLE: "1,200",
    Kind.NUMBER: "-1,234.500010",
    Kind.MONEY: "1,234.50",
    Kind.DAY: "2026-03-09",
    Kind.CHOICE: "silver, OR so",
    Kind.YES_NO: "yes",
}
KEPT: dict[Kind, Any] = {
    Kind.TEXT: "Ünder the bridge",
    Kind.WHOLE: 1200,
    Kind.NUMBER: Decimal("-1234.50001"),
    Kind.MONEY: Decimal("1234.50"),
    Kind.DAY: date(2026, 3, 9),
    Kind.CHOICE: "own_choice_2",
    Kind.YES_NO: True,
}
WRONG: dict[Kind, Any] = {
    Kind.TEXT: "x" * 256,
    Kind.WHOLE: "2,147,483,648",
    Kind.NUMBER: "0.0000001",
    Kind.MONEY: "-1",
    Kind.DAY: "2026-02-30",
    Kind.CHOICE: "Lead",
    Kind.YES_NO: "perhaps",
    Kind.MEMBER: 2_000_000_000,
}


def made(my: Workspace, table: str, **values: Any) -> int:
    """A record of a kind with what it needs."""
    title = my.records(table).title
    needed: dict[str, Any] = {title: "Record"}
    if table == "deals":
        needed |= {"deal_value": "10", "customer_id": my.customers.add({"name": "Firm"})}
    return my.records(table).add({**needed, **values})


def test_a_company_may_add_to_every_kind_that_people_keep() -> None:
    assert set(TABLES) == {"customers", "leads", "deals", "tasks"}
    for table in TABLES:
        spare = [c.name for c in Base.metadata.tables[table].columns if c.name.startswith("own_")]
        assert spare == [name for kind in KINDS if kind is not Kind.CHOICE for name in spares(kind)]
        assert not set(spare) & set(fields_of(by_name(table)))


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_every_kind_is_written_read_undone_and_told(two: Office, table: str) -> None:
    names = one_of_each(two, table)
    my, me = own(two), two.people[0]["sales_rep"]
    said = {names[kind]: value for kind, value in {**SAID, Kind.MEMBER: me}.items()}
    kept = {names[kind]: value for kind, value in {**KEPT, Kind.MEMBER: me}.items()}
    id_ = made(my, table, **said)
    row = my.records(table).get(id_)
    assert {name: row[name] for name in kept} == kept

    blank = {kind: False if kind is Kind.YES_NO else None for kind in KINDS}
    for kind, name in names.items():
        act = f"clearing {kind}"
        assert my.records(table).change([Edit(id_, {name: (kept[name], "")})], act) == 1
        assert my.records(table).get(id_)[name] == blank[kind], kind
        with pytest.raises(errors.Conflict):
            my.records(table).change([Edit(id_, {name: (kept[name], said[name])})])
        (newest, *_) = my.records(table).history(id_)
        assert (newest.field, newest.after) == (name, blank[kind])
        (done, *_) = my.changes.page()[0]
        assert done.title.endswith(f": Our {KINDS[kind].lower()}")
        my.changes.undo(done.id)
        assert my.records(table).get(id_)[name] == kept[name], kind
        with pytest.raises(errors.Invalid) as refused:
            my.records(table).change([Edit(id_, {name: (kept[name], WRONG[kind])})])
        assert str(refused.value).startswith(f"Our {KINDS[kind].lower()}")
    assert {name: my.records(table).get(id_)[name] for name in kept} == kept


@pytest.mark.parametrize("table", one_quickly(TABLES))
def test_every_kind_is_filtered_and_sorted_by(two: Office, table: str) -> None:
    names = one_of_each(two, table)
    my, me = own(two), two.people[0]["sales_rep"]
    said = {names[kind]: value for kind, value in {**SAID, Kind.MEMBER: me}.items()}
    full, empty = made(my, table, **said), made(my, table, **{names[Kind.MEMBER]: None})
    asked = {
        Kind.TEXT: Condition(names[Kind.TEXT], Op.HAS, ("THE bridge",)),
        Kind.WHOLE: Condition(names[Kind.WHOLE], Op.BETWEEN, (1000, 1200)),
        Kind.MONEY: Condition(names[Kind.MONEY], Op.IS, (Decimal("1234.50"),)),
        Kind.NUMBER: Condition(names[Kind.NUMBER], Op.AT_MOST, (Decimal("-1234.50001"),)),
        Kind.DAY: Condition(names[Kind.DAY], Op.LESS, (date(2026, 3, 10),)),
        Kind.CHOICE: Condition(names[Kind.CHOICE], Op.ANY, ("own_choice_2",)),
        Kind.YES_NO: Condition(names[Kind.YES_NO], Op.IS, (True,)),
        Kind.MEMBER: Condition(names[Kind.MEMBER], Op.ANY, (me,)),
    }
    records = my.records(table)
    for kind, condition in asked.items():
        query = records.query(records.params(Query(filter=Filter((condition,)))))
        assert [row["id"] for row in records.page(query).rows] == [full], kind
        if kind is not Kind.YES_NO:
            nothing = Query(filter=Filter((Condition(names[kind], Op.EMPTY),)))
            assert {empty, full} & set(records.ids(nothing, 10)) == {empty}
    assert records.ids(records.query({"q": "THE bridge"}), 10) == [full]
    for kind in KINDS:
        for down in (True, False):
            query = records.query(records.params(Query(sort=names[kind], descending=down)))
            order = [row["id"] for row in records.window(query, 0, 10).rows]
            first, second = (full, empty) if down == (kind is not Kind.DAY) else (empty, full)
            assert order.index(first) < order.index(second), (kind, down)
    for kind in (Kind.TEXT, Kind.CHOICE, Kind.YES_NO, Kind.MEMBER, Kind.DAY):
        groups = records.groups(Query(), [names[kind]])
        assert sum(group.count for group in groups) == records.count(Query())
        for group in groups:
            within = records.group(Query(), [names[kind]], group.values)
            assert records.count(within) == group.count, (kind, group)


def test_nobody_else_has_them(two: Office) -> None:
    names = one_of_each(two)
    other = own(two, company=1)
    assert other.customers.fields is fields_of(by_name("customers"))
    with pytest.raises(errors.Invalid):
        other.customers.add({"name": "Firm", names[Kind.TEXT]: "x"})
    with pytest.raises(errors.Invalid):
        other.customers.query({"filter": f'[["{names[Kind.TEXT]}","has","x"]]'})
    assert other.own_fields.get().of("customers") == ()
    assert two.at(1, "admin").own_fields.add("customers", "Theirs", "text") == names[Kind.TEXT]
    assert own(two).customers.fields[names[Kind.TEXT]].label == "Our text"


def test_nobody_of_another_company_is_named_whoever_writes(two: Office) -> None:
    name, my = one_of_each(two)[Kind.MEMBER], own(two)
    id_ = made(my, "customers")
    stranger = two.people[1]["manager"]
    with pytest.raises(errors.Invalid, match="Our person: there is no such choice here"):
        my.customers.change([Edit(id_, {name: (None, stranger)})])
    with pytest.raises(errors.CrmError):
        _write_past_all_checks(two, id_, name, stranger)
    assert my.customers.get(id_)[name] is None


def _write_past_all_checks(two: Office, id_: int, name: str, value: Any) -> None:
    """As a fault of the application might: the keys of the database are all that refuses."""
    with two.store.write(two.scope()) as session:
        setattr(session.get(by_name("customers"), id_), name, value)


@pytest.mark.parametrize("table", TABLES)
def test_a_text_is_found_by_those_who_have_the_field_until_it_is_hidden(two: Office, table: str) -> None:
    names = one_of_each(two, table)
    id_ = made(own(two), table, **{names[Kind.TEXT]: "Zébra crossing", names[Kind.CHOICE]: "Gold"})
    for _ in ("just written", "listed"):
        (hit,) = [hit for group in own(two).find("zebra cross").groups for hit in group.hits]
        assert (hit.table, hit.id, hit.label) == (table, id_, "Our text")
        assert hit.beside
        assert hit.beside.marks
        assert not own(two).find("own choice").groups
        assert not own(two, company=1).find("zebra").groups
        list_words(two.store)
    two.at(0, "admin").own_fields.hide(table, names[Kind.TEXT])
    assert not own(two).find("zebra").groups


@pytest.mark.parametrize("role", ["user", "sales_rep", "manager"])
def test_only_admins_add_and_change_them(two: Office, role: str) -> None:
    name = two.at(0, "admin").own_fields.add("tasks", "Ours", "text")
    mine = two.at(0, role).own_fields
    for act in (
        lambda: mine.add("tasks", "Mine", "text"),
        lambda: mine.change("tasks", name, {"label": ("Ours", "Mine")}),
        lambda: mine.order("tasks", [name]),
        lambda: mine.hide("tasks", name),
    ):
        with pytest.raises(errors.NotAllowed):
            act()
    assert [one.label for one in mine.get().of("tasks")] == ["Ours"]


@pytest.mark.parametrize(
    ("label", "kind", "choices"),
    [
        ("", "text", ()),
        ("!", "text", ()),
        ("x" * 51, "text", ()),
        ("e-MAIL", "text", ()),
        ("Owner id", "text", ()),
        ("Foyer", "text", ()),
        ("Ours", "day", ()),
        ("Ours id", "text", ()),
        ("Mine", "json", ()),
        ("Mine", "choice", ()),
        ("Mine", "text", ("A", "B")),
        ("Mine", "choice", ("A", "a")),
        ("Mine", "choice", ("A", "★")),
        ("Mine", "choice", ("Own choice 1",)),
        ("Mine", "choice", [str(number) for number in range(MOST_CHOICES + 1)]),
        ("Mine", "choice", ("x" * 61,)),
    ],
)
def test_what_cannot_be_a_field_is_refused_in_words(two: Office, label: str, kind: str, choices: Any) -> None:
    mine = two.at(0, "admin").own_fields
    mine.add("customers", "Ours", "member")
    with pytest.raises(errors.Invalid) as refused:
        mine.add("customers", label, kind, choices=choices)
    assert str(refused.value).endswith(".")
    assert [one.label for one in mine.get().of("customers")] == ["Ours"]


def test_there_is_an_end_to_them_and_what_was_taken_stays_taken(two: Office) -> None:
    mine = two.at(0, "admin").own_fields
    names = [mine.add("leads", f"Day {number}", "day") for number in range(len(spares(Kind.DAY)))]
    mine.hide("leads", names[0])
    with pytest.raises(errors.Invalid, match="Leads have 6 fields of this kind, hidden ones too"):
        mine.add("leads", "One more", "day")
    assert mine.add("leads", "One more", "text") == spares(Kind.TEXT)[0]
    assert mine.add("deals", "Day", "day") == names[0]


def test_choices_may_differ_by_a_sign_alone(two: Office) -> None:
    name = two.at(0, "admin").own_fields.add("customers", "Rating", "choice", choices=("A+", "A", "A-", "B"))
    records = own(two).customers
    for n, said in enumerate(("a+", "A", "A–", "b!"), 1):
        assert records.get(made(own(two), "customers", **{name: said}))[name] == f"own_choice_{n}"
    assert records.fields[name].choice_labels()["own_choice_3"] == "A-"
    with pytest.raises(errors.Invalid, match="that may be"):
        made(own(two), "customers", **{name: "A*"})


def test_a_choice_is_called_otherwise_and_none_that_is_used_is_taken_away(two: Office) -> None:
    admin = two.at(0, "admin").own_fields
    name = admin.add("customers", "Class", "choice", choices=CHOICES)
    id_ = made(own(two), "customers", **{name: "!bronze"})
    (held,) = admin.get().of("customers")
    (gold, silver, bronze) = held.choices
    assert admin.change(
        "customers", name, {"choices": (held.choices, ((gold[0], "Best"), silver, bronze, ("", "New")))}
    )
    assert own(two).customers.fields[name].choice_labels() == {
        gold[0]: "Best", silver[0]: silver[1], bronze[0]: bronze[1], "own_choice_4": "New"
    }  # fmt: skip
    (held,) = admin.get().of("customers")
    without = tuple(choice for choice in held.choices if choice != bronze)
    with pytest.raises(errors.Invalid, match="!Bronze: one customer has it"):
        admin.change("customers", name, {"choices": (held.choices, without)})
    with pytest.raises(errors.Conflict):
        admin.change("customers", name, {"choices": ((gold,), without)})
    own(two).customers.change([Edit(id_, {name: (bronze[0], "Best")})], "to the best")
    assert admin.change("customers", name, {"choices": (held.choices, without)})
    my = own(two)
    done = next(done for done in my.changes.page()[0] if done.act_id == "to the best")
    my.changes.undo(done.id)  # which has it once more; it is named, and offered to nobody
    assert my.customers.get(id_)[name] == bronze[0]
    field = my.customers.fields[name]
    assert field.words_for(bronze[0]) == "!Bronze"
    assert bronze[0] not in field.choice_labels()


def test_a_hidden_field_is_offered_nowhere_and_keeps_what_it_held(two: Office) -> None:
    admin = two.at(0, "admin").own_fields
    name = admin.add("customers", "Ours", "text", "Secrets")
    id_ = made(own(two), "customers", **{name: "kept"})
    admin.hide("customers", name)
    my = own(two)
    field = my.customers.fields[name]
    offered = (field.form, field.edit, field.imports, field.export, field.grid, field.filter, field.search)
    assert field.hidden
    assert not any(offered)
    with pytest.raises(errors.Invalid):
        my.customers.change([Edit(id_, {name: ("kept", "lost")})])
    my.customers.change([Edit(id_, {"name": ("Record", "Other")})])
    admin.hide("customers", name, False)
    assert own(two).customers.get(id_)[name] == "kept"
    assert own(two).customers.fields[name].section == "Secrets"


ASKED = {
    Kind.TEXT: "THE bridge",
    Kind.WHOLE: "1000..1200",
    Kind.MONEY: "1234.50..",
    Kind.DAY: "..2026-03-10",
    Kind.CHOICE: "own_choice_2",
    Kind.YES_NO: "yes",
    Kind.MEMBER: "1",
}


@pytest.mark.parametrize("table", TABLES)
def test_a_list_that_asks_a_field_means_the_same_when_it_is_hidden(two: Office, table: str) -> None:
    """A view, a chart and a link would show everything, as if it were what was asked for."""
    names = one_of_each(two, table)
    full, empty = made(own(two), table, **{names[k]: v for k, v in SAID.items()}), made(own(two), table)
    for kind, said in ASKED.items():
        asked = {names[kind]: str(two.people[0]["sales_rep"]) if kind is Kind.MEMBER else said}
        before = own(two).records(table)
        kept, counted = before.params(before.query(asked)), before.count(before.query(asked))
        two.at(0, "admin").own_fields.hide(table, names[kind])
        after = own(two).records(table)
        assert counted == 1 or kind is Kind.MEMBER, kind
        assert after.count(after.query(kept)) == counted, kind
        assert after.params(after.query(kept)) == kept, kind
        assert {full, empty} <= set(after.ids(Query(), 10))


@pytest.mark.parametrize("table", TABLES)
def test_no_row_whoever_wrote_it_makes_a_field_of_another_column(table: str) -> None:
    """A company may come from a file that somebody else has made."""
    said = {"label": "Ours"}
    for column in Base.metadata.tables[table].columns:
        for kind in (*Kind, "nonsense", None, 1):
            own = read({table: [{**said, "name": column.name, "kind": kind}]}).of(table)
            fits = kind in KINDS and column.name in spares(Kind(kind))
            assert [one.name for one in own] == ([column.name] if fits else []), (column.name, kind)
    good = {**said, "name": "own_text_1", "kind": "choice", "choices": [["own_choice_1", "A"]]}
    for odd in (
        {"evil": 1},
        {"choices": 5},
        {"choices": ["abc"]},
        {"label": ""},
        {"name": ["x"]},
        {"kind": ["text"]},
    ):
        assert read({table: [{**good, **odd}, good, 5, None, "x"]}).of(table) == read({table: [good]}).of(
            table
        )
    for odd in ([good], "x", {table: "x"}, {table: {"name": "x"}}, {table: None}):
        assert read(odd).of(table) == ()


def test_they_stand_in_the_order_that_is_said_and_each_act_in_the_log(two: Office) -> None:
    admin = two.at(0, "admin").own_fields
    names = [admin.add("tasks", label, "text") for label in ("One", "Two", "Three")]
    admin.order("tasks", [names[2], names[0], names[1]])
    assert [f.label for f in list(own(two).tasks.fields.values())[-3:]] == ["Three", "One", "Two"]
    with pytest.raises(errors.Invalid):
        admin.order("tasks", names[:2])
    assert not admin.change("tasks", names[0], {"label": ("One", "One ")})
    assert admin.change("tasks", names[0], {"label": ("One", "First"), "section": ("", "Head")})
    with pytest.raises(errors.Conflict):
        admin.change("tasks", names[0], {"label": ("One", "Last")})
    with pytest.raises(errors.NotFound):
        admin.hide("tasks", "title")
    titles = [done.title for done in two.at(0, "admin").changes.page()[0]]
    assert titles == [
        "Changed the field One of tasks",
        "Changed the order of the fields of tasks",
        "Added the field Three to tasks",
        "Added the field Two to tasks",
        "Added the field One to tasks",
    ]


def test_they_are_read_with_who_is_there_and_cost_no_statement(two: Office) -> None:
    one_of_each(two)
    my = own(two)
    counted: list[str] = []
    engine = two.store.engines.read

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _count(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        counted.append(statement)

    try:
        my.customers.page()
        with_them = len(counted)
        counted.clear()
        two.at().customers.page()
        assert with_them == len(counted)
        assert all("own_" not in statement for statement in counted)
    finally:
        sa.event.remove(engine, "before_cursor_execute", _count)
