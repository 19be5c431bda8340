"""Undo of what a company set for itself: its stages and its own fields, part by part; what stays says why."""

from typing import Any

import pytest

from crm_data import Edit, errors, new_act
from crm_data.accounts.stages import FIELDS
from crm_data.changes.sets import OF_PEOPLE
from crm_data.tables.deal import Stage
from tests.support.fields import own
from tests.support.office import Office

# A change of each thing that can be set of a stage; those of closed ones are fewer.
WISHES: dict[str, Any] = {
    "label": "Called otherwise", "probability": 42, "days": 77, "category": "omitted", "required": ("notes",),
}  # fmt: skip


def admin(two: Office, company: int = 0) -> Any:
    """An admin of a company, with its settings as they are now."""
    return two.at(company, "admin")


def last(my: Any) -> int:
    """The act that was done last."""
    return my.changes.page()[0][0].id  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", FIELDS)
def test_each_part_of_a_stage_is_put_back_and_done_again(two: Office, name: str) -> None:
    my, usual, act = admin(two), two.at().stages.get(), new_act()
    others = admin(two, 1).stages.get()
    held = getattr(usual.of("proposal"), name)
    my.stages.change({("proposal", name): (held, WISHES[name])}, act)
    changed = my.stages.get()
    assert changed != usual
    id_ = my.changes.find(act)
    assert my.changes.preview(id_).why == ""
    my.changes.undo(id_)
    assert my.stages.get() == usual
    assert "undone already" in my.changes.preview(id_).why
    assert my.changes.get(last(my)).title == "Undo: Changed the sales stages"
    my.changes.undo(last(my))
    assert my.stages.get() == changed
    my.changes.undo(last(my))
    assert my.stages.get() == usual
    assert admin(two, 1).stages.get() == others


def test_a_part_that_was_set_since_stays_and_the_rest_is_put_back(two: Office) -> None:
    my = admin(two)
    my.stages.change({("proposal", "days"): (10, 20), ("proposal", "probability"): (50, 60),
                      ("qualified", "label"): ("Qualified", "Checked")})  # fmt: skip
    first = last(my)
    my.stages.change({("proposal", "days"): (20, 30)})
    second = last(my)
    my.stages.change({("proposal", "days"): (30, 20)})  # it stands as the act left it, and somebody meant it
    third = last(my)
    found = my.changes.preview(first)
    assert [(one.sentence, bool(one.who)) for one in found.left] == [
        ("Proposal, days expected was changed since.", True)
    ]
    with pytest.raises(errors.ChangedSince):
        my.changes.undo(first)
    before = my.stages.get()
    assert before.of("proposal").probability == 60
    my.changes.undo(third)
    my.changes.undo(second)  # these two cancel each other out
    assert my.changes.preview(first).left == ()
    my.changes.undo(first)
    assert my.stages.get().kept() == {}


def test_a_name_that_another_stage_has_by_now_stays(two: Office) -> None:
    my = admin(two)
    my.stages.change({("proposal", "label"): ("Proposal", "Offer"), ("proposal", "days"): (10, 9)})
    first = last(my)
    my.stages.change(
        {("proposal", "label"): ("Offer", "Quote"), ("qualified", "label"): ("Qualified", "Offer")}
    )
    my.changes.undo(first, rest=True)
    now = my.stages.get()
    assert (now.label("proposal"), now.label("qualified"), now.of("proposal").days) == ("Quote", "Offer", 10)
    second = my.changes.page()[0][1].id
    my.stages.change({("qualified", "label"): ("Offer", "Asked")})
    assert [one.sentence for one in my.changes.preview(second).left] == ["Asked, name was changed since."]


def test_fields_are_hidden_renamed_chosen_and_ordered_back(two: Office) -> None:
    my, table = admin(two), "customers"
    region = my.own_fields.add(table, "Region", "text", "Where")
    added = last(my)
    size = my.own_fields.add(table, "Size", "choice", choices=("Small", "Large"))
    begun = my.own_fields.get()
    _, large = dict(begun.of(table)[1].choices)
    acts = [
        lambda: my.own_fields.change(table, region, {"label": ("Region", "Area"), "section": ("Where", "")}),
        lambda: my.own_fields.hide(table, region),
        lambda: my.own_fields.order(table, [size, region]),
        lambda: my.own_fields.change(
            table, size, {"choices": (begun.of(table)[1].choices, ((large, "Big"), ("", "Huge")))}
        ),
    ]
    for act in acts:
        act()
        changed = my.own_fields.get()
        assert changed.each != begun.each
        my.changes.undo(last(my))
        now = my.own_fields.get()
        assert [(o.name, o.label, o.section, o.choices, o.hidden) for o in now.of(table)] == [
            (o.name, o.label, o.section, o.choices, o.hidden) for o in begun.of(table)
        ]
        my.changes.undo(last(my))
        assert {one.name: one.choices for one in my.own_fields.get().of(table)} == {
            one.name: one.choices for one in changed.of(table)
        }
        my.changes.undo(last(my))
    assert my.own_fields.get().of(table)[1].gone, "the code that went is never given twice"
    id_ = own(two).customers.add({"name": "Firm", region: "North"})
    my.changes.undo(added)
    hidden = my.own_fields.get().of(table)[0]
    assert (hidden.name, hidden.hidden) == (region, True), "its column is its own for good"
    my.changes.undo(last(my))
    assert not my.own_fields.get().of(table)[0].hidden
    assert own(two).customers.get(id_)[region] == "North"


def test_a_choice_that_a_record_has_by_now_stays(two: Office) -> None:
    my = admin(two)
    name = my.own_fields.add("leads", "Size", "choice", choices=("Small",))
    held = my.own_fields.get().of("leads")[0].choices
    my.own_fields.change("leads", name, {"choices": (held, (*held, ("", "Large")))})
    added = last(my)
    large = my.own_fields.get().of("leads")[0].choices[1][0]
    at = own(two)
    lead = at.leads.add({"lead_name": "L", name: large})
    assert "Nothing of this can be undone." in my.changes.preview(added).why
    assert "Large: one lead has it" in my.changes.preview(added).why
    with pytest.raises(errors.ChangedSince, match="one lead has it"):
        my.changes.undo(added)
    at.leads.change([Edit(lead, {name: (large, None)})])
    my.changes.undo(added)
    assert my.own_fields.get().of("leads")[0].choices == held


def test_only_admins_take_settings_back_and_only_settings_go_back(two: Office) -> None:
    my = admin(two)
    my.stages.change({(Stage.PROPOSAL.value, "days"): (10, 20)})
    act = last(my)
    for role in ("manager", "sales_rep", "user"):
        with pytest.raises((errors.NotAllowed, errors.Invalid)):
            two.at(role=role).changes.undo(act)
    assert two.at(role="manager").changes.preview(act).why
    with pytest.raises(errors.NotFound):
        admin(two, 1).changes.undo(act)
    assert my.stages.get().of("proposal").days == 20
    my.profile.change({"city": (None, "Graz")})
    assert my.changes.preview(last(my)).why == OF_PEOPLE
