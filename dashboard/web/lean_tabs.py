"""What an open tab holds: its connection and nothing else; and what a closed one leaves.

Streamlit opens an event loop for every tab, three descriptors each, in case a script asks for one. Ours do not:
the loop is opened when somebody asks it for something. And of a tab that nobody was signed in to nothing is kept
for a browser that might come back; kept ones are counted, so that strangers would push out what people typed.
"""

import asyncio
from functools import partialmethod
from typing import Any

from streamlit.runtime.app_session import AppSession

from dashboard.session import MARK

_OWN = frozenset({"is_closed", "is_running", "close"})
_opened = AppSession.__init__
_resumable = AppSession.is_resumable


class LateLoop(asyncio.AbstractEventLoop):
    """An event loop that takes no descriptors before it is used."""

    def __init__(self) -> None:
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def is_closed(self) -> bool:
        """Whether it was closed, used or not."""
        return self._closed

    def is_running(self) -> bool:
        """Whether it runs now."""
        return self._loop is not None and self._loop.is_running()

    def close(self) -> None:
        """Give back what it took."""
        self._closed = True
        if self._loop is not None:
            self._loop.close()

    def _ask(self, what: str, *args: Any, **more: Any) -> Any:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            if self._closed:
                self._loop.close()
        return getattr(self._loop, what)(*args, **more)


for _name in vars(asyncio.AbstractEventLoop):
    if not _name.startswith("_") and _name not in _OWN:
        setattr(LateLoop, _name, partialmethod(LateLoop._ask, _name))


def _open(tab: AppSession, *args: Any, **more: Any) -> None:
    _opened(tab, *args, **more)
    tab._script_event_loop.close()
    tab._script_event_loop = LateLoop()  # type: ignore[abstract]


def _is_kept(tab: AppSession) -> bool:
    return _resumable(tab) and MARK in tab.session_state


def keep() -> None:
    """Have it so for every tab from now on; called once, before the server answers."""
    AppSession.__init__ = _open  # type: ignore[method-assign, assignment]
    AppSession.is_resumable = _is_kept  # type: ignore[method-assign, assignment]
