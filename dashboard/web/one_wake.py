"""What a run draws goes to the server's loop together: its start and end wake the loop, each element does not.

Streamlit wakes it for every message: a write to a pipe and, amid the run, a fight of two threads for the one
interpreter. The loop looks by itself for more as often as Streamlit passes on what there is; nothing comes later.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent

LOOKS_EVERY = 0.01  # seconds, as Streamlit rests between two times that it sends what waits
_call = AppSession._call_soon_on_event_loop
_event = AppSession._on_scriptrunner_event
_sendable = Runtime._enqueued_some_message
_SAID = "_foyer_said"


class _Said:
    """What one tab's loop has yet to hear, in its order, and whether it comes to look without being woken."""

    def __init__(self) -> None:
        self.waits: deque[Callable[[], Any]] = deque()
        self.looks = False
        self.timer: asyncio.TimerHandle | None = None


def _of(tab: AppSession) -> _Said:
    said: _Said = vars(tab).setdefault(_SAID, _Said())
    return said


def _happened(
    tab: AppSession, sender: ScriptRunner | None, event: ScriptRunnerEvent, *said: Any, **more: Any
) -> None:
    """On the thread of the run: what it draws may wait until the loop looks; that it began or ended may not."""
    _of(tab).waits.append(lambda: tab._handle_scriptrunner_event_on_event_loop(sender, event, *said, **more))
    if event is not ScriptRunnerEvent.ENQUEUE_FORWARD_MSG or not _of(tab).looks:
        _wake(tab)


def _say(tab: AppSession, what: Callable[[], None]) -> None:
    _of(tab).waits.append(what)
    _wake(tab)


def _wake(tab: AppSession) -> None:
    _of(tab).looks = True
    _call(tab, lambda: _hear(tab))


def _hear(tab: AppSession) -> None:
    """On the loop: all that waits, each by itself, so that what fails stops no other."""
    said, loop = _of(tab), tab._event_loop
    for _ in range(len(said.waits)):
        loop.call_soon(said.waits.popleft())
    said.timer = said.timer or loop.call_later(LOOKS_EVERY, _look, tab)


def _look(tab: AppSession) -> None:
    """On the loop. From here on who says something wakes it again; what was said before is there already."""
    said = _of(tab)
    said.timer, said.looks = None, False
    if said.waits:
        said.looks = True
        _hear(tab)


def _send(runtime: Runtime) -> None:
    """There is something to send: on the loop itself that needs no pipe."""
    there = runtime._get_async_objs()
    if asyncio._get_running_loop() is there.eventloop:
        there.need_send_data.set()
    else:
        _sendable(runtime)


def keep() -> None:
    """Have it so in every tab from now on; called once, before the server answers."""
    AppSession._on_scriptrunner_event = _happened  # type: ignore[method-assign, assignment]
    AppSession._call_soon_on_event_loop = _say  # type: ignore[method-assign, assignment]
    Runtime._enqueued_some_message = _send  # type: ignore[method-assign, assignment]
