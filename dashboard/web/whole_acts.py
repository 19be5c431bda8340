"""What a click does is done whole: the next click waits until the callbacks of the one before have ended.

Streamlit gives way to a newer click wherever a script touches the session's state or draws, also amid a
callback. An act would end between two of its lines: stored, but neither announced nor taken off the screen as
unsaved; or the address changed in the browser alone. While the callbacks run, the script runner is told that no
script does, so it has nothing to give way with; right after them it looks for a newer click by itself. That the
newer click is not heard at the same time by a second thread, over the same state, is `fastReruns` in config.toml.
"""

from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

_with_callbacks = SafeSessionState.on_script_will_rerun


def _whole(state: SafeSessionState, *said: Any, **more: Any) -> None:
    runner = state._yield_callback.__self__  # type: ignore[attr-defined]
    runs, runner._execing = runner._execing, False
    try:
        _with_callbacks(state, *said, **more)
    finally:
        runner._execing = runs


def keep() -> None:
    """Have it so in every session from now on; called once, before the server answers."""
    SafeSessionState.on_script_will_rerun = _whole  # type: ignore[method-assign, assignment]
