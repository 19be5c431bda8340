"""Undo of what was done with views for the company: whole, by whoever may publish; what stays says why."""

from datetime import date
from typing import Any

import pytest

from crm_data import Layout, Query, errors
from crm_data.nouns.goals import Wanted
from crm_data.store.filters import ME, Condition, Filter, Op
from dashboard.parts.audit_lines import told_lines
from tests.support.office import Office

MINE = Filter((Condition("created_by", Op.ANY, (ME,)),))
LAYOUT = Layout(("name",), ("city",), {"name": 200}, 1, (("name", True),), "tall")


def made(my: Any, name: str = "Ours", shared: bool = True) -> int:
    """A view of customers with a filter."""
    asks = my.customers.params(Query(filter=MINE, search="coffee"))
    return my.views.add(my.customers, name, asks, LAYOUT, shared)  # type: ignore[no-any-return]


def last(my: Any) -> int:
    """The act that was done last."""
    return my.changes.page()[0][0].id  # type: ignore[no-any-return]


def seen(my: Any, id_: int) -> tuple[Any, ...]:
    """All that a view says."""
    view = my.views.get(my.customers, id_)
    return view.name, dict(view.params), view.layout, view.shared, view.owner


CHANGES: dict[str, dict[str, Any]] = {
    "its name": {"name": "Other"},
    "its filter": {"params": {"q": "tea"}},
    "its columns": {"layout": Layout(("city",))},
    "whose it is": {"shared": False},
    "all of it": {"name": "Other", "params": {}, "layout": Layout(), "shared": False},
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_put_back_and_done_again(two: Office, what: str) -> None:
    my = two.at(0, "manager")
    id_ = made(my)
    before = seen(my, id_)
    my.views.change(my.customers, id_, **CHANGES[what])
    after, act = seen(my, id_), last(my)
    assert after != before
    assert my.changes.preview(act).why == ""
    assert my.changes.undo(act) == []
    assert seen(my, id_) == before
    my.changes.undo(last(my))
    assert seen(my, id_) == after


def test_a_deleted_view_comes_back_whole_and_an_added_one_goes(two: Office) -> None:
    my, admin = two.at(0, "manager"), two.at(0, "admin")
    id_ = made(my)
    before, added = seen(my, id_), last(my)
    admin.views.remove(admin.customers, id_)
    assert admin.changes.undo(last(admin)) == []
    assert seen(my, id_) == before
    admin.changes.undo(last(admin))
    with pytest.raises(errors.NotFound):
        my.views.get(my.customers, id_)
    admin.changes.undo(last(admin))
    assert seen(my, id_) == before
    assert my.changes.undo(added) == []
    with pytest.raises(errors.NotFound):
        my.views.get(my.customers, id_)


def test_what_was_changed_since_stays_and_says_so(two: Office) -> None:
    my, admin = two.at(0, "manager"), two.at(0, "admin")
    id_ = made(my)
    added = last(my)
    my.views.change(my.customers, id_, name="Other", params={"q": "tea"})
    act = last(my)
    admin.views.change(admin.customers, id_, name="The admin's")
    left = my.changes.preview(act).left
    assert [(one.field, one.sentence, bool(one.who)) for one in left] == [
        ("name", "Name was changed since.", True)
    ]
    with pytest.raises(errors.ChangedSince):
        my.changes.undo(act)
    assert my.views.get(my.customers, id_).params == {"q": "tea"}
    my.changes.undo(act, rest=True)
    assert seen(my, id_)[:2] == ("The admin's", my.customers.params(Query(filter=MINE, search="coffee")))
    with pytest.raises(errors.ChangedSince, match="changed since"):
        my.changes.undo(added)
    admin.views.remove(admin.customers, id_)
    gone = last(admin)
    assert "deleted since" in admin.changes.preview(added).why
    made(my, "The admin's")
    with pytest.raises(errors.ChangedSince, match="another view of this name"):
        admin.changes.undo(gone)


def test_rights_are_those_of_today(two: Office) -> None:
    admin = two.at(0, "admin")
    id_ = made(admin)
    admin.views.change(admin.customers, id_, name="Other")
    act, manager = last(admin), two.at(0, "manager")
    assert "by admins" in manager.changes.preview(act).why
    with pytest.raises(errors.ChangedSince, match="by admins"):
        manager.changes.undo(act)
    with pytest.raises(errors.NotAllowed):
        two.at(0, "user").changes.undo(act)
    with pytest.raises(errors.NotFound):
        two.at(1, "admin").changes.undo(act)
    own = made(manager, "Once for all")
    manager.views.change(manager.customers, own, shared=False)
    with pytest.raises(errors.ChangedSince, match="by admins"):
        admin.changes.undo(last(manager))
    assert not manager.views.get(manager.customers, own).shared


def test_what_became_of_a_view_that_is_ones_own_again_is_told_to_nobody_else(two: Office) -> None:
    my, admin = two.at(0, "manager"), two.at(0, "admin")
    id_ = made(my)
    added = last(my)
    my.views.change(my.customers, id_, params={"q": "tea"})
    changed = last(my)
    my.views.change(my.customers, id_, shared=False)
    private = last(my)
    my.views.change(my.customers, id_, name="Whom to let go")
    for act in (added, changed, private):
        told = admin.changes.preview(act)
        assert told.why
        assert "let go" not in told.why
        assert {one.name for one in told.left} <= {"Ours", ""}
        with pytest.raises(errors.ChangedSince) as refused:
            admin.changes.undo(act)
        assert "let go" not in str(refused.value)
    assert "Whom to let go" in {one.name for one in my.changes.preview(added).left}


def test_an_undo_is_a_change_to_whoever_saw_the_view_before(two: Office) -> None:
    my = two.at(0, "manager")
    id_ = made(my)
    my.views.change(my.customers, id_, name="Other")
    seen_ = my.views.get(my.customers, id_).version
    my.changes.undo(last(my))
    with pytest.raises(errors.Invalid):
        my.views.change(my.customers, id_, name="Third", version=seen_)


def test_going_back_leaves_views_as_they_are(two: Office) -> None:
    my, admin = two.at(0, "manager"), two.at(0, "admin")
    kept, gone = made(my), made(my, "Gone")
    first = my.changes.page()[0][0].id + 1
    admin.customers.add({"name": "Firm"})
    my.views.remove(my.customers, gone)
    my.views.change(my.customers, kept, name="Other")
    admin.changes.go_back(first, last(admin))
    assert admin.customers.choices("Firm") == {}
    assert my.views.get(my.customers, kept).name == "Other"
    with pytest.raises(errors.NotFound):
        my.views.get(my.customers, gone)


def test_the_lines_of_what_is_no_record_are_in_words(two: Office) -> None:
    my = two.at(0, "manager")
    my.views.remove(my.customers, made(my))
    shown = my.changes.lines(last(my))
    said = {line["What"]: line["Was"] for line in told_lines(my, shown.lines, shown.names)}
    me = my.members()[my.scope.user_id]
    assert (said["Taken away: Owner"], said["Taken away: For the company"]) == (me, "Yes")
    my.goals.set([Wanted(my.scope.user_id, date(2026, 3, 1), 1, None, "2000")])
    shown = my.changes.lines(last(my))
    told = {line["What"]: line["Is"] for line in told_lines(my, shown.lines, shown.names)}
    assert told["Added: Person"] == me
