"""The observed win rate of a stage is offered where it differs from what is said, and taken over by one click."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import runtime, session
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.numbers.makers import lost, put, put_deals, won

STOOD = {"prospect": (1, 3), "qualified": (1, 2), "proposal": (0, 0), "negotiation": (2, 1)}  # won, lost


@pytest.fixture
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        for stage, (wins, losses) in STOOD.items():
            day = date(2026, 2, 3)
            if not wins + losses:
                continue
            ids = put_deals(made.office, [*[won(day)] * wins, *[lost(day)] * losses])
            lines = [
                {
                    "deal_id": id_,
                    "to_stage": stage,
                    "moved_at": datetime(2026, 2, 1, tzinfo=UTC),
                    "deal_value": Decimal(1),
                }
                for id_ in ids
            ]
            put(made.office, "deal_stage_history", lines)
        yield made
        runtime.stop()


def stages(home: House, monkeypatch: pytest.MonkeyPatch, role: str = "admin") -> AppTest:
    held = home.token(role)
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.query_params["tab"] = "stages"
    at.switch_page("../pages/admin.py").run()
    assert not at.exception, at.exception
    return at


def offered(at: AppTest) -> dict[str, str]:
    """Stage -> what is offered."""
    return {str(one.key).split(".")[1]: one.label for one in at.button if str(one.key).endswith(".take")}


def test_it_is_offered_and_taken(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = stages(home, monkeypatch)
    rules = home.office.at(0, "admin").scope.stages
    wanted = {}
    for stage, (wins, losses) in STOOD.items():
        share = round(100 * wins / (wins + losses)) if wins + losses else None
        if share is not None and share != rules.of(stage).probability:
            wanted[stage] = f"{rules.label(stage)}: take {share} % (n = {wins + losses})"
    assert offered(at) == wanted
    assert set(wanted) == {"prospect", "qualified", "negotiation"}
    at.button(key="stages.negotiation.take").click().run()
    assert not at.exception
    assert home.office.at(0, "admin").stages.get().of("negotiation").probability == 67
    assert offered(at) == {stage: said for stage, said in wanted.items() if stage != "negotiation"}
    assert at.number_input(key="stages.negotiation.probability").value == 67


def test_what_a_colleague_set_meanwhile_is_not_written_over(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = stages(home, monkeypatch)
    mine = home.office.at(0, "admin")
    held = mine.stages.get().of("negotiation").probability
    mine.stages.change({("negotiation", "probability"): (held, 11)})
    at.button(key="stages.negotiation.take").click().run()
    assert not at.exception
    assert [error.value for error in at.error]
    assert mine.stages.get().of("negotiation").probability == 11
