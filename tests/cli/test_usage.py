"""Help, exit codes, and errors of one sentence: the same for every command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm_data.cli import main as edge
from crm_data.settings import ROOT
from tests.cli.conftest import Run

COMMANDS = (
    "migrate",
    "demo",
    "new-company",
    "invite",
    "reset-password",
    "operator",
    "deactivate",
    "reactivate",
    "import",
    "export",
    "change",
    "erase",
    "go-back",
    "backup",
    "verify",
    "prove-backup",
    "restore",
    "send-backup",
    "fetch-backup",
    "take-away",
    "bring-back",
    "copy",
    "check",
)


def test_the_commands_are_these(run: Run) -> None:
    said = run("--help")
    assert said.code == 0
    assert all(f"\n    {command}" in said.out for command in COMMANDS)
    assert "DATABASE_URL" in said.out
    assert len(edge.COMMANDS) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_has_help_with_an_example_that_can_be_typed(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0
    example = said.out.split("python -m crm_data ")[-1]
    words = example.replace('"Acme Inc"', "Acme").split()
    assert words[0] == command
    assert edge.parser().parse_args(words).command == command


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("bogus",),
        ("invite", "a@b.com"),
        ("invite", "a@b.com", "--company", "x"),
        ("invite", "a@b.com", "--company", "1", "--role", "king"),
        ("demo", "--scale", "0"),
        ("demo", "--scale", "nan"),
        ("import", "x.csv", "--company", "1", "--map", "account"),
        ("import", "x.csv", "--company", "1", "--table", "users"),
        ("erase", "customers", "--company", "1"),
        ("erase", "customers", "--rows", "1;2", "--company", "1"),
        ("erase", "users", "--rows", "1", "--company", "1"),
        ("change", "customers", "--rows", "x", "--archive", "--company", "1"),
        ("go-back", "--company", "1"),
        ("go-back", "--to", "Friday", "--company", "1"),
        ("go-back", "--to", "2026-11-27", "--zone", "Nowhere/Land", "--company", "1"),
        ("go-back", "--before", "x", "--company", "1"),
    ],
)
def test_wrong_usage_is_two(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words)
    assert said.code == 2
    assert "error:" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("backup",),
        ("restore", "crm_backup_20260302-093000.db"),
        ("send-backup",),
        ("fetch-backup",),
        ("prove-backup", "crm_backup_20260302-093000.db"),
        ("verify", "../../etc/passwd"),
        ("invite", "a@b.com", "--company", "1"),
        ("new-company", "--name", "x", "--email", "x@y.com"),
        ("reset-password", "a@b.com"),
        ("operator", "a@b.com"),
        ("operator", "a@b.com", "--take-away"),
        ("deactivate", "a@b.com"),
        ("reactivate", "a@b.com"),
        ("import", "x.csv", "--company", "1"),
        ("export", "x.csv", "--company", "1"),
        ("erase", "customers", "--rows", "1", "--company", "1"),
        ("go-back", "--before", "1", "--company", "1"),
    ],
)
def test_without_a_database_each_says_so_and_makes_none(
    run: Run, words: tuple[str, ...], tmp_path: Path
) -> None:
    said = run(*words)
    assert said.code == 1
    assert said.err.endswith((".\n", "first.\n"))
    assert not (tmp_path / "data" / "crm.db").exists()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://x/y", "postgresql://127.0.0.1:1/x", "sqlite:////proc/x/y"]
)
def test_a_wrong_address_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    for command in ("check", "migrate", "backup", "demo"):
        assert run(command).code == 1


def test_a_wrong_setting_names_its_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PORT", "many")
    assert "CRM_PORT" in run("check").err


def test_what_nobody_foresaw_is_a_code_and_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(args: object) -> int:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("crm_data.cli.migrate.run", broken)
    assert edge.main(["migrate"]) == 1
    said = capsys.readouterr().err
    assert "secret" not in said
    kept = Path(said.rpartition(" ")[2].strip().rstrip("."))
    assert "ZeroDivisionError: secret detail" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.unlink()


@pytest.mark.slow
def test_as_a_program_it_exits_with_the_code(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/crm.db",
        "CRM_BACKUP_DIR": str(tmp_path / "backups"),
        "LC_ALL": "C",
    }
    for words, code in ((("migrate",), 0), (("check",), 1), (("nonsense",), 2)):
        done = subprocess.run(
            [sys.executable, "-m", "crm_data", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done
        assert "Traceback" not in done.stderr
