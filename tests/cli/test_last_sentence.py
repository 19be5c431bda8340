"""What each command says last when it was run rightly: a sentence that names what was done."""

import argparse
import re
from pathlib import Path

import pytest

from crm_data.accounts.passwords import hashed
from crm_data.cli.main import parser
from crm_data.store import migrating
from crm_data.transfer import second_place
from tests.cli.conftest import Run
from tests.migrations.trial import older
from tests.transfer.office import Office

# command -> each way of running it, and the sentence that ends what it says.
LAST: dict[str, dict[str, str]] = {
    "migrate": {
        "": r"The database was brought from revision \S+ to \S+\. It was rehearsed on a copy in [\d.]+ seconds:"
            r" [\d,]+ rows\. What stood before is kept as crm_backup_\S+\.",
        "again": r"The database is up to date, at revision \S+\.",
        "anew": r"The database was made, at revision \S+\.",
    },
    "demo": {"": r"The database was filled: \d+ people of 2 made-up companies can sign in\."},
    "new-company": {
        "--name Bu --email o@bu.ch": r"Company 2 was made; nobody works there yet\.",
        "--name Bu --email o@bu.ch --admin x@bu.ch":
            r"Company 2 was made, and x@bu\.ch is invited as its first admin\.",
    },
    "invite": {"x@bu.ch --company 1 --role sales_rep": r"x@bu\.ch is invited to Acme as sales rep\."},
    "reset-password": {"bob@acme.com": r"A link for a new password of bob@acme\.com was made\."},
    "operator": {
        "bob@acme.com": r"bob@acme\.com is an operator of this installation\.",
        "bob@acme.com --take-away": r"bob@acme\.com is no operator any more\.",
    },
    "deactivate": {"bob@acme.com": r"bob@acme\.com can sign in no longer\."},
    "reactivate": {"bob@acme.com": r"bob@acme\.com may sign in again\."},
    "import": {
        "in.csv --company 1": r"1 added, 0 changed, 0 unchanged, 0 refused\.",
        "in.csv --company 1 --dry-run": r"1 would be added, 0 would be changed, 0 unchanged, 0 refused\.",
    },
    "export": {
        "out.csv --company 1": r"All customers of company 1 are in out\.csv: [\d,]+ bytes\.",
        "out.zip --company 1 --everything": r"All data of company 1 are in out\.zip: [\d,]+ bytes\.",
    },
    "change": {
        "customers --list= --set city=Bern --company 1":
            r"10 customers changed, 0 had it so already, 0 refused\.",
        "customers --list= --archive --company 1": r"10 customers changed, 0 had it so already, 0 refused\.",
        "customers --list= --set city=Bern --company 1 --dry-run": r"10 customers would be asked\.",
    },
    "erase": {
        "customers --rows 1 --company 1":
            r"Nothing was erased\. To erase it, which nobody can undo, add: --confirm [0-9a-f]{12}",
        "customers --rows 1 --company 1 --confirm MARK": r"Erased for good: 1 customer\.",
    },
    "go-back": {
        "--before 1 --company 1": r"Nothing was put back\. To do it add: --confirm \d+-\d+",
        "--before 1 --company 1 --confirm MARK":
            r"The records were put back as they were before entry \d+\. It is one entry of the history\.",
    },
    "backup": {
        "": r"The backup was made and verified: [\d,]+ rows, [\d,]+ bytes\.",
        "--list": r"1 backup found, the newest first\.",
    },
    "verify": {"": r"crm_backup_\S+ is sound: [\d,]+ rows, revision \S+\."},
    "prove-backup": {
        "": r"crm_backup_\S+ was restored into a database of its own and checked: [\d,]+ rows of \d+ tables"
            r" in [\d.]+ seconds\.",
    },
    "restore": {"": r"crm_backup_\S+, made .+, was restored: [\d,]+ rows\. .* Everybody is signed out\."},
    "send-backup": {
        "": r"crm_backup_\S+ is in the second place, encrypted and read back: [\d,]+ bytes\.",
        "--list": r"No backup is in the second place yet\.",
    },
    "fetch-backup": {
        "": r"crm_backup_\S+ is in \S+ again\. To restore it, run: python -m crm_data restore crm_backup_\S+",
    },
    "take-away": {
        "c.zip --company 1": r"Company 1 is in c\.zip: [\d,]+ bytes\.",
        "c.zip --company 1 --passphrase-file p.txt": r"Company 1 is in c\.zip, encrypted: [\d,]+ bytes\.",
    },
    "bring-back": {
        "c.zip --email back@acme.com": r"Acme is back as company 2: [\d,]+ rows\.",
        "c.zip --email back@acme.com --passphrase-file p.txt": r"Acme is back as company 2: [\d,]+ rows\.",
    },
    "copy": {"--to sqlite:///HERE/new.db": r"Stop Foyer, set DATABASE_URL .* to it, and start again\."},
    "check": {"": r"All is well: \d+ findings\."},
}  # fmt: skip
COMMANDS = next(
    list(action.choices) for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
)
WAYS = [(command, words) for command in COMMANDS for words in LAST.get(command, {"": "no sentence is known"})]


def test_every_command_is_here() -> None:
    assert set(LAST) == set(COMMANDS)


@pytest.mark.slow
@pytest.mark.usefixtures("cheap_passphrase")
@pytest.mark.parametrize(("command", "words"), WAYS)
def test_a_command_ends_with_what_was_done(
    run: Run,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: str,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("Name,City\nAlpha,Bern\n")
    office.sql("UPDATE users SET role = 'super_admin', password_hash = ?", hashed("correct horse battery"))
    insert = "INSERT INTO users (email, password_hash, first_name, last_name, is_verified)"
    office.sql(f"{insert} VALUES ('bob@acme.com', ?, 'Bob', 'Bell', TRUE)", hashed("correct horse battery"))
    office.sql(
        "INSERT INTO user_companies (user_id, company_id, role, is_primary) VALUES (2, 1, 'user', TRUE)"
    )
    Path("p.txt").write_text("correct horse battery\nnot this\n")
    before(run, office, monkeypatch, command, words)
    typed = [] if words in ("again", "anew") else words.replace("HERE", str(tmp_path)).split()
    if "MARK" in typed:  # what it said at its end when it was only asked
        typed[-1] = run(command, *typed[:-2]).out.split()[-1]
    said = run(command, *typed)
    assert said.code == 0, said
    assert re.fullmatch(LAST[command][words], said.out.splitlines()[-1]), said.out


def before(run: Run, office: Office, monkeypatch: pytest.MonkeyPatch, command: str, words: str) -> None:
    """What has to be so for this command to have something to do."""
    if command == "migrate" and not words:
        migrating.downgrade(office.store.url, older())
    elif command == "demo" or words == "anew":
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{Path.cwd()}/another.db")
        monkeypatch.setenv("CRM_BACKUP_DIR", str(Path.cwd() / "backups of another"))
    elif command in ("send-backup", "fetch-backup"):
        other = Path.cwd() / "other"
        other.mkdir()
        monkeypatch.setenv("CRM_SECOND_DIR", str(other))
        monkeypatch.setenv("CRM_SECOND_PASSPHRASE", "correct horse battery")
        right = second_place.disk_of
        monkeypatch.setattr(second_place, "disk_of", lambda path: -1 if path == other else right(path))
        run("backup")
        if command == "fetch-backup":
            assert run("send-backup").code == 0
            for path in office.folder.iterdir():
                path.unlink()
    elif command in ("verify", "prove-backup", "restore", "check") or words == "--list":
        run("backup")
        if command == "check":
            run("prove-backup")
    elif command == "erase":
        run("change", "customers", "--rows", 1, "--archive", "--company", 1)
    elif command == "go-back":
        run("change", "customers", "--list", "", "--set", "city=Bern", "--company", 1)
    elif command == "bring-back":
        run("take-away", "c.zip", "--company", 1, *words.split()[3:])
    elif command == "reactivate":
        run("deactivate", "bob@acme.com")
    elif "--take-away" in words:
        run("operator", "bob@acme.com")
