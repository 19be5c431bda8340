"""Calls about a company's people, what it says of itself, and its files."""

from collections.abc import Callable
from datetime import date
from typing import Any

from crm_data import Layout, Own, Workspace
from crm_data.numbers.period import Period
from crm_data.rights import ROLES
from crm_data.tables.fields import fields_of
from crm_data.transfer.csv_out import Form
from tests.model import files
from tests.model.calls.given import query
from tests.model.calls.scene import LONG_ACT, Call, Scene, simply
from tests.model.world import members
from tests.support.kinds import CLASSES


def _members(verb: str, role: bool = False, writes: bool = True) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        person = here.person()
        given: list[Any] = [here.dice.choice([*ROLES, "admin", "owner"])] * role
        said_ = {"person": person, "given": given}
        return Call("", lambda my: getattr(my.people, verb)(person, *given), said_, writes=writes)

    return made


def _end(here: Scene) -> Call:
    person = here.person()
    to = here.dice.choice([None, here.person(), here.person(), person])
    close = here.dice.random() < 0.8
    elsewhere = any(
        person in members(tables) and not members(tables)[person].ended
        for id_, tables in here.dump.items()
        if id_ != here.company
    )
    said_ = {"person": person, "to": to, "close": close, "elsewhere": elsewhere}
    return Call("", lambda my: my.people.end(person, to, close), said_, writes=True)


def _invite(here: Scene) -> Call:
    own = [
        f"new{here.dice.randrange(5)}@example.com",
        f"admin@{here.canary}.example",
        "both@example.com",
        "no",
    ]
    email, role = here.dice.choice(own), here.dice.choice(["user", "admin", "owner"])
    said_ = {"email": email, "role": role}
    return Call("", lambda my: my.people.invite(email, role), said_, writes=True)


def _withdraw(here: Scene) -> Call:
    email = f"new{here.dice.randrange(5)}@example.com"
    return Call("", lambda my: my.people.withdraw(email), {"email": email}, writes=True)


def _profile(here: Scene) -> Call:
    row = here.own["companies"][here.company]
    name = here.dice.choice(["city", "industry", "name", "currency", "address", "status"])
    new = f"{here.canary} {here.dice.randrange(9)}"
    if name == "currency":
        new = here.dice.choice(["USD", "EUR", "eur", "EURO"])
    seen = row[name] if here.dice.random() < 0.9 else "something else"
    said_ = {"name": name, "seen": seen, "new": new}
    return Call("", lambda my: my.profile.change({name: (seen, new)}), said_, writes=True)


def _import(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = here.kind()
        data = files.some(here.dice, kind, here.around)
        act = f"{here.dice.randrange(10**LONG_ACT):0{LONG_ACT}d}"

        def do(my: Workspace) -> Any:
            records = my.records(kind)
            sheet = my.read_file(data, f"{kind}.csv")
            plan = my.guess(sheet, records)
            if verb != "commit":
                return getattr(my, verb)(records, sheet, plan)
            return my.commit_import(records, sheet, plan, act_id=act)

        return Call("", do, {"kind": kind, "data": data}, writes=verb == "commit")

    return made


def _layout(here: Scene) -> Call:
    kind = here.kind()
    return Call("", lambda my: my.layouts.get(my.records(kind)), {"kind": kind})


def _keep_layout(here: Scene) -> Call:
    dice, kind = here.dice, here.kind()
    fields = fields_of(CLASSES[kind].table)
    names = dice.sample(list(fields), 4)
    said_ = {"order": names, "hidden": names[:1], "widths": {names[1]: dice.randint(40, 1_000)}, "pinned": 2}
    layout = Layout.read(said_, fields)
    return Call(
        "", lambda my: my.layouts.keep(my.records(kind), layout), {"kind": kind, "layout": layout}, True
    )


def _period(here: Scene) -> Call:
    return Call("", lambda my: my.layouts.period(), {"kind": "period"})


def _keep_period(here: Scene) -> Call:
    words = here.dice.choice(["all", "last_year", "2017-q3"]), here.dice.choice(["none", "before"])
    return Call("", lambda my: my.layouts.keep_period(*words), {"kind": "period", "words": words}, True)


def _read_file(here: Scene) -> Call:
    kind = here.kind()
    data = files.some(here.dice, kind, here.around)
    if here.dice.random() < 0.3:
        data = here.dice.choice(
            [b"", b"PK\x03\x04", data[: len(data) // 2], data.replace(b",", b";"), b'a,"b']
        )

    def do(my: Workspace) -> Any:
        sheet = my.read_file(data, "x.csv")
        return sheet, my.guess(sheet, my.records(kind))

    return Call("", do, {"kind": kind})


def _export(here: Scene) -> Call:
    kind = here.kind()
    wanted = query(here, kind)
    form = here.dice.choice(list(Form))
    detail = {"kind": kind, "query": wanted, "form": form}
    return Call("", lambda my: my.export(my.records(kind), wanted, form=form), detail, writes=True)


VERBS: dict[str, Callable[[Scene], Call]] = {
    "Members.all": simply(lambda my: my.people.all()),
    "Members.invite": _invite,
    "Members.invitations": simply(lambda my: my.people.invitations()),
    "Members.withdraw": _withdraw,
    "Members.change_role": _members("change_role", role=True),
    "Members.open_work": _members("open_work", writes=False),
    "Members.end": _end,
    "Members.bring_back": _members("bring_back"),
    "Members.reset_link": _members("reset_link"),
    "Profile.get": simply(lambda my: my.profile.get()),
    "Profile.change": _profile,
    "Fields.get": simply(lambda my: my.own_fields.get().each),
    "Stages.get": simply(lambda my: my.stages.get().each),
    "Layouts.get": _layout,
    "Layouts.keep": _keep_layout,
    "Layouts.keep_period": _keep_period,
    "Layouts.period": _period,
    "Workspace.members": simply(lambda my: my.members()),
    "Workspace.members_and_last_change": simply(lambda my: my.members_and_last_change()),
    "Workspace.may": simply(lambda my: {act: my.may(act) for act in ("add", "export", "members", "backup")}),
    "Workspace.records": simply(lambda my: my.records("security_log")),
    "Workspace.export": _export,
    "Workspace.export_chart": simply(lambda my: my.export_chart("month"), writes=True),
    "Workspace.export_changes": simply(
        lambda my: my.export_changes(None, date(2026, 1, 1), Period(date(2026, 1, 1), date(2026, 12, 31))),
        writes=True,
    ),
    "Workspace.export_breakdown": simply(lambda my: my.export_breakdown(), writes=True),
    "Workspace.export_own": simply(lambda my: my.export_own(Own()), writes=True),
    "Workspace.company_file": simply(lambda my: my.company_file(), writes=True),
    "Workspace.take_away": simply(lambda my: my.take_away(), writes=True),
    "Workspace.read_file": _read_file,
    "Workspace.guess": _read_file,
    "Workspace.rehearse": _import("rehearse"),
    "Workspace.strangers": _import("strangers"),
    "Workspace.kept_import": _import("kept_import"),
    "Workspace.commit_import": _import("commit"),
}
