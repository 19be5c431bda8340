"""Half a copy on the command line: no command works on it, and the same `copy` again makes it whole."""

from pathlib import Path

import pytest

from crm_data.store.points import Point
from crm_data.transfer.copying import is_begun
from tests.cli.conftest import Run
from tests.support.databases import Database
from tests.support.plain import plain
from tests.transfer.office import Office
from tests.transfer.test_copy_resuming import cut_at

pytestmark = pytest.mark.slow

COMMANDS = [
    ["check"],
    ["backup"],
    ["verify", "crm_backup_20260302-093000.db"],
    ["restore", "crm_backup_20260302-093000.db"],
    ["migrate"],
    ["operator", "ann@example.com"],
    ["copy", "--to", "sqlite:///HERE/other.db"],
]


def test_no_command_works_on_it_until_it_is_whole(
    run: Run, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = office.store.url, f"sqlite:///{tmp_path}/new.db"
    cut_at(Database("sqlite", old, old), Database("sqlite", new, new), Point.MOVE_ROWS)
    monkeypatch.setenv("DATABASE_URL", new)
    for words in COMMANDS:
        said = run(*(word.replace("HERE", str(tmp_path)) for word in words))
        assert said.code == 1, words
        assert "half a copy of another" in said.err, words
    monkeypatch.setenv("DATABASE_URL", old)
    said = run("copy", "--to", new)
    assert said.code == 0, said.err
    assert "each equal to what was sent" in said.out
    assert not is_begun(new)
    with plain(Database("sqlite", new, new)) as sql:
        assert sql.value("SELECT count(*) FROM customers") == 10
    monkeypatch.setenv("DATABASE_URL", new)
    assert run("check").out.startswith("ok")


@pytest.mark.parametrize("more", [(), ("--anew",)])
def test_whoever_is_no_operator_copies_nothing(run: Run, office: Office, more: tuple[str, ...]) -> None:
    """A company's admin as well: it is the whole installation. Nor is anything noted, which would be a change."""
    there = office.path.parent / "taken.db"
    said = run("copy", "--to", f"sqlite:///{there}", "--as", "ann@acme.com", *more)
    assert said.code == 1
    assert "for the operator of this installation" in said.err
    assert (there.exists(), office.events()) == (False, [])
    office.sql("UPDATE users SET role = 'super_admin'")
    assert run("copy", "--to", f"sqlite:///{there}", "--as", "ann@acme.com", *more).code == 0
    assert office.events() == ["command_line"]
