"""Saved views: one's own and nobody else's, for the company by managers; a view grants nothing; rights at use."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Chosen, Layout, Query, View, Workspace, errors
from crm_data.accounts.views import MOST_PINNED, MOST_VIEWS
from crm_data.rights import ROLES
from crm_data.store.filters import ME, Condition, Filter, Op
from crm_data.tables import ChangeLog, Membership, SavedView
from tests.support.chance import dice
from tests.support.office import Office, office
from tests.support.soak import size
from tests.support.statements import counted

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
MINE = Filter((Condition("created_by", Op.ANY, (ME,)),))


@pytest.fixture(scope="module", params=ENGINES)
def two(request: pytest.FixtureRequest, new_database: Any) -> Iterator[Office]:
    made = office(new_database(request.param).url)
    yield made
    made.store.close()


@pytest.fixture(autouse=True)
def _none_left(two: Office) -> Iterator[None]:
    yield
    with two.store.system("the next test's turn") as session:
        session.execute(sa.delete(SavedView))


def asks(my: Workspace, kind: str = "customers", **more: Any) -> dict[str, str]:
    records = my.records(kind)
    return records.params(Query(filter=MINE, search="coffee", **more))


def names(my: Workspace, kind: str = "customers") -> list[str]:
    return [view.name for view in my.views.all(my.records(kind))[0]]


@pytest.mark.parametrize("kind", Workspace.kinds)
def test_what_is_kept_is_found_again(two: Office, kind: str) -> None:
    my = two.at(0, "user")
    records = my.records(kind)
    sort = next(name for name, field in records.fields.items() if field.sort)
    params = asks(my, kind, sort=sort, descending=False, archived=True)
    layout = Layout(tuple(records.fields), ("source",), {"source": 200}, 2, ((sort, True),), "tall")
    id_ = my.views.add(records, " Öl ", params, layout)
    view = my.views.get(records, id_)
    assert view == View(id_, "Öl", params, layout, False, my.scope.user_id, True, True, 1)  # type: ignore[arg-type]
    assert records.query(view.params).filter == MINE
    with counted(two.store) as said:
        assert my.views.all(records) == ([view], Chosen())
    assert len(said) == 1
    elsewhere = next(other for other in Workspace.kinds if other != kind)
    with pytest.raises(errors.NotFound):
        my.views.get(my.records(elsewhere), id_)


def test_one_of_ones_own_is_there_for_nobody_else(two: Office) -> None:
    my = two.at(0, "manager")
    id_ = my.views.add(my.customers, "Own", asks(my), Layout())
    for company, role in ((0, "admin"), (0, "user"), (1, "admin"), (1, "manager")):
        other = two.at(company, role)
        assert names(other) == []
        for act in (
            lambda other=other: other.views.get(other.customers, id_),
            lambda other=other: other.views.change(other.customers, id_, name="Theirs"),
            lambda other=other: other.views.change(other.customers, id_, shared=True),
            lambda other=other: other.views.remove(other.customers, id_),
        ):
            with pytest.raises(errors.NotFound) as refused:
                act()
            assert "view" in str(refused.value)
        other.views.choose(other.customers, Chosen((id_,), id_))
        assert other.views.all(other.customers) == ([], Chosen()), "what is pinned grants nothing"
    assert my.views.get(my.customers, id_).name == "Own"


@pytest.mark.parametrize("role", ROLES)
def test_one_for_the_company_is_opened_by_all_and_kept_by_managers(two: Office, role: str) -> None:
    my = two.at(0, role)
    if role in ("user", "sales_rep"):
        with pytest.raises(errors.NotAllowed):
            my.views.add(my.deals, "For all", {}, Layout(), shared=True)
        own = my.views.add(my.deals, "Own", {}, Layout())
        with pytest.raises(errors.NotAllowed):
            my.views.change(my.deals, own, shared=True)
        assert not my.views.get(my.deals, own).shared
        return
    id_ = my.views.add(my.deals, "For all", asks(my, "deals"), Layout(), shared=True)
    for other_role in ROLES:
        other = two.at(0, other_role)
        view = other.views.get(other.deals, id_)
        assert view.params == asks(my, "deals"), "me is whoever looks, as it is said"
        assert view.may_change == (other_role in (role, "admin"))
        if not view.may_change:
            with pytest.raises(errors.NotAllowed):
                other.views.change(other.deals, id_, name="Other")
            with pytest.raises(errors.NotAllowed):
                other.views.remove(other.deals, id_)
    assert names(two.at(1, "admin"), "deals") == []
    two.at(0, "admin").views.change(my.deals, id_, name="The admin's words")
    assert my.views.get(my.deals, id_).name == "The admin's words"
    with two.store.read(two.scope(0)) as session:
        wanted = sa.select(ChangeLog.action, ChangeLog.user_id).where(ChangeLog.table_name == "views")
        told = session.execute(wanted.order_by(ChangeLog.id.desc()).limit(2)).all()
    people = two.people[0]
    assert [tuple(line) for line in told] == [("change", people["admin"]), ("add", people[role])]


def test_rights_are_asked_at_use(two: Office) -> None:
    my = two.at(0, "manager")
    id_ = my.views.add(my.leads, "Published", {}, Layout(), shared=True)
    own = my.views.add(my.leads, "Own", {}, Layout())
    demoted = Workspace(two.store, type(my.scope)(my.scope.company_id, my.scope.user_id, "sales_rep"))
    assert demoted.views.get(demoted.leads, id_).mine
    assert not demoted.views.get(demoted.leads, id_).may_change
    for act in (
        lambda: demoted.views.change(demoted.leads, id_, name="Still mine"),
        lambda: demoted.views.change(demoted.leads, id_, shared=False),
        lambda: demoted.views.remove(demoted.leads, id_),
    ):
        with pytest.raises(errors.NotAllowed):
            act()
    demoted.views.change(demoted.leads, own, name="Mine as ever")
    assert set(names(demoted, "leads")) == {"Published", "Mine as ever"}


def test_a_view_goes_with_the_membership_and_is_refused_twice(two: Office) -> None:
    my = two.at(0, "user")
    id_ = my.views.add(my.tasks, "Once", {}, Layout())
    with pytest.raises(errors.Invalid, match="already"):
        my.views.add(my.tasks, "Once", {}, Layout())
    view = my.views.get(my.tasks, id_)
    my.views.change(my.tasks, id_, params=asks(my, "tasks"), version=view.version)
    with pytest.raises(errors.Invalid, match="meanwhile"):
        my.views.change(my.tasks, id_, params={}, version=view.version)
    assert my.views.get(my.tasks, id_).params == asks(my, "tasks")
    with two.store.system("somebody is gone for good") as session:
        session.execute(sa.delete(Membership).where(Membership.user_id == my.scope.user_id))
        assert session.scalar(sa.select(sa.func.count()).select_from(SavedView)) == 0
        session.add(Membership(company_id=two.companies[0], user_id=my.scope.user_id, role="user"))


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("", {}),
        ("x" * 61, {}),
        ("a\x00", {}),
        ("Bad", {"filter": "{"}),
        ("Bad", {"sort": "password_hash"}),
        ("Bad", {"preset": "nothing"}),
        ("Bad", {"filter": '[["company_id","is",2]]'}),
    ],
)
def test_what_no_list_can_show_is_not_kept(two: Office, name: str, params: dict[str, str]) -> None:
    my = two.at()
    with pytest.raises(errors.Invalid):
        my.views.add(my.customers, name, params, Layout())
    assert names(my) == []


def test_what_one_pins_is_ones_own_and_bounded(two: Office) -> None:
    my, other = two.at(0, "manager"), two.at(0, "user")
    ids = [
        my.views.add(my.customers, f"V{at}", {}, Layout(), shared=at == 0) for at in range(MOST_PINNED + 1)
    ]
    my.views.choose(my.customers, Chosen((ids[2], ids[0]), ids[1]))
    assert my.views.all(my.customers)[1] == Chosen((ids[2], ids[0]), ids[1])
    assert other.views.all(other.customers)[1] == Chosen()
    assert my.views.all(my.deals)[1] == Chosen()
    with pytest.raises(errors.Invalid):
        my.views.choose(my.customers, Chosen(tuple(ids)))
    my.views.remove(my.customers, ids[1])
    assert my.views.all(my.customers)[1] == Chosen((ids[2], ids[0]), None)
    for at in range(MOST_VIEWS - MOST_PINNED):
        my.views.add(my.customers, f"More {at}", {}, Layout())
    with pytest.raises(errors.Invalid, match="At most"):
        my.views.add(my.customers, "One more", {}, Layout())


@pytest.mark.slow
def test_random_acts_of_many_are_what_a_plain_model_says(two: Office) -> None:
    chance, kept = dice("views"), {}  # type: ignore[var-annotated]
    people = [(company, role) for company in (0, 1) for role in ROLES]
    for _ in range(size(60, 2_000)):
        who = chance.choice(people)
        my = two.at(*who)
        manages, admin = who[1] in ("manager", "admin"), who[1] == "admin"
        act, shared = chance.choice(["add", "name", "share", "remove"]), chance.random() < 0.5
        name = f"{chance.randrange(12)}"
        id_ = chance.choice([*kept, 1, 0])
        row = kept.get(id_)
        seen = row is not None and row["company"] == who[0] and (row["who"] == who or row["shared"])
        theirs = [
            each["name"] for each in kept.values() if each["who"] == (row["who"] if row and seen else who)
        ]
        try:
            if act == "add":
                made = my.views.add(my.deals, name, {}, Layout(), shared)
                assert manages or not shared
                assert name not in [v["name"] for v in kept.values() if v["who"] == who]
                kept[made] = {"company": who[0], "who": who, "name": name, "shared": shared}
                continue
            if act == "name":
                my.views.change(my.deals, id_, name=name)
                assert name == row["name"] or name not in theirs
            elif act == "share":
                my.views.change(my.deals, id_, shared=shared)
            else:
                my.views.remove(my.deals, id_)
            assert seen
            may = row["who"] == who and (manages or not (row["shared"] or (act == "share" and shared)))
            assert may or (admin and row["shared"])
            if act == "remove":
                del kept[id_]
            else:
                row.update({"name": name} if act == "name" else {"shared": shared})
        except errors.NotFound:
            assert not seen
        except errors.NotAllowed:
            assert not admin or (row and row["who"] != who and not row["shared"])
        except errors.Invalid:
            assert name in (
                theirs if act == "name" else [v["name"] for v in kept.values() if v["who"] == who]
            )
        if chance.random() < 0.7:
            continue
        for other in people:
            mine = two.at(*other)
            wanted = {
                i for i, v in kept.items() if v["company"] == other[0] and (v["who"] == other or v["shared"])
            }
            assert {view.id for view in mine.views.all(mine.deals)[0]} == wanted
    assert asdict(Layout()) == asdict(
        my.views.get(my.deals, my.views.add(my.deals, "last", {}, Layout())).layout
    )
