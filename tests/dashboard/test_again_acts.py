"""What is done within a part is answered as where nothing is sent as it was: what it says, refuses and draws anew.

Every button and choice that some part of a screen holds is used, as its fields are and with all of them filled in.
"""

import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import again, parts, runtime
from dashboard.parts import acts, say
from tests.dashboard.house import House, house
from tests.dashboard.test_again import PAGES, RECORDS, ids, screen, seen
from tests.support.kinds import one_of_each

WORDS = "Said of a kittiwake"
USED = ("button", "selectbox", "button_group")


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        ids.update(one_of_each(made.office.at(0, "manager"), "Wolverine"))
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sentences of all that was done since it was emptied, whoever says them."""
    found: list[str] = []
    announce = acts.announce

    def hear(sentence: str, icon: str = "check") -> None:
        found.append(say.plain(sentence))
        announce(sentence, icon)

    for part in pkgutil.iter_modules(parts.__path__):
        import_module(f"dashboard.parts.{part.name}")
    for module in list(sys.modules.values()):
        if getattr(module, "announce", None) is announce:
            monkeypatch.setattr(module, "announce", hear)
    return found


def held(at: AppTest, kind: str) -> list[str]:
    """The ids of the elements of a kind that some part has sent."""
    sent = (
        message.delta.new_element for part in at.session_state[again._KEPT].values() for message in part.sent
    )
    return list(dict.fromkeys(getattr(one, kind).id for one in sent if one.WhichOneof("type") == kind))


def body(at: AppTest) -> list[str]:
    """All but the toasts, and the grid, which no part holds: it is told some things once."""
    return [line for line in seen(at) if not line.startswith("(2,") and "foyer_grid" not in line]


def open_at(home: House, monkeypatch: pytest.MonkeyPatch, page: str) -> AppTest:
    at = screen(home, monkeypatch, "manager", page)
    if page in RECORDS:  # as if the box had been opened
        kind = page.partition("=")[2]
        at.session_state[f"record.log.{ids[kind]}.turn"] = 0
    return at.run().run()


def there(at: AppTest, kind: str, name: str) -> Any:
    """The element that can be used, or None: a dialog is before all else."""
    if at.get("dialog"):
        return None
    every: list[Any] = list(at.get(kind))
    return next((one for one in every if one.proto.id == name and not one.disabled), None)


def use(one: Any, kind: str) -> None:
    """Press a button, choose what is not chosen."""
    if kind == "button":
        one.click()
    elif kind == "selectbox":
        one.select_index((one.index + 1) % len(one.options))
    else:
        one.set_value(next((each for each in one.options if each != one.value), one.value))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_what_is_done_in_a_part_is_answered_as_without_parts(
    home: House, monkeypatch: pytest.MonkeyPatch, said: list[str], page: str
) -> None:
    monkeypatch.setattr(acts, "monotonic", lambda: 0.0)  # all is in one moment
    at = open_at(home, monkeypatch, page)
    every = [(kind, name) for kind in USED for name in held(at, kind)]
    announced = False
    for filled in (False, True):
        for kind, name in every:
            if (one := there(at, kind, name)) is None:
                at = open_at(home, monkeypatch, page)
                one = there(at, kind, name)
            if one is None:
                continue  # what was done before leaves nothing of it
            for field in (*at.text_input, *at.text_area) if filled else ():
                if field.proto.id in held(at, "text_input") + held(at, "text_area"):
                    field.set_value(WORDS)
            at.session_state[acts._SAID] = acts._Said([], 0, -9)  # what was said before is past
            said.clear()
            use(one, kind)
            now = body(at.run())
            announced |= bool(said)
            for _ in range(2):  # the second of two clicks in one moment sends the toast as well
                assert [toast.value for toast in at.toast] == said, one.label
                assert body(at.run()) == now
            del at.session_state[again._KEPT]
            assert body(at.run()) == now
    assert announced or page not in RECORDS


def saying() -> None:
    """A screen that says what waits."""
    from dashboard.parts import acts

    with acts.one_run():
        acts.show_announcements()


def test_a_toast_is_sent_again_at_once_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(acts, "monotonic", lambda: now)

    def toasts(at: AppTest) -> list[str]:
        return [toast.value for toast in at.run().toast]

    at = AppTest.from_function(saying)
    assert not toasts(at)
    at.session_state[acts._WAIT] = [("One", "check"), ("Two", "check")]
    assert toasts(at) == ["One", "Two"]
    for step in range(4):  # each right after another, as long as the first one stands
        now = step * (acts._AT_ONCE - 0.1)
        assert toasts(at) == ["One", "Two"]
    now += 0.1
    at.session_state[acts._WAIT] = [("Three", "check")]
    assert toasts(at) == ["Three"]  # in the place of what was said before
    now += acts._AT_ONCE + 0.1
    assert not toasts(at)
    now -= 0.1
    assert not toasts(at)
    at.session_state[acts._WAIT] = [("Four", "check")]
    assert toasts(at) == ["Four"]
    until = now + acts._STANDS
    while (now := now + 0.3) < until:
        assert toasts(at) == ["Four"]
    assert not toasts(at)
