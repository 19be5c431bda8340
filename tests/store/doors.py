"""Every public verb of the two front doors, how it is called, and the weakest role that may call it."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from crm_data import Chosen, Layout, Own, Query, Wanted, Workspace, clock
from crm_data.accounts.companies import Profile
from crm_data.accounts.layouts import Layouts
from crm_data.accounts.members import Members
from crm_data.accounts.own_fields import Fields
from crm_data.accounts.people import Actor
from crm_data.accounts.stages import Stages
from crm_data.accounts.views import Views
from crm_data.alike.alike import Alike
from crm_data.changes.changes import Changes
from crm_data.changes.trash import Trash
from crm_data.installation import Installation
from crm_data.numbers.dashboards import Dashboards
from crm_data.numbers.numbers import ALL_TIME, Numbers


@dataclass(frozen=True)
class Ids:
    """What a call is about: a company's records and one of its people, all assigned to its admin."""

    company: int
    user: int
    email: str
    customer: int
    lead: int
    deal: int
    task: int
    done: int = 0


@dataclass(frozen=True)
class Verb:
    """`least`: the weakest role that may do it to a record that is another's; None: the operator alone."""

    call: Callable[[Any, Ids], Any]
    least: str | None = "user"


def _file(my: Workspace, ids: Ids) -> tuple[Any, Any, Any]:
    lines = f"Id,Name,Owner\n{ids.customer},Taken,{ids.user}\n,Taken too,{ids.email}\n".encode()
    sheet = my.read_file(lines, "some.csv")
    return my.customers, sheet, my.guess(sheet, my.customers)


def _links(ids: Ids) -> dict[str, int]:
    return {"customer_id": ids.customer, "lead_id": ids.lead, "deal_id": ids.deal, "task_id": ids.task}


def _view(my: Workspace, ids: Ids) -> int:
    """A view of one's own: nobody else's can be named, and one for the company has its tests in tests/accounts."""
    return my.views.add(my.customers, f"View {uuid4().hex}", {}, Layout())


def _board(my: Workspace, ids: Ids) -> int:
    """A dashboard of one's own, as with views; those for the company are tried in tests/numbers."""
    return my.dashboards.add(f"Dashboard {uuid4().hex}", [Own()])


def _tile(my: Workspace, ids: Ids) -> int | None:
    (tile,) = my.dashboards.get(_board(my, ids)).tiles
    return tile.id


def _goal(my: Workspace, ids: Ids) -> int:
    return my.goals.set([Wanted(ids.user, date(2026, 2, 1), 1, None, "12.50")])


def _this_month() -> date:
    return clock.now().date().replace(day=1)


def _give(my: Workspace, ids: Ids) -> int:
    return my.submissions.give(_this_month(), "12.50", over=ids.user)


def _of(ids: Ids) -> Query:
    """The deals of somebody, whose goals are compared with them."""
    return Query(where={"assigned_to": (ids.user,)})


def _twin(my: Workspace, ids: Ids) -> int:
    """Another customer, made by whoever may merge them; for others one that they must not even look for."""
    return my.customers.add({"name": "Twin"}) if my.customers.may("archive") else ids.customer + 1


def _own_fields(my: Workspace) -> list[str]:
    """The fields that the company has added to its leads, one at least of whoever may add it."""
    if my.may("profile") and not my.own_fields.get().of("leads"):
        my.own_fields.add("leads", "Region", "text")
    return [one.name for one in my.own_fields.get().of("leads")] or ["own_text_1"]


def _about(ids: Ids) -> Query:
    return Query(where={"customer_id": (ids.customer,)})


WORKSPACE = {
    "commit_import": Verb(lambda my, ids: my.commit_import(*_file(my, ids)), "manager"),
    "company_file": Verb(lambda my, ids: my.company_file(), "admin"),
    "export": Verb(
        lambda my, ids: my.export(my.customers, Query(where={"assigned_to": (ids.user,)})), "manager"
    ),
    "export_chart": Verb(lambda my, ids: my.export_chart("owner"), "manager"),
    "export_changes": Verb(
        lambda my, ids: my.export_changes(_about(ids), date(2026, 1, 1), ALL_TIME), "manager"
    ),
    "export_breakdown": Verb(lambda my, ids: my.export_breakdown(_about(ids)), "manager"),
    "export_own": Verb(lambda my, ids: my.export_own(Own()), "manager"),
    "find": Verb(lambda my, ids: my.find(ids.email)),
    "members": Verb(lambda my, ids: my.members()),
    "members_and_last_change": Verb(lambda my, ids: my.members_and_last_change()),
    "kept_import": Verb(lambda my, ids: my.kept_import(*_file(my, ids)), "manager"),
    "strangers": Verb(lambda my, ids: my.strangers(*_file(my, ids)), "manager"),
    "rehearse": Verb(lambda my, ids: my.rehearse(*_file(my, ids)), "manager"),
    "take_away": Verb(lambda my, ids: my.take_away(), "admin"),
}
# They judge, name or read a file that is given; or hand out a room, whose verbs are below.
WORKSPACE_PURE = {"may", "records", "read_file", "guess"}

NUMBERS = {
    "accuracy": Verb(lambda my, ids: my.numbers.accuracy(_of(ids))),
    "against_goals": Verb(lambda my, ids: my.numbers.against_goals(_of(ids), my.numbers.period("this_year"))),
    "ages": Verb(lambda my, ids: my.numbers.ages()),
    "board": Verb(lambda my, ids: my.numbers.board(_about(ids))),
    "board_then": Verb(lambda my, ids: my.numbers.board_then(_about(ids))),
    "past_day": Verb(lambda my, ids: my.numbers.past_day()),
    "breakdown": Verb(lambda my, ids: my.numbers.breakdown(_about(ids), by="customer.industry")),
    "by_month": Verb(lambda my, ids: my.numbers.by_month()),
    "by_owner": Verb(lambda my, ids: my.numbers.by_owner()),
    "by_stage": Verb(lambda my, ids: my.numbers.by_stage(_about(ids))),
    "bridge": Verb(lambda my, ids: my.numbers.bridge(_about(ids))),
    "chart": Verb(lambda my, ids: my.numbers.chart("owner")),
    "closed_days": Verb(lambda my, ids: my.numbers.closed_days()),
    "cohorts": Verb(lambda my, ids: my.numbers.cohorts(_about(ids))),
    "conversion": Verb(lambda my, ids: my.numbers.conversion()),
    "currency": Verb(lambda my, ids: my.numbers.currency()),
    "dimensions": Verb(lambda my, ids: my.numbers.dimensions()),
    "forecast": Verb(lambda my, ids: my.numbers.forecast(_about(ids))),
    "forecast_board": Verb(lambda my, ids: my.numbers.forecast_board(_about(ids))),
    "funnel": Verb(lambda my, ids: my.numbers.funnel(_about(ids))),
    "goal_year": Verb(lambda my, ids: my.numbers.goal_year(_of(ids))),
    "leads_of": Verb(lambda my, ids: my.numbers.leads_of(_about(ids))),
    "losses": Verb(lambda my, ids: my.numbers.losses()),
    "overview": Verb(lambda my, ids: my.numbers.overview()),
    "own": Verb(lambda my, ids: my.numbers.own(Own(), _about(ids))),
    "period": Verb(lambda my, ids: my.numbers.period("this_year")),
    "put_off": Verb(lambda my, ids: my.numbers.put_off()),
    "review": Verb(lambda my, ids: my.numbers.review(_about(ids))),
    "sources": Verb(lambda my, ids: my.numbers.sources()),
    "stage_days": Verb(lambda my, ids: my.numbers.stage_days(_about(ids))),
    "stage_rates": Verb(lambda my, ids: my.numbers.stage_rates(_about(ids))),
    "submitted": Verb(lambda my, ids: my.numbers.submitted(_of(ids))),
    "standing": Verb(lambda my, ids: my.numbers.standing()),
    "told": Verb(lambda my, ids: my.numbers.told(_about(ids))),
    "tasks": Verb(lambda my, ids: my.numbers.tasks()),
    "then_and_now": Verb(lambda my, ids: my.numbers.then_and_now(_about(ids))),
    "tiles": Verb(lambda my, ids: my.numbers.tiles()),
}
MEMBERS = {
    "all": Verb(lambda my, ids: my.people.all()),
    "bring_back": Verb(lambda my, ids: my.people.bring_back(ids.user), "admin"),
    "change_role": Verb(lambda my, ids: my.people.change_role(ids.user, "admin"), "admin"),
    "end": Verb(lambda my, ids: my.people.end(ids.user, my.scope.user_id, True), "admin"),
    "invitations": Verb(lambda my, ids: my.people.invitations(), "admin"),
    "invite": Verb(lambda my, ids: my.people.invite("new@else.example", "user"), "admin"),
    "open_work": Verb(lambda my, ids: my.people.open_work(ids.user), "admin"),
    "reset_link": Verb(lambda my, ids: my.people.reset_link(ids.user), "admin"),
    "withdraw": Verb(lambda my, ids: my.people.withdraw(ids.email), "admin"),
}
PROFILE = {
    "change": Verb(lambda my, ids: my.profile.change({"city": (None, "Graz")}), "admin"),
    "get": Verb(lambda my, ids: my.profile.get()),
}
LAYOUTS = {
    "get": Verb(lambda my, ids: my.layouts.get(my.customers)),
    "keep": Verb(lambda my, ids: my.layouts.keep(my.customers, Layout(hidden=("email",)))),
    "keep_period": Verb(lambda my, ids: my.layouts.keep_period("last_year", "none")),
    "period": Verb(lambda my, ids: my.layouts.period()),
}
ALIKE = {
    "groups": Verb(lambda my, ids: my.alike.groups("customers")),
    "keep_apart": Verb(
        lambda my, ids: my.alike.keep_apart("customers", [ids.customer, _twin(my, ids)]), "manager"
    ),
    "lookalikes": Verb(
        lambda my, ids: my.alike.lookalikes("customers", {"email": ids.email.replace("admin@", "buyer@")})
    ),
    "lookalikes_of": Verb(
        lambda my, ids: my.alike.lookalikes_of(
            "customers", [({"email": ids.email.replace("admin@", "buyer@")}, None), ({"name": "A"}, 1)]
        )
    ),
    "merge": Verb(
        lambda my, ids: my.alike.merge("customers", [ids.customer, _twin(my, ids)], ids.customer), "manager"
    ),
}
STAGES = {
    "change": Verb(lambda my, ids: my.stages.change({("proposal", "days"): (10, 9)}), "admin"),
    "get": Verb(lambda my, ids: my.stages.get()),
}
FIELDS = {
    "add": Verb(lambda my, ids: my.own_fields.add("customers", f"Field {uuid4().hex[:8]}", "text"), "admin"),
    "change": Verb(
        lambda my, ids: my.own_fields.change("leads", _own_fields(my)[0], {"section": ("", "")}), "admin"
    ),
    "get": Verb(lambda my, ids: my.own_fields.get()),
    "hide": Verb(lambda my, ids: my.own_fields.hide("leads", _own_fields(my)[0]), "admin"),
    "order": Verb(lambda my, ids: my.own_fields.order("leads", _own_fields(my)), "admin"),
}
CHANGES = {
    "events": Verb(lambda my, ids: my.changes.events(), "admin"),
    "export": Verb(lambda my, ids: my.changes.export(), "manager"),
    "feed": Verb(lambda my, ids: my.changes.feed("deals", ids.deal)),
    "go_back": Verb(lambda my, ids: my.changes.go_back(ids.done, ids.done, rest=True), "admin"),
    "since": Verb(lambda my, ids: my.changes.since(datetime(2020, 1, 1, tzinfo=UTC)), "admin"),
    "find": Verb(lambda my, ids: my.changes.find(ids.email)),
    "get": Verb(lambda my, ids: my.changes.get(ids.done), "manager"),
    "lines": Verb(lambda my, ids: my.changes.lines(ids.done), "manager"),
    "page": Verb(lambda my, ids: my.changes.page()),
    "preview": Verb(lambda my, ids: my.changes.preview(ids.done), "manager"),
    "put_back": Verb(lambda my, ids: my.changes.put_back("customers", ids.customer, "a change"), "manager"),
    "steps": Verb(lambda my, ids: my.changes.steps("customers")),
    "undo": Verb(lambda my, ids: my.changes.undo(ids.done, rest=True), "manager"),
    "verify": Verb(lambda my, ids: my.changes.verify(), "manager"),
}
TRASH = {
    "counts": Verb(lambda my, ids: my.trash.counts(), "manager"),
    "keep_for": Verb(lambda my, ids: my.trash.keep_for(90, None, "a word"), "admin"),
    "outlook": Verb(lambda my, ids: my.trash.outlook(90), "admin"),
    "rule": Verb(lambda my, ids: my.trash.rule(), "manager"),
    "erase": Verb(
        lambda my, ids: my.trash.erase("customers", [ids.customer], "as it was", "a word"), "admin"
    ),
    "look": Verb(lambda my, ids: my.trash.look("customers", [ids.customer]), "admin"),
    "page": Verb(lambda my, ids: my.trash.page("customers"), "manager"),
}
VIEWS = {
    "add": Verb(lambda my, ids: my.views.add(my.customers, "Mine", {}, Layout(), shared=True), "manager"),
    "all": Verb(lambda my, ids: my.views.all(my.customers)),
    "change": Verb(lambda my, ids: my.views.change(my.customers, _view(my, ids), name="Another")),
    "choose": Verb(lambda my, ids: my.views.choose(my.customers, Chosen(()))),
    "get": Verb(lambda my, ids: my.views.get(my.customers, _view(my, ids))),
    "remove": Verb(lambda my, ids: my.views.remove(my.customers, _view(my, ids))),
}
DASHBOARDS = {
    "add": Verb(lambda my, ids: my.dashboards.add("Mine", [Own()], shared=True), "manager"),
    "add_chart": Verb(lambda my, ids: my.dashboards.add_chart(_board(my, ids), Own())),
    "all": Verb(lambda my, ids: my.dashboards.all()),
    "change": Verb(lambda my, ids: my.dashboards.change(_board(my, ids), name="Another")),
    "change_chart": Verb(lambda my, ids: my.dashboards.change_chart(_tile(my, ids), Own(by="status"))),
    "get": Verb(lambda my, ids: my.dashboards.get(_board(my, ids))),
    "move_chart": Verb(lambda my, ids: my.dashboards.move_chart(_tile(my, ids), 1)),
    "remove": Verb(lambda my, ids: my.dashboards.remove(_board(my, ids))),
    "remove_chart": Verb(lambda my, ids: my.dashboards.remove_chart(_tile(my, ids))),
}
NOUNS = {
    "Activities.log": Verb(lambda my, ids: my.activities.log("call", **_links(ids))),
    "Activities.pin": Verb(lambda my, ids: my.activities.pin(my.activities.log("note", **_links(ids)))),
    "Activities.mentioned": Verb(lambda my, ids: my.activities.mentioned([ids.deal])),
    "Deals.move": Verb(lambda my, ids: my.deals.move(ids.deal, "proposal", "prospect"), "manager"),
    "Deals.reviewed": Verb(lambda my, ids: my.deals.reviewed(ids.deal)),
    "Deals.pushes": Verb(lambda my, ids: my.deals.pushes([ids.deal])),
    "Deals.moves": Verb(lambda my, ids: my.deals.moves(ids.deal)),
    "ExchangeRates.all": Verb(lambda my, ids: my.exchange_rates.all()),
    "ExchangeRates.remove": Verb(lambda my, ids: my.exchange_rates.remove([]), "admin"),
    "ExchangeRates.set": Verb(lambda my, ids: my.exchange_rates.set("EUR", "2026-02-01", "1.0825"), "admin"),
    "Goals.set": Verb(_goal, "manager"),
    "Submissions.give": Verb(_give, "manager"),
    "Submissions.of_month": Verb(lambda my, ids: my.submissions.of_month(_this_month(), "USD")),
    "Goals.year": Verb(lambda my, ids: my.goals.year(date(2026, 1, 1), "USD")),
    "Leads.convert": Verb(lambda my, ids: my.leads.convert(ids.lead, customer=ids.customer), "manager"),
    "Tasks.complete": Verb(lambda my, ids: my.tasks.complete(ids.task), "manager"),
    "Tasks.counts": Verb(lambda my, ids: my.tasks.counts(_about(ids))),
    "Tasks.reopen": Verb(lambda my, ids: my.tasks.reopen(ids.task), "user"),  # it is open: nothing to do
    "Tasks.reschedule": Verb(lambda my, ids: my.tasks.reschedule(ids.task, "2030-01-01"), "manager"),
}
# Of every kind of record: they neither read nor write rows, but judge, name or describe.
RECORDS_PURE = {
    "may", "query", "params", "narrow", "default_query", "judge", "consequences", "from_file", "in_one_currency",
    "parse_all", "linked", "matching", "visible", "new_values", "group", "unsound", "by_itself", "stays",
    "told_in", "summed",
}  # fmt: skip

# What an Actor asks of the installation: the operator alone, whatever role they have in a company.
Ask = Callable[[Installation, Actor, Ids], Any]
OPERATORS: dict[str, Ask] = {
    "Installation.bring_back": lambda house, actor, ids: house.bring_back(actor, Path("x.zip")),
    "Installation.look_at_company": lambda house, actor, ids: house.look_at_company(actor, Path("x.zip")),
    "Installation.members_of": lambda house, actor, ids: house.members_of(actor, ids.company),
    "People.find": lambda house, actor, ids: house.people.find(actor, ids.email),
    "People.set_active": lambda house, actor, ids: house.people.set_active(actor, ids.email, False),
    "People.set_operator": lambda house, actor, ids: house.people.set_operator(actor, ids.email, True),
    "Companies.all": lambda house, actor, ids: house.companies.all(actor),
    "Companies.change": lambda house, actor, ids: house.companies.change(
        actor, ids.company, {"status": ("active", "suspended")}
    ),
    "Companies.make": lambda house, actor, ids: house.companies.make(
        actor, {"name": "New", "email": "n@new.example"}
    ),
    "Links.reset": lambda house, actor, ids: house.links.reset(actor, ids.email),
    "Backups.list": lambda house, actor, ids: house.backups.list(actor),
    "Backups.make": lambda house, actor, ids: house.backups.make(actor),
    "Backups.prove": lambda house, actor, ids: house.backups.prove("crm_backup_20260101-000000.db", actor),
    "Backups.proofs": lambda house, actor, ids: house.backups.proofs(actor),
    "Backups.send": lambda house, actor, ids: house.backups.send("crm_backup_20260101-000000.db", actor),
    "Backups.fetch": lambda house, actor, ids: house.backups.fetch("crm_backup_20260101-000000.db", actor),
    "Backups.copies": lambda house, actor, ids: house.backups.copies(actor),
    "Backups.restore": lambda house, actor, ids: house.backups.restore(
        "crm_backup_20260101-000000.db", actor
    ),
    "Backups.restore_file": lambda house, actor, ids: house.backups.restore_file(Path("x.db"), actor),
    "Backups.since": lambda house, actor, ids: house.backups.since("crm_backup_20260101-000000.db", actor),
    "Backups.since_file": lambda house, actor, ids: house.backups.since_file(Path("x.db"), actor),
    "Backups.ends": lambda house, actor, ids: house.backups.ends(actor),
    "Backups.status": lambda house, actor, ids: house.backups.status(actor),
    "Backups.verify": lambda house, actor, ids: house.backups.verify("crm_backup_20260101-000000.db", actor),
    "Backups.verify_file": lambda house, actor, ids: house.backups.verify_file(Path("x.db"), actor),
}
# What proves itself by a token, a ticket, a link or a password, or tells nothing of any company; tests/accounts.
PROVED = {
    "Installation": {
        "change_password", "change_portrait", "change_profile", "chores", "demand_ready",
        "demand_whole", "empty_trash",
        "is_signed_in", "list_words", "portrait", "profile", "scope", "shortages",
        "sign_in", "state",
    },
    "Companies": {"exist"},
    "People": {"has_operator"},
    "Links": {"look", "redeem_invite", "redeem_reset", "redeem_setup", "setup", "tidy"},
    "Backups": {"clear", "daily", "health", "moments", "prune"},
    "Sessions": {"end", "end_everywhere", "end_one", "of", "open", "resolve", "switch", "tidy"},
}  # fmt: skip

DOORS: dict[str, tuple[tuple[type, ...], dict[str, Verb], set[str]]] = {
    "Workspace": ((Workspace,), WORKSPACE, WORKSPACE_PURE),
    "Numbers": ((Numbers,), NUMBERS, set()),
    "Members": ((Members,), MEMBERS, set()),
    "Profile": ((Profile,), PROFILE, set()),
    "Stages": ((Stages,), STAGES, set()),
    "Fields": ((Fields,), FIELDS, set()),
    "Layouts": ((Layouts,), LAYOUTS, set()),
    "Alike": ((Alike,), ALIKE, set()),
    "Changes": ((Changes,), CHANGES, set()),
    "Trash": ((Trash,), TRASH, set()),
    "Views": ((Views,), VIEWS, set()),
    "Dashboards": ((Dashboards,), DASHBOARDS, set()),
}
VERBS = {
    f"{door}.{name}": verb for door, (_, verbs, _) in DOORS.items() for name, verb in verbs.items()
} | NOUNS


def told(answer: Any) -> str:
    """Everything that an answer tells, in one text; what comes piece by piece is taken to its end."""
    if isinstance(answer, bytes):
        if answer.startswith(b"SQLite format 3"):
            return answer.decode("latin-1")
        if answer.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(answer)) as files:
                return " ".join(told(files.read(name)) for name in files.namelist())
        return answer.decode("utf-8-sig")
    if isinstance(answer, pd.DataFrame):
        return str(answer.to_csv())
    if isinstance(answer, list | tuple):
        return " ".join(map(told, answer))
    if isinstance(answer, Iterator):
        pieces = list(answer)
        return told(b"".join(pieces)) if all(isinstance(piece, bytes) for piece in pieces) else told(pieces)
    return repr(answer)
