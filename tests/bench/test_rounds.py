"""Ratios come from one interleaved run, and the page of results names no machine."""

import re
from pathlib import Path

import pytest

from bench.report import write
from bench.rounds import Ratio, Times, interleave
from bench.section import Line, Section


def test_everybody_runs_once_a_round_in_changing_order() -> None:
    seen: list[str] = []

    def work(name: str) -> float:
        seen.append(name)
        return {"one": 2.0, "other": 1.0}[name]

    times = interleave({name: (lambda name=name: work(name)) for name in ("one", "other")}, rounds=20)
    rounds = [tuple(seen[at : at + 2]) for at in range(0, len(seen), 2)]
    assert len(rounds) == 21  # the first does not count
    assert {tuple(sorted(pair)) for pair in rounds} == {("one", "other")}
    assert len(set(rounds)) == 2
    assert len(times.seconds["one"]) == 20
    assert times.ratio("one", "other") == Ratio(2.0, 2.0, 2.0)


def test_a_ratio_is_of_medians_with_the_middle_half_of_the_rounds() -> None:
    times = Times({"one": [1.0, 2.0, 3.0, 40.0, 2.0], "other": [1.0, 1.0, 1.0, 1.0, 1.0]})
    assert times.ratio("one", "other") == Ratio(2.0, 2.0, 3.0)
    assert str(Ratio(0.123, 11.26, 312.4)) == "0.12 (11.3 to 312)"


def test_a_work_without_its_own_clock_is_timed() -> None:
    times = interleave({"nothing": lambda: None}, rounds=3)
    assert all(0 <= seconds < 1 for seconds in times.seconds["nothing"])


@pytest.mark.parametrize(("ratio", "said"), [(1.5, "at most 1.8"), (1.9, "at most 1.8, missed")])
def test_the_results_say_what_was_missed(tmp_path: Path, ratio: float, said: str) -> None:
    line = Line("the page", "an empty page", Ratio(ratio, 1.0, 2.0), 1.8)
    text = write(tmp_path / "RESULTS.md", [Section("Reruns", "How.", [line])])
    assert f"| {said} |" in text
    assert (tmp_path / "RESULTS.md").read_text(encoding="utf-8") == text


def test_the_results_name_no_machine(tmp_path: Path) -> None:
    import platform

    text = write(tmp_path / "RESULTS.md", [])
    assert platform.node() not in text
    assert not re.search(r"(^|\s)/\w+/", text)
    assert re.search(r"\d+ cores, .*SQLite \d", text)
