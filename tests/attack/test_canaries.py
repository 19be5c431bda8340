"""An admin takes away all that can be taken: no word of another company is in it, in a log, or left on the disk.

Each company's texts hold its own word. Looked through, inside archives, workbooks and databases too: what the
admin is sent, the log, and every file below the folder of temporary files and backups, also those that are gone.
"""

import io
import logging
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Route

from crm_data import Own, Workspace
from crm_data.accounts import onetime
from crm_data.accounts.sessions import Signed
from crm_data.errors import NotAllowed
from crm_data.installation import Installation
from crm_data.nouns.since import LISTS
from crm_data.numbers.numbers import CHARTS
from crm_data.numbers.own import groups_of
from crm_data.settings import settings
from crm_data.store.guards import guarded_tables
from crm_data.store.store import Store
from crm_data.tables import Base, by_name
from crm_data.tables.fields import Kind
from crm_data.tables.security import LinkKind
from crm_data.transfer.csv_out import Form
from crm_data.transfer.sealed import unseal
from dashboard import runtime
from dashboard.logs import OneLine
from dashboard.web import csv_files, exports, large_exports, secrets_held
from dashboard.web.routes import ROUTES
from tests.attack.spoor import Disk, found, watched, whole
from tests.dashboard.asgi import Asked
from tests.support import makers
from tests.support.databases import Database
from tests.support.kinds import TITLES
from tests.support.makers import Filled, filled_company

pytestmark = pytest.mark.slow

# They begin alike, so that a search for what they share finds both where nothing keeps them apart.
ALIKE = "qvarz"
MINE, THEIRS = f"{ALIKE}axo", f"{ALIKE}omu"
PASSPHRASE = "correct horse battery"
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.URL, Kind.TAGS, Kind.JSON)
# The log is written by verbs alone, and what is found by is made of the rest.
_LOGS = {"change_log", "change_sets", "chain_heads"}
_CODES = {  # texts that are our own, or one of a list
    "change_sets.act_id",
    "change_sets.counts",
    "change_sets.kind",
    "companies.currency",
    "deals.currency",
    "looks.table_name",
    "search_due.table_name",
    "search_lists.table_name",
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with watched(tmp_path / "disk") as made:
        yield made


# the two companies


@dataclass
class Town:
    """An open installation of two companies, and a session of the first one's admin."""

    store: Store
    installation: Installation
    mine: Filled
    theirs: Filled
    token: str
    signed: Signed

    @property
    def my(self) -> Workspace:
        return Workspace(self.store, self.signed.scope)


@pytest.fixture
def town(database: Database, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """The first one's admin is signed in; somebody works in both. Whatever was done, no log has their words."""
    said = io.StringIO()
    handler, root = logging.StreamHandler(said), logging.getLogger()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(lambda record: not record.name.startswith("httpx"))  # the browser's part, here
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.INFO)
    logging.getLogger("foyer.web").info("begun")
    store = Store(database.url)
    kept = {"CRM_BACKUP_DIR": str(disk.folder / "backups")}
    used = settings({"DATABASE_URL": database.url, **kept})
    runtime.use(store, used)
    with store.system("two companies") as session:
        mine, theirs = (filled_company(session, word) for word in (MINE, THEIRS))
        both = makers.person(session, email="both@example.com")
        for one in (mine, theirs):
            makers.member(session, one.company_id, "admin", user_id=both.id)
            the_texts(session, one)
        ticket = onetime.make(session, LinkKind.TICKET, user_id=mine.admin_id, company_id=mine.company_id)
    installation = runtime.running().installation
    token = installation.sessions.open(ticket, "192.0.2.9", "a test")
    signed = installation.sessions.resolve(token)
    assert signed
    for one, person in ((theirs, theirs.admin_id), (theirs, both.id), (mine, mine.admin_id)):
        acts(Workspace(store, makers.scope(one.company_id, person)), one.canary)
    monkeypatch.setattr(exports, "MAKERS", {})
    csv_files.offer()
    large_exports.offer()
    yield Town(store, installation, mine, theirs, token, signed)
    large_exports._jobs.clear()
    csv_files._kept.clear()
    root.removeHandler(handler)
    root.setLevel(level)
    runtime.stop()
    log = said.getvalue()
    assert "begun" in log
    assert found(MINE, "log", log.encode()) + found(THEIRS, "log", log.encode()) == []


def the_texts(session: Any, one: Filled) -> None:
    """What else can hold a text holds the company's word."""
    for table in guarded_tables().keys() - _LOGS:
        kind = by_name(table)
        mine = kind.id if table == "companies" else kind.company_id
        for row in session.scalars(sa.select(kind).where(mine == one.company_id)):
            for column in texts_of(table):
                if not getattr(row, column.key):
                    setattr(row, column.key, _said(column.info["field"].kind, one.canary))
    session.flush()


def texts_of(table: str) -> list[sa.Column[Any]]:
    """The columns of a table that hold any text, a word's length of it at least."""
    columns = [
        c for c in Base.metadata.tables[table].columns if "field" in c.info and not c.info["field"].spare
    ]
    return [
        column
        for column in columns
        if (said := column.info["field"]).kind in _TEXTS
        and not said.choices
        and (said.length or len(MINE)) >= len(MINE)
    ]


def _said(kind: Kind, word: str) -> Any:
    special: Mapping[Kind, Any] = {
        Kind.EMAIL: f"other@{word}.example",
        Kind.URL: f"https://{word}.example",
        Kind.TAGS: [word],
        Kind.JSON: {"q": word},
    }
    return special.get(kind, word)


def acts(my: Workspace, word: str) -> None:
    """What verbs keep: changes, something archived, a lost deal, a file that was read with its headings."""
    made = my.customers.add({"name": f"{word} and sons", "tags": [word], "notes": word})
    my.customers.archive([my.customers.add({"name": f"{word} archived"})])
    lost = my.deals.add({"deal_name": f"{word} lost", "deal_value": "70", "customer_id": made})
    my.deals.move(lost, "closed_lost", "prospect", reason=f"Other: {word}")
    file = f"Name,{word} remarks\n{word} imported,{word}\n".encode()
    sheet = my.read_file(file, f"{word}.csv")
    my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
    csv_files.keep(my, f"{word}.csv", file)


def test_every_text_of_a_company_has_its_word(town: Town) -> None:
    """What holds no word proves nothing. A column of another kind than these is no text that somebody writes."""
    without = []
    with town.store.system("a look", write=False) as session:
        for one in (town.mine, town.theirs):
            for table in guarded_tables():
                at = Base.metadata.tables[table]
                rows = (
                    session.execute(
                        sa.select(at).where(
                            at.c["id" if table == "companies" else "company_id"] == one.company_id
                        )
                    )
                    .mappings()
                    .all()
                )
                for column in texts_of(table):
                    if not any(one.canary in repr(row[column.name]) for row in rows):
                        without.append(f"{table}.{column.name}")
    assert set(without) == _CODES


# what is asked


def asked_for(town: Town) -> Iterator[tuple[str, dict[str, str]]]:
    """Each file that is offered, in every form and sense of it, also by the numbers of another company's rows."""
    my, theirs = town.my, town.theirs
    for kind in Workspace.kinds:
        for form in Form:
            path = f"{kind}.{form}"
            links = {name: one.to for name, one in my.records(kind).fields.items() if one.to and one.filter}
            for more in ({}, {"archived": "1"}, {"q": ALIKE}, {"columns": TITLES[kind]}):
                yield path, more
            if form is not Form.CSV:
                continue
            for name, to in links.items():
                yield path, {name: str(theirs.rep_id if to == "users" else theirs.id_in(to))}
    for chart in CHARTS:
        yield "chart.csv", {"chart": chart, "period": "all"}
    yield "chart.csv", {"chart": "owner", "period": "all", "assigned_to": str(theirs.rep_id)}
    for kind in Workspace.kinds:
        for by in groups_of(my.records(kind)):
            if by.endswith(":month") or ":" not in by:  # of days, one unit speaks for all
                yield "own-chart.csv", Own(kind=kind, by=by).params()
    for show in LISTS:
        yield "changes.csv", {"since": "2026-01-01", "show": show}
    for by in my.numbers.dimensions():
        yield "breakdown.csv", {"by": by, "period": "all"}
    for more in ({}, {"q": ALIKE}, {"person": str(theirs.admin_id)}, {"record": str(theirs.customer_id)}):
        yield "history.csv", {**more}
    for key in csv_files._kept:
        yield "refused.csv", {"key": key}
    yield "company.zip", {}
    yield "company.foyer.zip", {}
    yield "company.foyer.zip", {"sealed": secrets_held.hold(town.signed, PASSPHRASE)}


def others(town: Town) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The other addresses of our own that tell of records or people."""
    for route in ROUTES:
        assert isinstance(route, Route)
        for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
            if route.path.startswith(("/export", "/session", "/component")):
                continue  # asked for above; signing in and out; code
            for id_ in (town.theirs.admin_id, town.theirs.rep_id) if "{" in route.path else (0,):
                path = route.path.replace("{user_id:int}", str(id_))
                yield method, path, {"json": {"text": ALIKE}} if method == "POST" else {}


def verbs() -> dict[str, tuple[type, str]]:
    """Every verb within reach of a page that answers with a file: a name, and bytes piece by piece."""
    rooms: set[type] = {Workspace, *(vars(Workspace)[kind].noun for kind in Workspace.kinds)}
    for held in vars(Workspace).values():
        gets = getattr(held, "fget", None) or getattr(held, "func", None)
        room = get_type_hints(gets).get("return") if gets and "return" in gets.__annotations__ else None
        rooms |= {room} if isinstance(room, type) else set()
    return {
        f"{room.__name__}.{name}": (room, name)
        for room in rooms
        for name, does in vars(room).items()
        if callable(does)
        and "return" in getattr(does, "__annotations__", {})
        and get_type_hints(does)["return"] == tuple[str, Iterator[bytes]]
    }


def made_in_the_background(town: Town) -> Iterator[str]:
    """The address of each kind of record in each form as a large export."""
    for kind in Workspace.kinds:
        for form in Form:
            line = large_exports.begin(town.token, kind, form, {}, kind)
            work = large_exports._jobs[line.key].work
            assert work
            work.result(30)
            yield line.key
            large_exports.remove(town.signed, line.key)


@dataclass
class Taken:
    """What came: by what was asked for, all that was sent; `paths`: those that gave a file at least once."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)


def everything(town: Town) -> Taken:
    """Ask for all of it, as a browser does that holds the admin's session."""
    web, taken = Asked(Starlette(routes=ROUTES)), Taken()
    web.cookies.set("foyer_8501", town.token)

    def ask(method: str, path: str, **more: Any) -> int:
        answer = web.request(method, path, **more)
        said = repr(more.get("params", ""))
        taken.sent.append((f"{path} {said}", answer.content + repr(answer.headers.raw).encode()))
        if answer.status_code == 200:
            taken.sent[-1] = (f"{path} {said}", answer.content)
            taken.sent.append((f"{path} {said}: its headers", repr(answer.headers.raw).encode()))
        return answer.status_code

    def export(path: str, params: Mapping[str, str]) -> int:
        status = ask("GET", f"/export/{path}", params=dict(params))
        if status == 200:
            taken.paths.add(path)
        return status

    statuses = [(path, params, export(path, params)) for path, params in asked_for(town)]
    kept = {key: one.owner.company_id for key, one in csv_files._kept.items()}
    for path, params, status in statuses:
        mine = path != "refused.csv" or kept[params["key"]] == town.mine.company_id
        assert status == (200 if mine else 404), (path, params)
    for key in made_in_the_background(town):
        assert export("made", {"key": key}) == 200
    for method, path, more in others(town):
        assert ask(method, path, **more) in (200, 307, 404), path
    sealed = [data for name, data in taken.sent if "sealed" in name and data.startswith(b"PK")]
    assert sealed
    for data in sealed:
        to = io.BytesIO()
        unseal(io.BytesIO(data), to, PASSPHRASE)
        taken.sent.append(("what was encrypted", to.getvalue()))
    return taken


@pytest.mark.usefixtures("cheap_passphrase")
def test_no_word_of_another_company_is_anywhere(
    town: Town, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    called, offered = set(), verbs()
    for name, (room, verb) in offered.items():
        does = getattr(room, verb)

        def noted(*given: Any, _name: str = name, _does: Any = does, **named: Any) -> Any:
            called.add(_name)
            return _does(*given, **named)

        monkeypatch.setattr(room, verb, noted)
    taken = everything(town)
    assert taken.paths == set(exports.MAKERS), "each file that is offered was had"
    assert called == set(offered), "each verb that makes a file was called"
    # Each held the admin's own word, so that one of the others would have been found in the same way.
    for path in exports.MAKERS:
        assert any(found(MINE, name, data) for name, data in taken.sent if f"/{path} " in name), path
    assert [place for name, data in taken.sent for place in found(THEIRS, name, data)] == []
    was = disk.all()
    assert any(found(MINE, one.path, one.data) for one in disk.removed)
    assert any(found(MINE, "", whole(one)) for one in disk.nameless)
    assert [place for one in was for place in found(THEIRS, one.path, one.data)] == []
    assert {one.path for one in was if not one.private and found(MINE, one.path, one.data)} == set()


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_what_holds_all_companies_is_the_operators_alone(town: Town, disk: Disk) -> None:
    backups = town.installation.backups
    with pytest.raises(NotAllowed):
        backups.make(town.signed.scope)
    backups.prove(backups.make(None).name, None)
    holding = [one for one in disk.all() if found(THEIRS, one.path, one.data)]
    assert any(one.path.startswith("backups/") for one in holding)
    assert [one.path for one in holding if not one.path.startswith("backups/") or not one.private] == []
    for path in (disk.folder / "backups").glob("*"):
        if path.is_file() and found(THEIRS, path.name, path.read_bytes()):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_leak_is_told(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another company's word behind the rows of an export: the same look as above finds it."""
    rows = csv_files.made

    def leaks(*given: Any, **named: Any) -> Any:
        name, pieces = rows(*given, **named)
        return name, iter([*pieces, THEIRS.encode()])

    monkeypatch.setattr(csv_files, "made", leaks)
    web = Asked(Starlette(routes=ROUTES))
    web.cookies.set("foyer_8501", town.token)
    assert found(THEIRS, "an export", web.get("/export/customers.csv").content) != []
