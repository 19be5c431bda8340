"""A command run in this process, and what it said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_data.cli.main import main
from tests.support.databases import fresh
from tests.transfer.office import Office, open_office


@dataclass(frozen=True)
class Said:
    """What a command answered: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """`run("verify", "name")`: on a database that is not there yet, in a folder of the test's own."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/data/crm.db")
    monkeypatch.setenv("CRM_BACKUP_DIR", str(tmp_path / "backups"))
    monkeypatch.delenv("DATABASE_ADMIN_URL", raising=False)

    def command(*words: object) -> Said:
        try:
            code = main([str(word) for word in words])
        except SystemExit as left:
            code = int(str(left.code or 0))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert "Something went wrong" not in err, "an error that was not foreseen"
        if code == 1 and words[0] not in ("check", "import"):
            assert err.count("\n") == 1, "one sentence"
        return Said(code, out, err)

    return command


@pytest.fixture
def office(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An installation with a company, ten customers and Ann, its admin, that `run` works on."""
    database = fresh("sqlite")
    opened = open_office(database.url)
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("CRM_BACKUP_DIR", str(opened.folder))
    yield opened
    opened.store.close()
    database.drop()
