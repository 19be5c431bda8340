"""One line and one migration add a column: in a copy of the house it is then in every surface."""

from pathlib import Path

import pytest

from tests.migrations.test_write import copy, told, written

LINE = """    region: Mapped[str | None] = f.text(
        "Region", 12, search=True, filter=True, sort=True, grid=True
    )
"""
SCRIPT = """
import csv, io, json, sys
from streamlit.testing.v1 import AppTest
from crm_data import Edit, Query, errors
from crm_data.settings import settings
from crm_data.store import migrating
from dashboard import runtime, session
from tests.dashboard.house import house

url = sys.argv[1]
migrating.upgrade(url)
migrating.check(url)
with house(url) as home:
    my = home.office.at(0, "manager")
    customers = my.customers
    id_ = customers.add({"name": "Fjord Foods", "region": " North "})
    customers.add({"name": "Other", "region": "South"})
    assert customers.get(id_)["region"] == "North"

    try:  # validation
        customers.change([Edit(id_, {"region": ("North", "thirteen long")})])
        raise AssertionError
    except errors.Invalid as wrong:
        assert wrong.problems[0].field == "region", wrong
    query = customers.query({"filter": '[["region","starts","nOR"]]', "sort": "region"})  # filter, sort, search
    assert [row["name"] for row in customers.page(query).rows] == ["Fjord Foods"]
    assert customers.page(Query(search="SOUTH")).total == 1

    name, pieces = my.export(customers)  # out and in again
    data = b"".join(pieces)
    assert "Region" in next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = my.read_file(data.replace(b"North", b"West"), "back.csv")
    plan = my.guess(sheet, customers)
    assert plan.going_to("region") is not None
    assert my.commit_import(customers, sheet, plan).updated == 1
    assert customers.get(id_)["region"] == "West"

    runtime.use(home.office.store, home.settings)  # the screen
    token = home.token("manager")
    session.token = lambda: token
    at = AppTest.from_file("dashboard/app.py", default_timeout=60).run()
    at.switch_page("../pages/customers.py").run()
    assert not at.exception, at.exception
    told = [found.proto.bytes.decode() for found in at.get("bidi_component")]
    assert any('"label":"Region"' in one for one in told)
    asked = '"name":"region","label":"Region","kind":"text","ops":["contains",'
    assert any(asked in one for one in told), "it can be filtered by"
    at.button(key="customers.new").click().run()
    assert "Region" in [box.label for box in at.text_input]
    runtime.stop()
print("everywhere")
"""


@pytest.mark.slow
def test_a_column_is_one_line_and_one_migration(tmp_path: Path) -> None:
    folder = copy(tmp_path / "copy")
    table = folder / "crm_data" / "tables" / "customer.py"
    before = table.read_text(encoding="utf-8")
    marker = "    notes: Mapped"
    assert marker in before
    table.write_text(before.replace(marker, LINE + marker), encoding="utf-8")
    written(folder, "customers get a region")
    assert told(folder, "-c", SCRIPT, f"sqlite:///{tmp_path}/crm.db").endswith("everywhere")
