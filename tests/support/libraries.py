"""What libraries work out anew at every call is worked out once a process; what they wait for is waited for."""

import functools
import sys
from typing import Any

import httpx._transports.default as transports


def once() -> None:
    """From now on: the certificates that a request of httpx reads, and the packages that AppTest looks through.

    AppTest looks a thousand times a second whether its script has ended, and takes the processor from it for that;
    here it waits for the script's thread.
    """
    _kept(transports, "create_ssl_context")
    if "streamlit.testing.v1" in sys.modules:  # where no test draws a screen itself, Streamlit stays out
        from streamlit.components.v2 import manifest_scanner
        from streamlit.testing.v1 import local_script_runner

        _kept(manifest_scanner, "scan_component_manifests")
        local_script_runner.require_widgets_deltas = _ended


def _ended(runner: Any, timeout: float = 3) -> None:
    """Return when the script has ended. Raises RuntimeError after so many seconds."""
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        runner.join()
        raise RuntimeError(f"The script of an AppTest has not ended after {timeout} seconds.")


def _kept(module: object, name: str) -> None:
    plain = getattr(module, name)
    if not hasattr(plain, "cache_info"):
        setattr(module, name, functools.cache(plain))
