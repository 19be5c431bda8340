"""A part of a screen that would be drawn as before is sent as it was: what it is of is compared instead of drawn.

Streamlit clears whatever a run has not sent, so all of a screen is sent at every run; but most of what a run costs
is building and naming its elements, not sending them. Decision 0062.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator_singletons import context_dg_stack
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext, ThreadState

from dashboard import session

_KEPT = "drawn"
_NOTHING = object()
# The parts that this run of the app's script has shown so far.
_here: ContextVar[set[str] | None] = ContextVar("parts of this run", default=None)
# A choice is put where the address says at every run; what is typed once, or letters typed meanwhile would go.
_PUT = ("button_group", "selectbox", "checkbox")


@dataclass(frozen=True)
class _Drawn:
    """What a part was of and where it stood; what it sent, in how many places; its widgets' values and keys, its
    fragments, and the parts in it."""

    of: tuple[Any, ...]
    places: int
    sent: Sequence[ForwardMsg]
    widgets: Mapping[str, Any]
    keys: frozenset[str]
    fragments: frozenset[str]
    parts: frozenset[str]


def drawn(name: str, of: tuple[Any, ...], draw: Callable[[], object]) -> None:
    """`draw()`, or send what it sent the last time. `of`: all that it depends on, but for its own widgets' values.

    It is drawn anew for another person, company, role or sign-in, whose token its callbacks work with, in another
    place, and when a browser has changed one of its widgets. It draws in the present container alone, and gives
    nobody what it made to draw in. Its callbacks are those of the run that drew it: what they need to know is in
    `of`, or they look it up.
    """
    ctx = get_script_run_ctx()
    if ctx is None:
        draw()
        return
    cursor, now = context_dg_stack.get()[-1]._cursor, ThreadState.get()
    if cursor is None or now.fragment_id is not None:
        draw()
        return
    kept: dict[str, _Drawn] | None = st.session_state.get(_KEPT)
    if kept is None:
        kept = st.session_state[_KEPT] = {}
    at = tuple(cursor.delta_path)
    who = (session.rendered_for(), session.scope(), session.zone(), st.session_state.get(session.OWNER))
    whole = (*who, now.active_script_hash, at, *of)
    here = _here.get()
    if here is None:
        here = set()
    here.add(name)
    found = kept.get(name)
    if (
        found is not None
        and found.of == whole
        and _values(ctx, found.widgets) == found.widgets
        and all(map(ctx.fragment_storage.contains, found.fragments))
    ):
        _repeat(ctx, found)
        here |= found.parts
        for _ in range(found.places):
            cursor.lock_element()
        return
    kept.pop(name, None)
    ids, keys = ctx.shared.widget_ids_this_run.snapshot(), ctx.shared.widget_user_keys_this_run.snapshot()
    fragments, parts = ctx.shared.new_fragment_ids.snapshot(), frozenset(here)
    with _heard(ctx) as sent:
        draw()
    if all(_is_of(message, at) for message in sent):
        kept[name] = _Drawn(
            whole,
            cursor.index - at[-1],
            sent,
            _values(ctx, ctx.shared.widget_ids_this_run.snapshot() - ids),
            ctx.shared.widget_user_keys_this_run.snapshot() - keys,
            ctx.shared.new_fragment_ids.snapshot() - fragments,
            frozenset(here) - parts,
        )


@contextmanager
def one_run() -> Iterator[None]:
    """The frame of one run of the app's script: of parts that a whole run has not shown nothing is kept."""
    here: set[str] = set()
    before = _here.set(here)
    try:
        yield
    finally:
        _here.reset(before)
    kept = st.session_state.get(_KEPT, {})
    for name in kept.keys() - here:
        del kept[name]


def alone(name: str) -> None:
    """From a fragment within a part: once it runs by itself, what stands is no longer what the part has sent."""
    ctx = get_script_run_ctx()
    if ctx is not None and ctx.fragment_ids_this_run:
        st.session_state.get(_KEPT, {}).pop(name, None)


@contextmanager
def _heard(ctx: ScriptRunContext) -> Iterator[list[ForwardMsg]]:
    """What is sent meanwhile."""
    heard: list[ForwardMsg] = []
    send, before = ctx.enqueue, vars(ctx).get("enqueue")  # one part may stand in another

    def hear(message: ForwardMsg) -> None:
        send(message)
        heard.append(message)

    ctx.enqueue = hear  # type: ignore[method-assign, assignment]
    try:
        yield heard
    finally:
        if before is None:
            del ctx.enqueue
        else:
            ctx.enqueue = before  # type: ignore[method-assign]


def _is_of(message: ForwardMsg, at: tuple[int, ...]) -> bool:
    """Whether a message puts something where a part stands that begins there, and may be sent once more."""
    path = message.metadata.delta_path
    inside = tuple(path[: len(at) - 1]) == at[:-1] and len(path) >= len(at) and path[len(at) - 1] >= at[-1]
    if message.WhichOneof("type") != "delta":
        return False
    element = message.delta.new_element
    return inside and (not element.has_one_shot_effect or element.WhichOneof("type") in _PUT)


def _repeat(ctx: ScriptRunContext, found: _Drawn) -> None:
    """As Streamlit does for what is drawn: named as here, so that nothing else is called so, and sent."""
    for id_ in found.widgets:
        ctx.shared.widget_ids_this_run.check_and_add(id_)
    for key in found.keys:
        ctx.shared.widget_user_keys_this_run.check_and_add(key)
    for id_ in found.fragments:  # they run by themselves as before
        ctx.shared.new_fragment_ids.check_and_add(id_)
    for message in found.sent:
        ctx.enqueue(message)


def _values(ctx: ScriptRunContext, ids: Iterable[str]) -> dict[str, Any]:
    """What stands in each; nothing of what only has a name, as a container."""
    state, values = ctx.session_state._state, {}
    with ctx.session_state._lock:
        keys = state._key_id_mapper.id_key_mapping
        for id_ in ids:
            try:
                values[id_] = state._getitem(id_, keys.get(id_))
            except KeyError:
                values[id_] = _NOTHING
    return values
