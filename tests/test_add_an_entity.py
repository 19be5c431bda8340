"""An entity and its page by the recipe: in a copy of the house the walls find it, and no surface lacks it."""

from pathlib import Path

import pytest

from tests.migrations.test_write import copy, told, written
from tests.recipes import follow

SCRIPT = """
import csv, io, json, sys, zipfile
from streamlit.testing.v1 import AppTest
from crm_data import Edit, Query, errors
from crm_data.store import migrating

from dashboard import runtime, session
from dashboard.menu import SCREENS
from dashboard.parts import figures, place
from tests.dashboard.house import house

url = sys.argv[1]
migrating.upgrade(url)
migrating.check(url)
with house(url) as home:
    my, foreign = home.office.at(0, "admin"), home.office.at(1, "admin")
    contracts, leaver = my.contracts, home.user("sales_rep")
    customer = my.customers.add({"name": "Fjord Foods"})
    values = {"customer_id": customer, "value": "12.50", "ends_on": "2026-12-31", "assigned_to": leaver}
    id_ = contracts.add({"name": "Frame order", **values})
    contracts.add({"name": "Other", "customer_id": customer})

    assert contracts.page(Query(search="FRAME")).total == 1  # search, history, an archive
    assert contracts.change([Edit(id_, {"name": ("Frame order", "Frame order 7")})])
    assert len(contracts.history(id_)) == 2
    contracts.archive([id_])
    assert contracts.page().total == 1
    contracts.restore([id_])
    try:
        foreign.contracts.get(id_)
        raise AssertionError
    except errors.NotFound:
        assert foreign.contracts.page().total == 0

    name, pieces = my.export(contracts)  # out and in again, and the words that others use
    data = b"".join(pieces)
    assert "Customer id" in next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = my.read_file(data.replace(b"Frame order 7", b"Frame order 8"), "back.csv")
    assert my.commit_import(contracts, sheet, my.guess(sheet, contracts)).updated == 1
    sheet = my.read_file(b"Contract ID,Contract Name,Account\\nK-1,Salt,Fjord Foods\\n", "theirs.csv")
    plan = my.guess(sheet, contracts)
    for field in ("external_id", "name", "customer_id"):
        assert plan.going_to(field) is not None, field
    assert my.commit_import(contracts, sheet, plan).created == 1
    whole = zipfile.ZipFile(io.BytesIO(b"".join(my.take_away()[1])))
    assert any("contracts" in one for one in whole.namelist())

    runtime.use(home.office.store, home.settings)  # the screens
    token = home.token("admin")
    session.token = lambda: token
    at = AppTest.from_file("dashboard/app.py", default_timeout=60).run()
    at.switch_page("../pages/contracts.py").run()
    assert not at.exception, at.exception
    assert any(b'"ends_on"' in found.proto.bytes for found in at.get("bidi_component"))
    at.button(key="contracts.new").click().run()
    assert "Ends on" in [box.label for box in at.date_input]
    assert figures.list_of("contracts")[0] in [screen.name for screen in SCREENS]
    at = AppTest.from_file("dashboard/app.py", default_timeout=60)
    for kind, one in (("contract", id_), ("customer", customer)):
        at.query_params["kind"], at.query_params["id"] = kind, str(one)
        at.switch_page("../pages/record.py").run()
        assert not at.exception, at.exception
    at.segmented_control(key="record.view.customers").set_value("Contracts").run()
    assert f"related.contracts.{id_}.open" in [button.key for button in at.button]
    assert "related.contracts.add" in [button.key for button in at.button]
    runtime.stop()

    assert str(my.people.open_work(leaver)) == "1 contract"  # what a leaver had goes to a colleague
    my.people.end(leaver, home.user("manager"), close=True)
    assert contracts.get(id_)["assigned_to"] == home.user("manager")
print("everywhere")
"""
# What is generated from the code: tables, deletes, ids of others, verbs and who may, the model, forms.
GENERATED = (
    "tests/tables/test_deletes.py",
    "tests/tables/test_document.py",
    "tests/tables/test_same_company.py",
    "tests/model/test_outside.py",
    "tests/store/test_rights_of_doors.py",
    "tests/store/test_walls_guards.py",
    "tests/walls/test_sweep_of_ids.py",
    "tests/dashboard/test_refused.py",
    "tests/model/test_machine.py",
)
# What asks one kind, field or screen at a time, of which the new ones are enough here.
ONE_BY_ONE = (
    "tests/dashboard/test_pages.py",
    "tests/store/test_folding.py",
    "tests/store/test_sort_keys.py",
    "tests/tables/test_checks.py",
    "tests/transfer/test_csv_web.py",
    "tests/transfer/test_import_kinds.py",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house with contracts, made by the recipes and nothing else."""
    folder = copy(tmp_path_factory.mktemp("entity") / "copy")
    follow(folder, "Add an entity")
    written(folder, "contracts")
    follow(folder, "Add a page")
    return folder


@pytest.mark.slow
def test_the_recipe_is_in_the_style_of_the_house(made: Path) -> None:
    rooms = ("crm_data", "dashboard", "pages", "migrations")
    told(made, "-m", "ruff", "check", *rooms)
    told(made, "-m", "ruff", "format", "--check", *rooms)


@pytest.mark.slow
def test_every_surface_has_it(made: Path, tmp_path: Path) -> None:
    assert told(made, "-c", SCRIPT, f"sqlite:///{tmp_path}/crm.db").endswith("everywhere")


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a part of the suite within one test
@pytest.mark.parametrize(
    ("files", "which"), [(GENERATED, ""), (ONE_BY_ONE, "contract")], ids=["whole", "its own"]
)
def test_what_is_generated_from_the_code_finds_it(made: Path, files: tuple[str, ...], which: str) -> None:
    said = told(
        made, "-m", "pytest", "-v", "-n", "0", "-p", "no:cacheprovider", "-m", "not postgres and not browser",
        "-k", which, *files,
    )  # fmt: skip
    assert all(f"{file}::" in said for file in files)
    assert " passed" in said
    assert " skipped" not in said
