"""Import and export of files on this machine, as the command line does them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_data import Workspace, errors
from crm_data.transfer.by_file import Choices, export_file, import_file
from crm_data.transfer.plan import Mode
from tests.transfer.files import accounts, csv_bytes, firm


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is the way to the file."""
    return "sqlite"


@pytest.fixture
def my(database_url: str) -> Iterator[Workspace]:
    with firm(database_url) as made:
        yield made.at()


def test_guesses_are_told_and_a_repeat_changes_nothing(my: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_bytes(accounts())
    outcome = import_file(my.customers, file)
    assert outcome.report.sentence() == "85 added, 0 changed, 0 unchanged, 0 refused."
    assert "account: Name." in outcome.notes
    assert "revenue: keep beside the record." in outcome.notes
    assert "Records are found by: Name." in outcome.notes
    assert import_file(my.customers, file).report.unchanged == 85
    assert outcome.refused is None
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.csv"]


def test_refused_rows_stand_beside_the_file(my: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(csv_bytes([["E-mail", "Name"], ["a@x.co", ""], ["", "B"]]))
    outcome = import_file(my.customers, file)
    assert (outcome.report.created, len(outcome.report.refused)) == (1, 1)
    assert outcome.refused == tmp_path / "list.refused.csv"
    assert "a@x.co,,2," in outcome.refused.read_text("utf-8-sig")


def test_choices_are_laid_over_the_guesses(my: Workspace, tmp_path: Path) -> None:
    my.customers.add({"name": "A"})
    file = tmp_path / "list.csv"
    file.write_bytes(csv_bytes([["Who", "Worth", "Kind"], ["A", "1.234,50", "NA"], ["B", "7,00", "NA"]]))
    choices = Choices(
        mode=Mode.UPDATE,
        key=("name",),
        empty=("NA",),
        columns={"Who": "name", "Worth": "credit_limit", "Kind": "industry"},
    )
    outcome = import_file(my.customers, file, choices)
    assert (outcome.report.updated, len(outcome.report.refused)) == (1, 1)
    row = my.customers.page().rows[0]
    assert (str(row["credit_limit"]), row["industry"]) == ("1234.50", None)


def test_a_dry_run_changes_nothing(my: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_bytes(accounts())
    outcome = import_file(my.customers, file, Choices(dry_run=True))
    assert outcome.report.sentence() == "85 would be added, 0 would be changed, 0 unchanged, 0 refused."
    assert my.customers.count() == 0


@pytest.mark.parametrize(
    "choices",
    [
        Choices(columns={"No such": "name"}),
        Choices(columns={"sector": "company_id"}),
        Choices(mode="destroy"),
        Choices(key=("email",)),
        Choices(zone="Mars"),
        Choices(dates="stardate"),
        Choices(fill={"status": "asleep"}),
    ],
)
def test_a_wrong_choice_is_told(my: Workspace, tmp_path: Path, choices: Choices) -> None:
    file = tmp_path / "accounts.csv"
    file.write_bytes(accounts(3))
    with pytest.raises(errors.Invalid):
        import_file(my.customers, file, choices)
    assert my.customers.count() == 0


def test_a_file_that_is_not_there(my: Workspace, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(errors.Invalid, match="cannot be read"):
            import_file(my.customers, path)
    with pytest.raises(errors.Invalid, match="cannot be written"):
        export_file(my.customers, tmp_path / "none" / "x.csv")


def test_an_export_appears_when_it_is_whole(my: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    my.customers.add({"name": "A"})
    size = export_file(my.customers, file)
    assert file.stat().st_size == size
    assert [path.name for path in tmp_path.iterdir()] == ["customers.csv"]
    assert import_file(my.customers, file).report.unchanged == 1
