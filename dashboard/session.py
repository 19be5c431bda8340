"""Who is here: the sole reader of identity. The session is looked up anew at every rerun and callback."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from crm_data import Workspace
from crm_data.accounts.sessions import Signed
from crm_data.accounts.watched import WatchedStore
from crm_data.errors import CrmError, NotAllowed, NotSignedIn
from crm_data.installation import Installation
from crm_data.store.scope import CompanyScope
from dashboard import runtime
from dashboard.web import cookie

MARK, OWNER, ZONE = "rendered for", "drafts' owner", "chosen zone"
LOST = (
    "You are signed out: your time was up, you signed out in another tab, or an admin ended it. "
    "What was not saved here is gone. Sign in to go on."
)
MOVED = (
    "This tab was loaded anew: in another one you signed in or switched company. "
    "What was not saved here is gone."
)
# What a tab keeps although the person goes: the one-time link it was opened with, and the word after it was used.
ENDED = "sign-in that ended"
LINK, NOTICE = "one-time link", "sign-in notice"
# Set while the app's script runs from top to bottom: within one such run the answer is looked up once.
_now: ContextVar[Signed | None] = ContextVar("signed", default=None)
# And so is the last change in the company, until this run writes something itself.
_last: ContextVar[dict[int, int] | None] = ContextVar("last change", default=None)
_WRITES = "writes"


class CompanySwitched(CrmError):
    """What is on the screen belongs to a company that this session has left."""

    sentence = (
        "You switched to another company in another tab, so nothing was saved. "
        "Switch back there to save this, or go on here with the new company."
    )


def token() -> str | None:
    """The session token of the browser that this script run belongs to. Tests put another function here."""
    return st.context.cookies.get(cookie.name(runtime.running().settings))


def installation() -> Installation:
    """The front door to what has no company."""
    return runtime.running().installation


def look_up() -> Signed | None:
    """Who is signed in at this moment, or None. Raises NotAllowed when their membership cannot be understood."""
    return _now.get() or installation().sessions.resolve(token())


def signed() -> Signed:
    """Who is signed in; for anybody else the script ends here and the sign-in screen comes."""
    return look_up() or _leave()


def workspace() -> Workspace:
    """The signed-in person's Workspace.

    In a callback or fragment of a screen that was drawn for another company it raises CompanySwitched, and for
    another person NotSignedIn: what they save would not be what they saw.
    """
    here = signed()
    drawn = rendered_for()
    if drawn and drawn[0] != here.scope.company_id:
        raise CompanySwitched
    if drawn and drawn[1] != here.account.id:
        raise NotSignedIn
    return workspace_of(here, token())


def workspace_of(here: Signed, held: str | None) -> Workspace:
    """A Workspace that works only as long as the token `held` stands for the same person, company and role.

    And only in the browser that holds it: Streamlit gives a tab, with its callbacks, to whoever knows its name.
    """

    def still(scope: CompanyScope) -> None:
        if token() != held:
            raise NotSignedIn
        _demand_same(scope)

    return Workspace(WatchedStore(runtime.running().store, still, _wrote), here.scope)


def _wrote() -> None:
    if get_script_run_ctx(suppress_warning=True) is None:
        return  # what writes is no tab
    st.session_state[_WRITES] = writes() + 1
    if (known := _last.get()) is not None:
        known.clear()


def writes() -> int:
    """How often this tab has written: what it read before its last write is no longer what there is."""
    return int(st.session_state.get(_WRITES, 0))


def last_change(my: Workspace) -> int:
    """A number that is another after each change in the company; within one run it is asked once."""
    known = _last.get()
    if known is None:
        return my.customers.last_change()
    if my.scope.company_id not in known:
        known[my.scope.company_id] = my.customers.last_change()
    return known[my.scope.company_id]


def members(my: Workspace) -> dict[int, str]:
    """`my.members()`, read anew; the last change in the company is asked for with them."""
    found, last = my.members_and_last_change()
    if last is not None and (known := _last.get()) is not None:
        known.setdefault(my.scope.company_id, last)
    return found


def demand_here(my: Workspace) -> None:
    """Raise unless the person at the browser is still the one that `my` was made for, with the same rights."""
    _demand_same(my.scope)


def _demand_same(scope: CompanyScope) -> None:
    now = look_up()
    if now is None or now.account.id != scope.user_id:
        raise NotSignedIn
    if now.scope.company_id != scope.company_id:
        raise CompanySwitched
    if now.scope.role != scope.role or now.scope.operator != scope.operator:
        raise NotAllowed("Your role was changed just now, so nothing was done. Try again.")


def owner() -> str:
    """Whose drafts a browser keeps: a name of this person, company and sign-in that tells nothing of them."""
    return owner_of(signed(), token() or "")


def ended() -> str | None:
    """The `owner` that this tab was of until its sign-in ended; None for one that was nobody's."""
    found: str | None = st.session_state.get(ENDED)
    return found


def owner_of(here: Signed, held: str) -> str:
    """The `owner` of whoever holds this token."""
    whose = f"drafts of {here.account.id} in {here.scope.company_id}"
    return hmac.new(held.encode(), whose.encode(), "sha256").hexdigest()[:32]


def rendered_for() -> tuple[int, int] | None:
    """Company and person that the screen of this tab was drawn for; None before the first time."""
    drawn: tuple[int, int] | None = st.session_state.get(MARK)
    return drawn


def zone() -> str:
    """The name of the time zone in which this tab was drawn, and in which what is typed in it is meant.

    The one that the person has chosen, else that of their browser, else UTC.
    """
    return str(st.session_state.get(ZONE) or st.context.timezone or "UTC")


def scope() -> CompanyScope | None:
    """Whose run of the app's script this is, with what their company has arranged; None outside of one."""
    here = _now.get()
    return here.scope if here else None


@contextmanager
def one_run() -> Iterator[Signed | None]:
    """The frame of one run of the app's script: who is here, looked up once.

    What a tab kept for another person or company is forgotten first.
    """
    here = installation().sessions.resolve(token())
    mark = (here.scope.company_id, here.account.id) if here else None
    if rendered_for() not in (None, mark):
        kept = {name: st.session_state[name] for name in (LINK, NOTICE) if name in st.session_state}
        kept |= {ENDED: st.session_state[OWNER]} if here is None and OWNER in st.session_state else {}
        st.session_state.clear()
        st.session_state.update({NOTICE: LOST if here is None else MOVED} | kept)
    if here is not None:
        st.session_state.update({MARK: mark, OWNER: owner_of(here, token() or ""), ZONE: here.account.zone})
    before, last = _now.set(here), _last.set({})
    try:
        yield here
    finally:
        _now.reset(before)
        _last.reset(last)


def address() -> str:
    """Where the browser is, for counting failed sign-ins. Streamlit names no address on the same machine."""
    return st.context.ip_address or "127.0.0.1"


def _leave() -> NoReturn:
    st.rerun()
