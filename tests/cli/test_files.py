"""import and export, with a person's rights or as the system."""

import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.transfer.office import Office

FILE = "Name,City,Segment\nAlpha,Bern,big\nBeta,Basel,small\n,nowhere,none\n"


def test_a_file_goes_in_and_comes_out(run: Run, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(FILE)
    said = run("import", file, "--company", 1, "--dry-run")
    assert "2 would be added" in said.out
    assert office.customers() == 10
    said = run("import", file, "--company", 1, "--as", "ann@acme.com")
    assert said.code == 1, "a row was refused"
    assert "2 added" in said.out
    assert said.err.startswith("Row 4: ")
    assert (tmp_path / "firms.refused.csv").exists()
    assert office.customers() == 12
    out = tmp_path / "out.csv"
    assert run("export", out, "--company", 1).code == 0
    assert "Alpha" in out.read_text(encoding="utf-8-sig")
    said = run("import", out, "--company", 1)
    assert (said.code, said.err) == (0, "")
    assert "0 added, 0 changed, 12 unchanged, 0 refused." in said.out
    events = office.sql("SELECT DISTINCT event FROM security_log ORDER BY 1")
    assert [event for (event,) in events] == ["command_line", "export"]


@pytest.mark.slow
def test_all_of_a_company_is_taken_away_by_its_admins(run: Run, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "acme.zip"
    assert run("export", file, "--everything", "--company", 1, "--as", "ann@acme.com").code == 0
    with zipfile.ZipFile(file) as archive:
        assert {"customers.csv", "members.csv", "company.csv"} <= set(archive.namelist())
    office.sql("UPDATE user_companies SET role = 'manager'")
    again = run("export", tmp_path / "b.zip", "--everything", "--company", 1, "--as", "ann@acme.com")
    assert again.code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acme.zip"]


def test_rights_are_the_persons(run: Run, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(FILE)
    office.sql("UPDATE user_companies SET role = 'user'")
    for words in (("import", file), ("export", tmp_path / "out.csv")):
        said = run(*words, "--company", 1, "--as", "ann@acme.com")
        assert said.code == 1
        assert "managers" in said.err
    assert office.customers() == 10
    assert not (tmp_path / "out.csv").exists()
    office.sql("UPDATE user_companies SET ended_at = '2026-01-01 00:00:00'")
    assert "works in Acme" in run("export", "x.csv", "--company", 1, "--as", "ann@acme.com").err


def test_columns_and_fillings_are_told(run: Run, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(FILE.replace(",nowhere,none\n", ""))
    said = run(
        "import", file, "--company", 1, "--map", "Segment=industry", "--fill", "notes=a=b", "--key", "row"
    )
    assert said.code == 0, said
    found = office.sql("SELECT name, industry, notes FROM customers WHERE industry IS NOT NULL ORDER BY id")
    assert found == [("Alpha", "big", "a=b"), ("Beta", "small", "a=b")]
    for wrong in (("--map", "Nothing=name"), ("--map", "City=company_id"), ("--zone", "Nowhere")):
        assert run("import", file, "--company", 1, *wrong).code == 1
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n")
    assert "picture" in run("import", tmp_path / "picture.csv", "--company", 1).err


@pytest.mark.slow
def test_many_records_are_changed_by_their_list_or_their_numbers(run: Run, office: Office) -> None:
    who = ("--company", 1, "--as", "ann@acme.com")
    said = run("change", "customers", "--list", "", "--set", "city=Bern", "--dry-run", *who)
    assert (said.code, said.out) == (0, "10 customers would be asked.\n")
    said = run("change", "customers", "--list", "", "--set", "city=Bern", "--count", 9, *who)
    assert said.code == 1
    assert "The list has 10 rows by now, not 9." in said.err
    said = run("change", "customers", "--list", "", "--set", "city=Bern", *who)
    assert (said.code, said.out) == (0, "10 customers changed, 0 had it so already, 0 refused.\n")
    said = run("change", "customers", "--rows", "1,99999", "--set", "assigned_to=ann@acme.com", *who)
    assert said.code == 1
    assert said.out == "1 customer changed, 0 had it so already, 1 refused.\n"
    assert said.err == "99999: It is not here any more.\n"
    both = ("change", "customers", "--rows", "1,99999")
    assert run(*both, "--add", "tags=vip, new", "--or-none", *who).code == 1
    assert run(*both[:3], "1", "--add", "tags=vip, new", *who).code == 0
    assert run("change", "customers", "--list", "archived=1", "--restore", *who).out.startswith("0 customers")
    rows = office.sql("SELECT DISTINCT city FROM customers WHERE company_id = 1")
    assert rows == [("Bern",)]
    # 2 is wrong usage, which is seen before any database is opened; 1 is what was refused.
    for wrong, code, why in (
        (("--rows", "x", "--archive"), 2, "numbers of records"),
        (("--rows", "1", "--clear", "name"), 1, "Name is needed"),
        (("--rows", "1", "--set", "assigned_to=nobody@x"), 1, "Nobody here is called nobody@x"),
        (("--list", "sort=nothing", "--archive"), 1, ""),
    ):
        said = run("change", "customers", *wrong, *who)
        assert said.code == code, wrong
        assert why in said.err
    office.sql("UPDATE user_companies SET role = 'sales_rep'")
    assert "managers" in run("change", "customers", "--rows", "1", "--archive", *who).err


def test_rows_that_look_like_records_here_are_left_on_request(
    run: Run, office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "more.csv"
    file.write_text("Name,E-mail\nAcme again,same@x.example\nAnother,SAME@x.example\n")
    said = run("import", file, "--company", 1, "--dry-run")
    assert (said.code, "2 would be added" in said.out) == (0, True)
    assert (
        "1 new customer looks like a record here or like another row: row 3 like row 2 (same e-mail)"
        in said.err
    )
    said = run("import", file, "--company", 1, "--lookalikes", "leave")
    assert (said.code, "1 added" in said.out) == (1, True)
    assert "Row 3: This row looks like row 2 (same e-mail)" in said.err
    refused = tmp_path / "more.refused.csv"
    said = run("import", refused, "--company", 1, "--lookalikes", "leave")
    assert "looks like customer Acme again (same e-mail)" in said.err
    said = run("import", refused, "--company", 1, "--lookalikes", "add")
    assert (said.code, "1 added" in said.out) == (0, True)
