"""A button that is heard while the run it stands in goes on: what a long act asks between two of its steps.

Streamlit lets the whole script give way to a click, but no dialog to one of its own: such a click waits until the
run has ended. Here the waiting clicks are looked at, and left to wait.
"""

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType


def pressed_meanwhile(key: str) -> bool:
    """Whether the button of this key was clicked since the run began. Its callback is called after the run."""
    ctx = get_script_run_ctx()
    if ctx is None or ctx.script_requests is None:
        return False
    requests = ctx.script_requests
    with requests._lock:
        waits = requests._state == ScriptRequestType.RERUN
        said = requests._rerun_data.widget_states if waits and requests._rerun_data else None
    keys = ctx.session_state._state._key_id_mapper.id_key_mapping
    return any(one.trigger_value and keys.get(one.id) == key for one in (said.widgets if said else ()))
