"""Whatever keeps companies and rights apart is missed when it is gone: each small change fails a test."""

import re
from collections.abc import Iterator

import pytest

from tests.support import chance, postgres
from tests.support.soak import size
from tests.walls.mutants import Mutant, mutants
from tests.walls.nursery import FAILED, PASSED, ROOT, Nursery, once

MUTANTS = mutants()
LEAST = 36
BROKEN = re.compile(
    r"^E +(NameError|UnboundLocalError|SyntaxError|IndentationError|ImportError)", re.MULTILINE
)


def drawn() -> list[Mutant]:
    """A third of the changes of every file, at least one, by chance; in a soak all of them, and their likes."""
    by_file: dict[str, list[Mutant]] = {}
    for mutant in MUTANTS:
        if not mutant.like:
            by_file.setdefault(mutant.file, []).append(mutant)
    dice = chance.dice("mutants")
    some = [mutant for each in by_file.values() for mutant in dice.sample(each, -(-len(each) // 3))]
    return size(some, MUTANTS)


TRIED = drawn()


def _params() -> Iterator[object]:
    for mutant in TRIED:
        marks = [pytest.mark.postgres] if mutant.postgres else []
        yield pytest.param(mutant, id=f"{mutant.file}: {mutant.name}", marks=[pytest.mark.slow, *marks])


def nodes(on_postgres: bool) -> list[str]:
    """Every test that is named, once."""
    return sorted({node for mutant in TRIED if mutant.postgres == on_postgres for node in mutant.nodes})


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def test_each_changes_one_place() -> None:
    assert len({(mutant.file, mutant.name) for mutant in MUTANTS}) == len(MUTANTS) >= LEAST
    for mutant in MUTANTS:
        once((ROOT / mutant.file).read_text("utf-8"), mutant.old, mutant.file)
        assert mutant.old != mutant.new


def test_each_names_tests_that_there_are() -> None:
    for node in {node for mutant in MUTANTS for node in mutant.nodes}:
        file, _, name = node.partition("::")
        assert not name or f"def {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8"), node


@pytest.mark.slow
@pytest.mark.parametrize("on_postgres", [False, pytest.param(True, marks=pytest.mark.postgres)])
def test_nothing_fails_while_nothing_is_changed(nursery: Nursery, on_postgres: bool) -> None:
    if on_postgres:
        postgres.server()
    code, said = nursery.tried(nodes(on_postgres))
    assert code == PASSED, said


@pytest.mark.parametrize("mutant", list(_params()))
def test_is_noticed(nursery: Nursery, mutant: Mutant) -> None:
    if mutant.postgres:
        postgres.server()
    code, said = nursery.tried(list(mutant.nodes), mutant.file, mutant.old, mutant.new, mutant.anew)
    assert code == FAILED, f"pytest ended with {code}: {said}"
    assert "1 failed" in said.strip().splitlines()[-1], f"a test must fail, not its ground: {said}"
    assert not BROKEN.search(said), f"the change breaks the product instead of weakening it: {said}"
