"""The stage-change contract by itself: no database, every rule of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_data import errors
from crm_data.nouns.stages import CLOSED_STAGES, OPEN_STAGES, PROBABILITY, STATUS, judged
from crm_data.store.changes import Doing
from crm_data.tables.deal import Stage

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
DOING = Doing(1, "act", NOW)


def deal(stage: str, **more: Any) -> dict[str, Any]:
    """A deal as it is stored, in this stage."""
    closed = stage in CLOSED_STAGES
    return {
        "stage": stage,
        "status": STATUS.get(Stage(stage), "open"),
        "deal_value": Decimal("100.00"),
        "probability": PROBABILITY[Stage(stage)],
        "actual_close_date": date(2026, 1, 5) if closed else None,
        "loss_reason": "Price" if stage == "closed_lost" else None,
        **more,
    }


def refused(values: dict[str, Any], before: dict[str, Any] | None, doing: Doing = DOING) -> set[str]:
    """The fields that a write is refused for."""
    with pytest.raises(errors.Invalid) as wrong:
        judged(values, before, doing)
    return {problem.field for problem in wrong.value.problems}


@pytest.mark.parametrize("stage", OPEN_STAGES)
def test_a_stage_brings_its_probability(stage: Stage) -> None:
    made = judged({"stage": stage.value, "deal_value": Decimal(5)}, None, DOING)
    assert (made["status"], made["probability"], made["stage_since"]) == ("open", PROBABILITY[stage], NOW)
    moved = judged({"stage": stage.value}, deal("closed_lost"), DOING)
    assert moved["probability"] == PROBABILITY[stage]


def test_a_probability_of_ones_own_is_kept() -> None:
    assert judged({"stage": "proposal", "probability": 65}, deal("prospect"), DOING)["probability"] == 65
    assert judged({"probability": 65}, deal("proposal"), DOING) == {"probability": 65}
    assert "probability" not in judged({"notes": "x"}, deal("proposal", probability=65), DOING)
    assert judged({"probability": None}, deal("proposal", probability=65), DOING)["probability"] == 50


def test_won_and_lost_have_a_fixed_probability() -> None:
    assert judged({"stage": "closed_won"}, deal("prospect"), DOING)["probability"] == 100
    lost = judged({"stage": "closed_lost", "loss_reason": "Price"}, deal("prospect"), DOING)
    assert (lost["probability"], lost["status"]) == (0, "lost")
    assert refused({"probability": 50}, deal("closed_won")) == {"probability"}
    assert refused({"probability": 1}, deal("closed_lost")) == {"probability"}
    assert refused({"stage": "closed_won", "probability": 90}, deal("prospect")) == {"probability"}
    assert judged({"probability": 100}, deal("closed_won", probability=7), DOING)["probability"] == 100


@pytest.mark.parametrize("reason", [None, "", "Other", "other", " OTHER. ", "Others", "other reason"])
def test_lost_needs_a_reason_that_says_something(reason: str | None) -> None:
    assert refused({"stage": "closed_lost", "loss_reason": reason}, deal("proposal")) == {"loss_reason"}
    assert refused({"loss_reason": reason}, deal("closed_lost")) == {"loss_reason"}
    assert refused({"stage": "closed_lost", "loss_reason": reason, "deal_value": 1}, None) == {"loss_reason"}


@pytest.mark.parametrize("reason", ["Price", "Other: they moved abroad", "Not recorded"])
def test_a_reason_in_any_words_will_do(reason: str) -> None:
    assert judged({"stage": "closed_lost", "loss_reason": reason}, deal("proposal"), DOING)


def test_won_needs_an_amount() -> None:
    nothing = Decimal("0.00")
    assert refused({"stage": "closed_won"}, deal("proposal", deal_value=nothing)) == {"deal_value"}
    assert refused({"stage": "closed_won", "deal_value": nothing}, deal("proposal")) == {"deal_value"}
    assert refused({"deal_value": nothing}, deal("closed_won")) == {"deal_value"}
    assert judged(
        {"stage": "closed_won", "deal_value": Decimal(1)}, deal("proposal", deal_value=nothing), DOING
    )
    assert judged({"deal_value": nothing}, deal("proposal"), DOING)


@pytest.mark.parametrize("stage", CLOSED_STAGES)
def test_closing_stamps_the_day_for_won_and_lost(stage: Stage) -> None:
    said = {"stage": stage.value, **({"loss_reason": "Price"} if stage is Stage.CLOSED_LOST else {})}
    assert judged(said, deal("proposal"), DOING)["actual_close_date"] == date(2026, 3, 2)
    given = {**said, "actual_close_date": date(2026, 2, 27)}
    assert judged(given, deal("proposal"), DOING)["actual_close_date"] == date(2026, 2, 27)
    zurich = Doing(1, "act", NOW, ZoneInfo("Europe/Zurich"))
    assert judged(said, deal("proposal"), zurich)["actual_close_date"] == date(2026, 3, 3)
    assert refused({"actual_close_date": None}, deal(stage)) == {"actual_close_date"}


def test_editing_a_won_deal_later_leaves_its_day_alone() -> None:
    assert judged({"notes": "Paid"}, deal("closed_won"), DOING) == {"notes": "Paid"}
    assert judged({"deal_value": Decimal(7)}, deal("closed_won"), DOING) == {"deal_value": Decimal(7)}


def test_an_open_deal_has_neither_close_date_nor_reason() -> None:
    day = date(2026, 3, 1)
    assert refused({"actual_close_date": day}, deal("proposal")) == {"actual_close_date"}
    assert refused({"loss_reason": "Price"}, deal("proposal")) == {"loss_reason"}
    assert refused({"loss_reason": "Price"}, deal("closed_won")) == {"loss_reason"}
    assert refused({"stage": "proposal", "actual_close_date": day}, deal("closed_won")) == {
        "actual_close_date"
    }


def test_reopening_clears_day_and_reason() -> None:
    open_again = judged({"stage": "proposal"}, deal("closed_lost"), DOING)
    assert open_again["actual_close_date"] is None
    assert open_again["loss_reason"] is None
    assert (open_again["status"], open_again["probability"]) == ("open", 50)
    assert judged({"stage": "closed_won"}, deal("closed_lost"), DOING)["loss_reason"] is None


def test_in_bulk_only_open_stages_are_moved() -> None:
    bulk = Doing(1, "act", NOW, bulk=True)
    assert judged({"stage": "proposal"}, deal("prospect"), bulk)["probability"] == 50
    reason = {"loss_reason": "Price"}
    assert refused({"stage": "closed_lost", **reason}, deal("prospect"), bulk) == {"stage"}
    assert refused({"stage": "closed_won"}, deal("prospect"), bulk) == {"stage"}
    assert refused({"stage": "prospect"}, deal("closed_won"), bulk) == {"stage"}


def test_all_that_is_wrong_is_told_at_once() -> None:
    said = {"stage": "closed_lost", "probability": 50}
    assert refused(said, deal("proposal")) == {"loss_reason", "probability"}


def test_a_new_closed_deal_came_into_its_stage_when_it_was_closed() -> None:
    said = {"stage": "closed_won", "deal_value": Decimal(5), "actual_close_date": date(2025, 6, 1)}
    assert judged(said, None, DOING)["stage_since"] == datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.slow
@given(
    st.lists(
        st.fixed_dictionaries(
            {"stage": st.sampled_from([s.value for s in Stage])},
            optional={
                "probability": st.none() | st.integers(0, 100),
                "loss_reason": st.none() | st.sampled_from(["Price", "Other"]),
                "actual_close_date": st.none() | st.just(date(2026, 2, 2)),
                "deal_value": st.sampled_from([Decimal(0), Decimal("12.50")]),
            },
        ),
        max_size=6,
    )
)
def test_whatever_is_written_the_parts_agree(writes: list[dict[str, Any]]) -> None:
    row = {"deal_value": Decimal(1), **judged({"deal_value": Decimal(1)}, None, DOING)}
    for write in writes:
        try:
            row = {**row, **judged({n: v for n, v in write.items() if row.get(n) != v}, row, DOING)}
        except errors.Invalid:
            continue
        stage = Stage(row["stage"])
        assert row["status"] == STATUS.get(stage, "open")
        assert (row.get("actual_close_date") is not None) == (stage in CLOSED_STAGES)
        assert bool(row.get("loss_reason")) == (stage is Stage.CLOSED_LOST)
        assert stage not in CLOSED_STAGES or row["probability"] == PROBABILITY[stage]
        assert stage is not Stage.CLOSED_WON or row["deal_value"] > 0
