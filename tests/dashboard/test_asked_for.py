"""What a stage asks for of the company's own: the dialogs of moving and of converting ask for it, and take it."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data.tables.fields import Kind
from tests.dashboard.house import House, house
from tests.dashboard.test_named_refusals import Form
from tests.support.fields import one_of_each, own

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        yield made


@pytest.fixture(scope="module")
def column(home: House) -> str:
    """A choice of the company's own that two stages ask for, with another field of everybody's."""
    made = one_of_each(home.office, "deals")[Kind.CHOICE]
    wanted = {(stage, "required"): ((), ("notes", made)) for stage in ("proposal", "qualified")}
    own(home.office, "admin").stages.change(wanted)
    return made


def filled(at: AppTest, submit: str) -> AppTest:
    """The dialog with all that it asks for."""
    next(box for box in at.selectbox if box.label == "Our choice").select_index(0)
    next(area for area in at.text_area if area.label == "Notes").set_value("as they said")
    return next(button for button in at.button if button.label == submit).click().run()


def test_a_move_asks_for_it(home: House, column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Form(home, monkeypatch).record("deals")
    at.selectbox[0].set_value("proposal").run()
    assert "Our choice" in [box.label for box in at.selectbox]
    at = next(button for button in at.button if button.label == "Move to proposal").click().run()
    assert any("Our choice: a deal comes into Proposal only with it" in each.value for each in at.error)
    filled(at, "Move to proposal")
    deal = own(home.office).deals.page().rows[0]
    assert (deal["stage"], deal["notes"]) == ("proposal", "as they said")
    assert deal[column] is not None


def test_a_conversion_asks_for_it(home: House, column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Form(home, monkeypatch).record("leads").button(key="record.convert").click().run()
    next(box for box in at.text_input if box.label == "Value").set_value("5")
    at = filled(at, "Convert to a deal")
    assert [each.value for each in at.error] == []
    deal = own(home.office).deals.page().rows[0]
    assert (deal["stage"], deal["notes"]) == ("qualified", "as they said")
    assert deal[column] is not None


def test_the_settings_offer_it(home: House, column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Form(home, monkeypatch).at("admin", tab="stages")
    boxes = {box.key: box for box in at.multiselect}
    needed = boxes["stages.proposal.required"]
    assert "Our choice" in needed.options
    assert "Our yes or no" not in needed.options
    assert needed.value == ["notes", column]
    needed.set_value([column])
    next(button for button in at.button if button.label == "Save stages").click().run()
    assert own(home.office, "admin").stages.get().of("proposal").required == (column,)
