"""The generic verbs: paging, filters, adding, saving together, archiving; on both engines."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
import sqlalchemy as sa

from crm_data import Edit, Given, Query, Way, Workspace, errors
from crm_data.store.ordering import directed, keys
from crm_data.tables.fields import Kind
from tests.support.office import Office, office


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    made = office(database_url)
    yield made
    made.store.close()


def fill(two: Office, number: int, company: int = 0) -> list[int]:
    customers = two.at(company).customers
    return [customers.add({"name": f"Firm {at:03d}", "credit_limit": f"{at}.10"}) for at in range(number)]


@pytest.mark.slow
def test_pages_forward_and_back_show_every_row_once(two: Office) -> None:
    made = fill(two, 23)
    fill(two, 5, company=1)
    customers = two.at().customers
    query = Query(sort="name", descending=False, size=10)
    first = customers.page(query)
    assert (first.total, first.start, first.previous) == (23, 1, None)
    second = customers.page(Query(sort="name", descending=False, size=10, after=first.next))
    third = customers.page(Query(sort="name", descending=False, size=10, after=second.next))
    assert [row["id"] for page in (first, second, third) for row in page.rows] == made
    assert (third.start, third.next) == (21, None)
    back = customers.page(Query(sort="name", descending=False, size=10, before=third.previous))
    assert (back.rows, back.start) == (second.rows, 11)
    last = customers.page(Query(sort="name", descending=False, size=10, last=True))
    assert [row["id"] for row in last.rows] == made[-10:]
    assert last.start == 14


@pytest.mark.slow
@pytest.mark.parametrize("sort", ["name", "created_at", "updated_at"])
@pytest.mark.parametrize("descending", [True, False])
def test_every_sort_pages_through_ties(two: Office, sort: str, descending: bool) -> None:
    customers = two.at().customers
    made = {customers.add({"name": "Same name"}) for _ in range(7)}
    seen: list[int] = []
    query = Query(sort=sort, descending=descending, size=3)
    while True:
        page = customers.page(query)
        seen += [row["id"] for row in page.rows]
        if page.next is None:
            break
        query = Query(sort=sort, descending=descending, size=3, after=page.next)
    assert len(seen) == len(made)
    assert set(seen) == made


def test_search_finds_what_people_type(two: Office) -> None:
    customers = two.at().customers
    customers.add({"name": "100% Émile_Zola & Co", "phone": "+41 (44) 123-45-67", "email": "E@Zola.example"})
    customers.add({"name": "Other", "customer_code": "X-9"})
    for said in ("100%", "émile", "_zola", "e@zola", "44123", "044 12".replace("0", "", 1)):
        assert customers.page(Query(search=said)).total == 1, said
    assert customers.page(Query(search="x-9")).rows[0]["name"] == "Other"
    assert customers.page(Query(search="%")).total == 1
    assert customers.page(Query(search="' OR 1=1 --")).total == 0


def test_filters_come_back_from_the_url_they_make(two: Office) -> None:
    customers = two.at().customers
    me = two.people[0]["manager"]
    customers.add(
        {"name": "A", "status": "prospect", "credit_limit": "50", "assigned_to": me, "tags": ["vip"]}
    )
    customers.add({"name": "B", "tags": ["vip2"], "industry": "Retail"})
    for where in (
        {"status": ("prospect", "lost")},
        {"credit_limit": (Decimal("10.00"), None)},
        {"assigned_to": (me,)},
        {"tags": ("vip",)},
    ):
        query = Query(search="", where=where, sort="name", descending=False)
        again = customers.query(customers.params(query))
        assert again.where == where
        assert [row["name"] for row in customers.page(again).rows] == ["A"]
    assert customers.page(Query(where={"assigned_to": (None,)})).total == 1


@pytest.mark.parametrize(
    "params",
    [
        {"sort": "password_hash"},
        {"status": "unheard"},
        {"after": "bm9uc2Vuc2U"},
        {"after": "x" * 5000},
        {"credit_limit": "NaN..1"},
        {"assigned_to": "1;DROP TABLE"},
    ],
)
def test_a_url_that_cannot_be_read_is_one_sentence(two: Office, params: dict[str, str]) -> None:
    customers = two.at().customers
    with pytest.raises(errors.Invalid) as refusal:
        customers.page(customers.query(params))
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("id_", ["٣", "1e0", "-1", "0", "1;DROP TABLE", 2**63, None, True, "", 1.5, "9" * 40])
def test_ids_that_no_row_can_have_are_not_found(two: Office, id_: object) -> None:
    fill(two, 1)
    if id_ is True:
        with pytest.raises(errors.NotFound):
            two.at().customers.get(id_)
        return
    with pytest.raises(errors.NotFound):
        two.at().customers.get(id_)


def test_two_people_changing_different_fields_both_land(two: Office) -> None:
    (id_,) = fill(two, 1)
    mine, theirs = two.at(0, "manager").customers, two.at(0, "admin").customers
    assert theirs.change([Edit(id_, {"city": (None, "Oslo")})]) == 1
    assert mine.change([Edit(id_, {"name": ("Firm 000", "Renamed")})]) == 1
    row = mine.get(id_)
    assert (row["city"], row["name"], row["version"]) == ("Oslo", "Renamed", 3)


def test_a_conflict_saves_nothing_of_the_whole_save(two: Office) -> None:
    first, second = fill(two, 2)
    mine, theirs = two.at(0, "manager").customers, two.at(0, "admin").customers
    theirs.change([Edit(second, {"name": ("Firm 001", "Theirs")})])
    edits = [
        Edit(first, {"city": (None, "Bern")}),
        Edit(second, {"name": ("Firm 001", "Mine"), "phone": (None, "123")}),
    ]
    with pytest.raises(errors.Conflict) as conflict:
        mine.change(edits)
    (clash,) = conflict.value.clashes
    assert (clash.id, clash.field, clash.original, clash.mine, clash.theirs) == (
        second,
        "name",
        "Firm 001",
        "Mine",
        "Theirs",
    )
    assert mine.get(first)["city"] is None
    chosen = [edits[0], Edit(second, {"name": ("Theirs", "Mine"), "phone": (None, "123")})]
    assert mine.change(chosen) == 2


def test_a_row_that_stands_twice_in_a_save_is_refused(two: Office) -> None:
    my = two.at()
    id_ = my.customers.add({"name": "Firm"})
    twice = [Edit(id_, {"name": ("Firm", "A")}), Edit(id_, {"city": (None, "B")})]
    with pytest.raises(errors.Invalid, match="stands twice"):
        my.customers.change(twice)
    assert [my.customers.get(id_)[name] for name in ("name", "city")] == ["Firm", None]


def test_everything_wrong_is_told_at_once_and_nothing_is_kept(two: Office) -> None:
    customers = two.at().customers
    with pytest.raises(errors.Invalid) as refusal:
        customers.add({"name": " ", "email": "nonsense", "credit_limit": "1.005", "status": "gone"})
    assert {problem.field for problem in refusal.value.problems} == {
        "name",
        "email",
        "credit_limit",
        "status",
    }
    assert customers.count() == 0


@pytest.mark.parametrize("name", ["company_id", "id", "created_by", "version", "archived_at", "made_up"])
def test_columns_that_nobody_edits_are_refused(two: Office, name: str) -> None:
    (id_,) = fill(two, 1)
    with pytest.raises(errors.Invalid):
        two.at().customers.change([Edit(id_, {name: (None, 2)})])
    with pytest.raises(errors.Invalid):
        two.at().customers.add({"name": "X", name: 2})


def test_the_same_act_twice_makes_one_record(two: Office) -> None:
    customers = two.at().customers
    once = customers.add({"name": "Once"}, act_id="a" * 32)
    assert customers.add({"name": "Once"}, act_id="a" * 32) == once
    assert customers.count() == 1


@pytest.mark.slow
def test_archiving_keeps_and_restores(two: Office) -> None:
    one, other = fill(two, 2)
    customers = two.at().customers
    assert customers.archive([one]) == 1
    assert [row["id"] for row in customers.page().rows] == [other]
    assert [row["id"] for row in customers.page(Query(archived=True)).rows] == [one]
    with pytest.raises(errors.Invalid, match="archived meanwhile"):
        customers.change([Edit(one, {"city": (None, "Oslo")})])
    assert customers.restore([one, other]) == 1
    assert [change.action for change in customers.history(one)] == ["restore", "archive", "add"]


def test_history_tells_old_and_new_of_each_field(two: Office) -> None:
    (id_,) = fill(two, 1)
    customers = two.at().customers
    customers.change([Edit(id_, {"credit_limit": (Decimal("0.10"), "7.5"), "status": ("active", "lost")})])
    changes = {change.field: (change.before, change.after) for change in customers.history(id_)}
    assert changes["credit_limit"] == ("0.10", "7.50")
    assert changes["status"] == ("active", "lost")


def test_bulk_changes_follow_the_same_rules(two: Office) -> None:
    ids = fill(two, 3)
    assert two.at().customers.change_many(ids, Given(Way.SET, "status", "lost"), rest=False).count == 3
    with pytest.raises(errors.Invalid):
        two.at().customers.change_many(ids, Given(Way.SET, "status", "unheard"), rest=False)
    with pytest.raises(errors.NotAllowed):
        two.at(0, "sales_rep").customers.change_many(ids, Given(Way.SET, "status", "active"), rest=False)


def test_a_stranger_finds_and_changes_nothing(two: Office) -> None:
    (mine,) = fill(two, 1)
    (theirs,) = fill(two, 1, company=1)
    before = two.at(1).customers.get(theirs)
    customers = two.at(0, "admin").customers
    attempts = [
        lambda: customers.get(theirs),
        lambda: customers.history(theirs),
        lambda: customers.archive([mine, theirs]),
        lambda: customers.restore([theirs]),
        lambda: customers.change([Edit(mine, {"city": (None, "X")}), Edit(theirs, {"city": (None, "X")})]),
    ]
    for attempt in attempts:
        with pytest.raises(errors.NotFound) as refusal:
            attempt()
        assert str(refusal.value) == errors.NotFound.sentence
    with pytest.raises(errors.NotAll) as stayed:
        customers.change_many([mine, theirs], Given(Way.SET, "status", "lost"), rest=False)
    with pytest.raises(errors.NotAll) as never:
        customers.change_many([mine, 99_999], Given(Way.SET, "status", "lost"), rest=False)
    assert str(stayed.value) == str(never.value)
    with pytest.raises(errors.Invalid, match="no such choice here"):
        customers.change([Edit(mine, {"assigned_to": (None, two.people[1]["admin"])})])
    assert two.at(1).customers.get(theirs) == before
    assert customers.get(mine)["city"] is None


def test_work_is_given_to_nobody_who_left(two: Office) -> None:
    admin = two.at(0, "admin")
    id_ = admin.customers.add({"name": "Firm"})
    leaver = two.people[0]["sales_rep"]
    admin.people.end(leaver, close=True)
    with pytest.raises(errors.Invalid, match="no such choice here"):
        admin.customers.change([Edit(id_, {"assigned_to": (None, leaver)})])
    with pytest.raises(errors.Invalid, match="no such choice here"):
        admin.customers.add({"name": "Another", "assigned_to": leaver})


@pytest.mark.slow
def test_a_page_costs_three_statements(two: Office) -> None:
    from tests.support.statements import counted

    fill(two, 60)
    with counted(two.store) as statements:
        two.at().customers.page()
    assert len(statements) == 3, statements
    assert all("company_id" in statement for statement in statements)


def test_a_page_knows_who_works_there_now(two: Office) -> None:
    """The choices in a cell are of colleagues who are active; a name behind an id may be a former one's."""
    admin = two.at(0, "admin")
    leaver = two.at(0, "sales_rep").scope.user_id
    admin.people.end(leaver, hand_over_to=admin.scope.user_id, close=True)
    page = admin.customers.page()
    assert list(page.members.items()) == list(admin.members().items())
    assert leaver not in page.members
    assert leaver in page.names["assigned_to"]


@pytest.mark.parametrize("kind", list(Workspace.kinds))
def test_a_list_is_made_into_sql_once(two: Office, kind: str) -> None:
    """A statement that SQLAlchemy cannot know again is compiled for every page."""
    records = two.at().records(kind)
    sorts = [name for name, field in records.fields.items() if field.sortable]
    for query in (records.default_query(), *(Query(sort=name) for name in sorts)):
        by = directed(keys(records.table, records.fields, query))
        wanted = sa.select(records.table.id).where(*records.matching(query)).order_by(*by)  # type: ignore[attr-defined]
        assert wanted._generate_cache_key() is not None, query.sort


KEYS = (
    None,
    1,
    10**30,
    -1.5,
    True,
    "x",
    "\0",
    "\ud800",
    [1],
    {"a": 1},
    "2026-01-01",
    "2026-01-01T00:00:00",
    "NaN",
)


def forged(query: Query, kind: str, key: object, before: object = 1) -> str:
    said = json.dumps([query.sort, query.descending, [kind, key], 1, before])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


@pytest.mark.slow
def test_a_place_in_a_list_that_somebody_made_up_is_refused_or_is_one(two: Office) -> None:
    fill(two, 2)
    my = two.at()
    for records in (my.customers, my.leads, my.deals, my.tasks, my.activities):
        for sort in [name for name, field in records.fields.items() if field.sort]:
            query, refused = Query(sort=sort), 0
            for kind, key in product(("plain", "moment", "day", "money"), KEYS):
                try:
                    records.page(replace(query, after=forged(query, kind, key)))
                except errors.Invalid:
                    refused += 1
            assert refused > len(KEYS) * 2, f"{records.name} by {sort}"


@pytest.mark.parametrize("nested", ["[" * 1499, '["created_at",true,["plain","x"],1,Infinity]', "[]", "7"])
def test_a_place_that_is_none_at_all_is_refused(two: Office, nested: str) -> None:
    word = base64.urlsafe_b64encode(nested.encode()).decode()
    with pytest.raises(errors.Invalid):
        two.at().customers.page(Query(after=word))


@pytest.mark.slow
@pytest.mark.parametrize("said", ["!" * 5_000, ",".join(["none"] * 20_000), "!" + "1," * 40_000, "!!none"])
def test_an_address_that_asks_for_more_than_a_list_can_is_refused(two: Office, said: str) -> None:
    my = two.at()
    for records in (my.customers, my.leads, my.deals, my.tasks, my.activities):
        asked = [
            n
            for n, f in records.fields.items()
            if f.filter and f.kind in (Kind.MEMBER, Kind.LINK, Kind.CHOICE)
        ]
        assert asked
        for name in asked:
            with pytest.raises(errors.Invalid):
                records.query({name: said})
        with pytest.raises(errors.Invalid):
            records.query({"preset": ",".join([*records.presets, *records.behind][:1] * 2_000) or ",,"})
        for letter in "aé%1":
            with pytest.raises(errors.Invalid, match="shorter"):
                records.query({"q": letter * 60_000})
            assert records.page(records.query({"q": letter * 1_000})).total == 0
