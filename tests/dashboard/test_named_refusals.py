"""A refusal names a field as the form does on which it was filled in: every form, and every text that it takes."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_data import Workspace, errors
from crm_data.installation import Installation
from crm_data.store.store import Store
from dashboard import runtime, session
from dashboard.parts.place import KIND_OF
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.dashboard.test_refused import least
from tests.support.own import own_settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WRONG = "a\x07b"  # no field takes a bell
# What signing in refuses it does not say of which field; days are chosen, not typed; what a grid's change lacks
# has the labels of the fields themselves; the last draws before anybody comes.
ASIDE = {
    "sign_in/form.py",
    "parts/task_row.py",
    "parts/queue.py",
    "parts/lacking.py",
    "parts/proof.py",
    "warm_page.py",
}
# Proved by signing in or compared with another: their refusals are sentences of their own.
NOT_JUDGED = ("The same again", "Old password", "Your password")


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        yield made


@pytest.fixture(scope="module")
def bare(new_database: Any) -> Iterator[tuple[Store, Any]]:
    """An installation without a company."""
    url = new_database("sqlite").url
    store = Store(url)
    yield store, own_settings(url)
    store.close()


class Form:
    """One form of the house, opened by an admin who runs the installation."""

    def __init__(self, home: House, patch: pytest.MonkeyPatch) -> None:
        self.home, self.my = home, home.office.at(0, "admin")
        self._patch = patch
        patch.setattr(session, "address", lambda: "192.0.2.1")
        runtime.use(home.office.store, home.settings)

    def at(self, page: str, signed: bool = True, **query: str) -> AppTest:
        held = self.home.token("admin") if signed else None
        self._patch.setattr(session, "token", lambda: held)
        at = AppTest.from_file(str(SCRIPT), default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        return at.switch_page(f"../pages/{page}.py").run() if page else at

    def record(self, table: str) -> AppTest:
        id_ = self.my.records(table).add(self.my.records(table).new_values() | least(self.my, table))
        return self.at("record", kind=KIND_OF[table], id=str(id_))


def edited(table: str) -> Callable[[Form], tuple[AppTest, str]]:
    def opened(form: Form) -> tuple[AppTest, str]:
        return form.record(table).button(key="record.edit").click().run(), "Save changes"

    return opened


def new_deal(form: Form) -> tuple[AppTest, str]:
    return form.at("pipeline", tab="deals").button(key="deals.new").click().run(), "Add deal"


def closed(stage: str, reason: str | None = None) -> Callable[[Form], tuple[AppTest, str]]:
    def opened(form: Form) -> tuple[AppTest, str]:
        at = form.record("deals")
        at.selectbox[0].set_value(stage).run()
        if reason:
            next(box for box in at.selectbox if box.label.startswith("Why")).set_value(reason)
        return at, f"Close as {stage.removeprefix('closed_')}"

    return opened


def converted(form: Form) -> tuple[AppTest, str]:
    return form.record("leads").button(key="record.convert").click().run(), "Convert to a deal"


def logged(form: Form) -> tuple[AppTest, str]:
    at = form.record("customers")
    at.session_state[f"record.log.{at.query_params['id'][0]}.box"] = True
    return at.run(), "Log it"


def shown(page: str, submit: str, **query: str) -> Callable[[Form], tuple[AppTest, str]]:
    return lambda form: (form.at(page, **query), submit)


def reviewing(submit: str) -> Callable[[Form], tuple[AppTest, str]]:
    def opened(form: Form) -> tuple[AppTest, str]:
        form.record("deals")
        return form.at("pipeline", tab="review"), submit

    return opened


def giving(form: Form) -> tuple[AppTest, str]:
    return form.at("pipeline", tab="forecast").button(key="submitted.give").click().run(), "Give it"


def linked(kind: str, submit: str) -> Callable[[Form], tuple[AppTest, str]]:
    def opened(form: Form) -> tuple[AppTest, str]:
        if kind == "invite":
            token = form.my.people.invite("somebody.new@alpha.example", "user")
        else:
            token = form.my.people.reset_link(form.home.user("user"))
        return form.at("", signed=False, link=token), submit

    return opened


def operated(submit: str) -> Callable[[Form], tuple[AppTest, str]]:
    def opened(form: Form) -> tuple[AppTest, str]:
        from crm_data.tables import User
        from crm_data.tables.user import UserRole

        form.home.change(User, User.email == form.home.email("admin"), role=UserRole.SUPER_ADMIN.value)
        return form.at("admin", tab="companies"), submit

    return opened


# Name -> the file that draws it, and how it is opened. Those of no `st.form` are sent by a button.
FORMS: dict[str, tuple[str, Callable[[Form], tuple[AppTest, str]]]] = {
    **{f"edit one of {table}": ("parts/form.py", edited(table)) for table in Workspace.kinds},
    "a new deal with its customer": ("parts/form.py", new_deal),
    "a deal won": ("parts/move.py", closed("closed_won")),
    "a deal lost": ("parts/move.py", closed("closed_lost", "Price")),
    "a lead converted": ("parts/convert.py", converted),
    "what happened": ("parts/log_form.py", logged),
    "the company's profile": (
        "parts/profile_panel.py",
        shown("admin", "Save company profile", tab="company"),
    ),
    "an exchange rate": ("parts/rates_panel.py", shown("admin", "Set the rate", tab="company")),
    "what the stages are called": ("parts/stages_panel.py", shown("admin", "Save stages", tab="stages")),
    "a given forecast": ("parts/submitted.py", giving),
    "a next step": ("parts/review.py", reviewing("Add step")),
    "a review": ("parts/review.py", reviewing("Reviewed, next deal")),
    "a field of the company's own": ("parts/fields_panel.py", shown("admin", "Add the field", tab="fields")),
    "one's own account": ("sign_in/own_account.py", shown("account", "Save account")),
    "one's own password": ("sign_in/own_account.py", shown("account", "Change password")),
    "an invitation": ("parts/people_panel.py", shown("admin", "Make an invitation")),
    "joining": ("sign_in/links.py", linked("invite", "Join")),
    "a new password": ("sign_in/links.py", linked("reset", "Save new password")),
    "a company": ("parts/companies_panel.py", operated("Add company")),
    "one more admin": ("parts/companies_panel.py", operated("Invite as admin")),
}


def said(at: AppTest) -> str:
    """What is refused, in the letters that are read."""
    return (
        " ".join(error.value for error in at.error).replace(":color[", "").replace("\\", "").replace("]", "")
    )


def called(box: Any) -> str:
    """What a field is called, without the sign that it must be filled in."""
    return str(box.label).replace(":color[", "").replace("\\", "").removesuffix(" *").rstrip("?").casefold()


def boxes(at: AppTest, submit: str) -> list[Any]:
    """The texts that the form of a button takes; of a button that is in none, those that are in none."""
    (button,) = [one for one in at.button if one.label == submit]
    mine = [box for box in (*at.text_input, *at.text_area) if box.form_id == button.form_id]
    if not button.form_id:
        keys = {"Make an invitation": "people.email", "Add company": "companies."}
        mine = [box for box in mine if str(box.key or "").startswith(keys.get(submit, "companies."))]
        alone = submit == "Invite as admin"
        mine = [
            box for box in mine if (box.label == "E-mail of one more admin") is alone and box.label != "Plan"
        ]
    return [box for box in mine if box.label not in NOT_JUDGED and not box.disabled]


def send(at: AppTest, submit: str, values: dict[str, str]) -> str:
    for box in boxes(at, submit):
        if box.label in values:
            box.set_value(values[box.label])
    for box in at.text_input:  # so that the two agree, and what is wrong is the password
        if box.label == "The same again":
            box.set_value(values.get("New password", ""))
    if "Your password" not in [box.label for box in at.text_input] and submit == "Change password":
        next(box for box in at.text_input if box.label == "Old password").set_value("a dozen words or so")
    next(one for one in at.button if one.label == submit).click()
    at.run()
    assert not at.exception, at.exception
    return said(at).casefold()


def named_by_and_by(at: AppTest, submit: str, wrong: dict[str, str], good: dict[str, str]) -> None:
    """Everything that is wrong is named, all at once or one after the other as it is mended."""
    while wrong:
        refused = send(at, submit, wrong)
        named = {box.label for box in boxes(at, submit) if called(box) in refused and box.label in wrong}
        assert named, f"{refused!r} names none of {list(wrong)}"
        wrong = {label: value for label, value in wrong.items() if label not in named}
        for box in boxes(at, submit):
            if box.label in named:
                box.set_value(good.get(box.label, ""))


@pytest.mark.parametrize("name", FORMS)
def test_a_refusal_names_the_field_as_the_form_does(
    home: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file, opened = FORMS[name]
    drawn: set[str] = set()
    form = st.form

    def noted(*args: Any, **named: Any) -> Any:
        drawn.add(sys._getframe(1).f_code.co_filename)
        return form(*args, **named)

    monkeypatch.setattr(st, "form", noted)
    at, submit = opened(Form(home, monkeypatch))
    assert not at.exception, at.exception
    held = boxes(at, submit)
    assert held
    assert any(one.endswith(file) for one in drawn) or not held[0].form_id
    known = {box.label: box.value or "" for box in held}
    labels = [box.label for box in held]
    assert len(set(labels)) == len(labels), "two fields of one name"
    named_by_and_by(at, submit, dict.fromkeys(labels, WRONG), {**known, **GOOD})
    runtime.stop()


GOOD = {
    "Company name *": "Third", "Company e-mail *": "office@third.example", "Currency": "USD",
    "First name": "Ann", "Last name": "Byron", "E-mail of its first admin": "", "Title *": "Something",
    "Name *": "Something", "New password": "a dozen other words", "Value *": "1", "Value won": "1", "Deal": "D",
    "Number (USD)": "1",
    "Customer name": "Mill", "Title": "Something",
}  # fmt: skip


def test_setting_up_names_them_too(bare: tuple[Store, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The one form that has both a company and a person."""
    store, wanted = bare
    runtime.use(store, wanted)
    monkeypatch.setattr(session, "token", lambda: None)
    monkeypatch.setattr(session, "address", lambda: "192.0.2.1")
    at = AppTest.from_file(str(SCRIPT), default_timeout=60)
    at.query_params["link"] = Installation(store, wanted).links.setup() or ""
    at.run()
    labels = [box.label for box in boxes(at, "Set up")]
    assert {"Company name", "Company e-mail", "Your e-mail"} <= set(labels)
    good = {"Company name": "Acme", "Company e-mail": "a@acme.example", "Your e-mail": "b@acme.example"}
    named_by_and_by(at, "Set up", dict.fromkeys(labels, WRONG), {**GOOD, **good})
    empty = send(at, "Set up", {**GOOD, **good, "Company name": "", "Company e-mail": ""})
    assert "company name is needed" in empty
    assert "company e-mail is needed" in empty
    runtime.stop()


def test_every_form_is_looked_at() -> None:
    there = set()
    for path in ROOT.glob("dashboard/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "form" and ast.unparse(node) == "st.form":
                there.add(path.relative_to(ROOT / "dashboard").as_posix())
    drawn = {file for file, _ in FORMS.values()} - {"parts/people_panel.py", "parts/companies_panel.py"}
    assert there - ASIDE == drawn
    assert there > ASIDE


def test_only_what_begins_with_the_label_is_renamed() -> None:
    refused = errors.Invalid([errors.Problem("a", "Name is needed."), errors.Problem("b", "Names differ.")])
    assert str(refused.called({"Name": "Company name"})) == "Company name is needed. Names differ."
