"""Every part of the benchmark still finds what it measures, on a database a fiftieth of the size."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as main
from bench import (
    at_once,
    costs,
    databases,
    files,
    history,
    moving,
    pages,
    questions,
    rates,
    reading,
    screens,
    searching,
    served,
    sheets,
    walls,
)
from bench.ground import filled, ground, has_postgres
from bench.pages import Size
from bench.section import Section
from tests.support import postgres, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A database as the benchmark makes it, but small."""
    path = tmp_path_factory.mktemp("bench") / "even.db"
    databases.build(path, 0.02)
    path.with_suffix(".seconds").write_text("60.0")
    yield path
    databases.remove(path)


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured is measured once: that it is found is the question here, not how long it takes."""
    for part in (costs, pages, screens):
        monkeypatch.setattr(part, "RERUNS", 1)


@pytest.fixture
def forked_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's servers are forked from a process that has imported them; test_what_a_rerun_costs starts its
    own by the command."""
    started = served._started

    @contextmanager
    def forked(
        line: Sequence[str], variables: dict[str, str], cwd: Path, port: int, health: str, folder: Path
    ) -> Iterator[Any]:
        if "streamlit" in line:
            with started(line, variables, cwd, port, health, folder) as process:
                yield process
            return
        log = folder / f"{port}.log"
        log.touch()
        with serving.forked({**os.environ, **variables}, log, words=line[2:]) as process:
            served._wait(process, port, health, log)  # type: ignore[arg-type]
            yield process

    monkeypatch.setattr(served, "_started", forked)


def _told(section: Section) -> set[str]:
    assert all(line.middle > 0 for line in section.lines)
    return {line.what for line in section.lines}


def test_the_data_call(small: Path) -> None:
    assert "the last page there" in _told(reading.section(*2 * [databases.address(small)], rounds=1))


def test_the_search(small: Path) -> None:
    assert "the name of a customer" in _told(searching.section(*2 * [databases.address(small)], rounds=1))


def test_filling_and_backups(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "TENTH", 0.01)
    assert "a backup's copy" in _told(moving.section(small, tmp_path, rounds=1))


def test_import_and_export(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS", 200)
    told = _told(files.section(small, tmp_path, rounds=1))
    assert told == {"import", "export", "the undo of the import, right after it"}


def test_many_at_once(small: Path, tmp_path: Path) -> None:
    assert "the undo of it" in _told(at_once.section(small, tmp_path, rounds=1))


def test_the_grids_questions(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SIZES", (300, 400))
    monkeypatch.setattr(sheets, "ROWS", 20)
    found = sheets.section(small, tmp_path, rounds=1)
    assert "a paste, saved" in _told(found)
    (share,) = (line.middle for line in found.lines if line.what == "the statements of a paste")
    assert share * sheets.MOST_SENT <= 6


def test_changes_and_forecast_accuracy(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "DEALS", 20)
    monkeypatch.setattr(history, "LINES", 500)
    told = _told(history.section(small, tmp_path, rounds=1))
    assert "changes since 30 days ago" in told
    assert "forecast accuracy of a month, three lines" in told


def test_all_currencies_in_one(small: Path, tmp_path: Path) -> None:
    assert _told(rates.section(small, tmp_path, rounds=1)) == set(rates.WORDS)


def test_what_a_rerun_costs(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "quiet", lambda servers: None)
    found = costs.section(small, tmp_path, rounds=1, screens=pages.SCREENS[:2])
    assert _told(found) == {"overview", "customers", costs.FRAME}
    assert "customers" in found.note


def test_a_part_is_printed_as_soon_as_it_is_measured(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slow(*said: object) -> Section:
        assert "## Search" in capsys.readouterr().out
        return Section("Many at once", "")

    monkeypatch.setattr(databases, "year", lambda n, big, tell: small)
    for part in (reading, questions, searching):
        monkeypatch.setattr(part, "section", lambda *said: Section("Search", "What is found."))
    monkeypatch.setattr(main, "_on_both", lambda parts, rounds: [])
    monkeypatch.setattr(at_once, "section", slow)
    monkeypatch.setattr(sys, "argv", ["bench", "reading", "many"])
    assert main.main() == 0
    assert "## Many at once" in capsys.readouterr().out


def test_reruns_and_sessions(
    small: Path, tmp_path: Path, forked_servers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "quiet", lambda servers: None)
    reruns, sessions = screens.sections(small, small, tmp_path, rounds=1)
    assert "customers page" in _told(reruns)
    assert "empty page, product's server" in _told(sessions)


@pytest.fixture
def peer(tmp_path: Path, forked_servers: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the page to compare with, where there is none yet."""
    monkeypatch.setattr(pages, "quiet", lambda servers: None)
    monkeypatch.setattr(pages, "PEER", tmp_path / "peer.py")
    return tmp_path / "peer.py"


def test_every_page(small: Path, tmp_path: Path, peer: Path) -> None:
    peer.write_bytes(Path(pages.__file__).with_name("empty_page.py").read_bytes())
    every, beside = pages.sections([Size("even", small), Size("big", small, "even")], tmp_path, rounds=1)
    assert _told(every) >= {"overview", "tasks, big", "a deal's record"}
    assert "customers, big" in _told(beside)
    assert "Left out" not in beside.note


def test_without_a_page_to_compare_with_a_sentence_says_so(
    small: Path, tmp_path: Path, peer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SCREENS", pages.SCREENS[1:2])
    every, beside = pages.sections([Size("even", small)], tmp_path, rounds=1)
    assert _told(every) == {"customers", "customers, when something of the company has just changed"}
    assert not beside.lines
    assert "Left out" in beside.note


def test_the_other_pages_data_calls(small: Path) -> None:
    assert questions.WORDS["board"] in _told(questions.section(*2 * [databases.address(small)], rounds=1))


@pytest.mark.postgres
def test_the_data_calls_on_postgresql() -> None:
    with ground():
        assert has_postgres(print)
        with filled("postgresql", 0.02) as made:
            assert "a search there" in _told(reading.section(made.url, made.url, 1, "PostgreSQL"))
            assert questions.WORDS["mine"] in _told(questions.section(made.url, made.url, 1, "PostgreSQL"))


def test_what_the_walls_cost(engine_kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "IMPORTED", 100)
    assert "an import of 1,000 rows, all walls" in _told(walls.section(engine_kind, rounds=1))


def test_without_a_postgresql_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise RuntimeError("PostgreSQL is missing.")

    said: list[str] = []
    monkeypatch.setattr(postgres, "server", missing)
    assert not has_postgres(said.append)
    assert said == ["no PostgreSQL: PostgreSQL is missing."]
