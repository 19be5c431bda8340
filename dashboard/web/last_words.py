"""What a script run has said is shown, also when the next request comes before it was passed on.

A run ends in its own thread; what it drew waits for the server's loop. A request of a fragment that is handled
between the two finds the runner stopped, and Streamlit gives the tab a new one and drops whatever comes from
another: the list of the newer search was never sent, and the fragment draws only itself. What waits by then is
of the run that ended, in its order, and before anything of the next. So it is taken, up to the runner's farewell.
"""

from typing import Any

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, ScriptRunnerEvent

_started = AppSession._create_scriptrunner
_handled = AppSession._handle_scriptrunner_event_on_event_loop
_WAITS = "_foyer_last_words_wait"


def _start(tab: AppSession, asked: RerunData) -> None:
    before = tab._scriptrunner
    _started(tab, asked)
    if before is not None:
        setattr(before, _WAITS, True)
        tab._call_soon_on_event_loop(lambda: setattr(before, _WAITS, False))  # behind all that waits now


def _handle(
    tab: AppSession, sender: ScriptRunner | None, event: ScriptRunnerEvent, *said: Any, **more: Any
) -> None:
    if getattr(sender, _WAITS, False) and event is not ScriptRunnerEvent.SHUTDOWN:
        sender = tab._scriptrunner
    _handled(tab, sender, event, *said, **more)


def keep() -> None:
    """Have it so in every tab from now on; called once, before the server answers."""
    AppSession._create_scriptrunner = _start  # type: ignore[method-assign, assignment]
    AppSession._handle_scriptrunner_event_on_event_loop = _handle  # type: ignore[method-assign, assignment]
