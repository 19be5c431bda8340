"""What exports a list, and the list of large exports, run without a browser."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from crm_data.transfer.csv_out import Form
from dashboard import runtime, session
from dashboard.components.grid import data
from dashboard.server import SCRIPT
from dashboard.web import large_exports
from dashboard.web.large_exports import State
from tests.dashboard.house import House, house

NAMES = ["Acme", "Brook", "Cloud"]


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is the screen."""
    return "sqlite"


@pytest.fixture
def home(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(large_exports, "LARGE", 2)
    monkeypatch.setattr(session, "address", lambda: "192.0.2.1")
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        for name in NAMES:
            made.office.at().customers.add({"name": name})
        yield made
        for job in list(large_exports._jobs.values()):
            job.ends(State.GONE)
            assert job.work is None or job.work.cancelled() or job.work.exception(30) is None
        large_exports._jobs.clear()
        runtime.stop()


def screen(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, role: str = "manager", **asked: str
) -> AppTest:
    token = home.token(role)
    monkeypatch.setattr(session, "token", lambda: token)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    for name, value in asked.items():
        at.query_params[name] = value
    return at.switch_page(f"../pages/{page}.py").run()


def over() -> None:
    until = time.monotonic() + 30
    while any(job.line.under_way for job in large_exports._jobs.values()):
        assert time.monotonic() < until
        time.sleep(0.005)


def links(at: AppTest) -> list[str]:
    return [e.proto.url for e in at.get("link_button")]


def said(at: AppTest) -> list[str]:
    return [one.value for one in at.markdown if "**" in one.value]


def test_a_large_list_is_begun_told_listed_and_removed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "customers")
    assert links(at) == []
    at.button(key="customers.export.xlsx").click().run()
    assert not at.exception
    assert at.toast[0].value == "3 customers are being exported. Go on; Exports lists the file."
    over()
    at.switch_page("../pages/tasks.py").run()
    assert at.toast[-1].value == "The export of Customers as XLSX is ready. Download it under Exports."
    at.switch_page("../pages/exports.py").run()
    (line,) = said(at)
    assert line.startswith("**Customers as XLSX**  \n:gray[3 rows, begun today ")
    assert "kept until" in line
    (key,) = large_exports._jobs
    assert links(at) == [f"/export/made?key={key}"]
    at.button(key=f"exports.Remove.{key}").click().run()
    assert at.toast[-1].value == "The export of Customers as XLSX was removed."
    assert links(at) == said(at)[1:] == []
    assert "will be listed here" in said(at)[0]
    assert large_exports._jobs == {}


def test_it_is_called_by_what_of_the_list_it_is(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "customers", q="cloud")
    assert links(at)[0].startswith("/export/customers.csv?q=cloud")  # a small one is a link as ever
    monkeypatch.setattr(large_exports, "LARGE", 0)
    at = screen(home, monkeypatch, "customers", q="cloud")
    at.button(key="customers.export.csv").click().run()
    (job,) = large_exports._jobs.values()
    assert (job.line.title, job.line.rows) == ("Customers, filtered", 1)
    over()
    assert job.file is not None
    job.file.seek(0)
    text = job.file.read().decode("utf-8-sig")
    assert ("Cloud" in text, "Acme" in text) == (True, False)


def columns(at: AppTest) -> list[str]:
    """The headings of the file behind the first link of a list."""
    asked = dict(parse_qsl(urlsplit(links(at)[0]).query))
    return asked.get("columns", "").split(",")


@pytest.mark.parametrize("page", ["customers", "pipeline?tab=deals", "pipeline?tab=leads", "tasks"])
def test_a_file_is_of_all_columns_or_of_those_that_are_shown(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(large_exports, "LARGE", 100)
    name, _, said = page.partition("?")
    at = screen(home, monkeypatch, name, **dict(parse_qsl(said)))
    records = home.office.at().records(dict(parse_qsl(said)).get("tab", name))
    assert columns(at) == [""]
    choice = f"{records.name}.export.columns"
    at.button_group(key=choice).set_value("Those shown").run()
    usual = [n for n in data.shown(records, data.usual(records)) if records.fields[n].export]
    assert columns(at) == usual != []
    assert set(usual) < {name for name, field in records.fields.items() if field.export}
    link = urlsplit(links(at)[0])
    first = (
        b"".join(home.office.at().export(records, columns=columns(at))[1]).decode("utf-8-sig").splitlines()[0]
    )
    assert [n for n in usual if records.fields[n].label not in first] == []
    assert link.path == f"/export/{records.name}.csv"
    at.button_group(key=choice).set_value("All columns").run()
    assert columns(at) == [""]


def test_so_is_a_large_one(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "customers")
    at.button_group(key="customers.export.columns").set_value("Those shown").run()
    at.button(key="customers.export.csv").click().run()
    over()
    (job,) = large_exports._jobs.values()
    assert job.file is not None
    job.file.seek(0)
    first = job.file.read().decode("utf-8-sig").splitlines()[0]
    assert ("Name" in first, "Notes" in first) == (True, False)


def test_one_that_is_under_way_is_cancelled(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "customers")
    monkeypatch.setattr(large_exports._MAKING, "submit", lambda make, job: large_exports.Future())
    at.button(key="customers.export.csv").click().run()
    at.switch_page("../pages/exports.py").run()
    (key,) = large_exports._jobs
    assert "waiting" in said(at)[0]
    assert links(at) == []
    at.button(key=f"exports.Cancel.{key}").click().run()
    assert at.toast[-1].value == "The export of Customers as CSV was cancelled."
    assert "cancelled" in said(at)[0]


def test_one_that_was_over_before_the_click_was_not_cancelled(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = screen(home, monkeypatch, "customers")
    with monkeypatch.context() as kept:
        kept.setattr(large_exports._MAKING, "submit", lambda make, job: large_exports.Future())
        at.button(key="customers.export.csv").click().run()
    at.switch_page("../pages/exports.py").run()
    ((key, job),) = large_exports._jobs.items()
    large_exports._make(job)
    job.news = False  # another tab has told it
    at.button(key=f"exports.Cancel.{key}").click().run()
    assert at.toast[-1].value == "The export of Customers as CSV had ended already. Nothing was cancelled."
    assert links(at) == [f"/export/made?key={key}"]


@pytest.mark.slow
def test_a_refusal_is_told_where_it_was_asked(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(large_exports._MOST, "person", 0)
    for page, role in (("customers", "manager"), ("timeline", "manager"), ("admin", "admin")):
        monkeypatch.setattr(large_exports, "LARGE", -1)
        at = screen(home, monkeypatch, page, role, **({"tab": "data"} if page == "admin" else {}))
        name = "activities" if page == "timeline" else "customers"
        at.button(key=f"{name}.export.csv").click().run()
        assert [one.value for one in at.error] == [
            "You have 0 exports already. Remove one of them under Exports."
        ]


def test_nobody_elses_is_listed(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    large_exports.begin(home.token("admin"), "customers", Form.CSV, {}, "Customers")
    over()
    at = screen(home, monkeypatch, "exports")
    assert "will be listed here" in said(at)[0]
    at = screen(home, monkeypatch, "exports", "admin")
    assert said(at)[0].startswith("**Customers as CSV**")
    assert (
        screen(home, monkeypatch, "exports", "sales_rep").warning[0].value.startswith("This page is not open")
    )
