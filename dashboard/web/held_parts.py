"""A part of a screen that the browser holds is named in place of being sent, while it is sure to hold it still.

With each request a browser says what it holds. What `maxCachedMessageAge` runs have not used it lets go of at the
end of a run, also while its request is on the way, and a name that it does not know then stops the tab for good.
So it is taken at its word for what one of the last runs drew: what is older is sent again.
"""

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

# Runs in which a part was not used. Half of `maxCachedMessageAge` in config.toml: one run ends, or two, before the
# answer to a request that waits behind it.
SURE = 5
_asked = AppSession.request_rerun
_sent = AppSession._enqueue_forward_msg
_HELD = "_foyer_held"


class _Held:
    """Of one tab: how many runs have ended, and after how many of them each part was last used."""

    def __init__(self) -> None:
        self.ended = 0
        self.used: dict[str, int] = {}

    def note(self, message: ForwardMsg) -> None:
        """A message goes out to the browser."""
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            self.used[message.ref_hash] = self.ended
        elif message.metadata.cacheable:
            self.used[message.hash] = self.ended
        elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self.ended += 1
            self.used = {name: at for name, at in list(self.used.items()) if self.ended - at <= SURE}


def _of(tab: AppSession) -> _Held:
    held: _Held = vars(tab).setdefault(_HELD, _Held())
    return held


def _ask(tab: AppSession, said: ClientState | None) -> None:
    if said:
        sure = [name for name in said.cached_message_hashes if name in _of(tab).used]
        del said.cached_message_hashes[:]
        said.cached_message_hashes.extend(sure)
    _asked(tab, said)


def _send(tab: AppSession, message: ForwardMsg) -> None:
    _of(tab).note(message)
    _sent(tab, message)


def keep() -> None:
    """Have it so in every tab from now on; called once, before the server answers."""
    AppSession.request_rerun = _ask  # type: ignore[method-assign, assignment]
    AppSession._enqueue_forward_msg = _send  # type: ignore[method-assign, assignment]
