"""What libraries work out anew at every call, and always the same, is worked out once a process."""

import functools
import sys

import httpx._transports.default as transports


def once() -> None:
    """From now on: the certificates that a request of httpx reads, and the packages that AppTest looks through."""
    _kept(transports, "create_ssl_context")
    if "streamlit.testing.v1" in sys.modules:  # where no test draws a screen itself, Streamlit stays out
        from streamlit.components.v2 import manifest_scanner

        _kept(manifest_scanner, "scan_component_manifests")


def _kept(module: object, name: str) -> None:
    plain = getattr(module, name)
    if not hasattr(plain, "cache_info"):
        setattr(module, name, functools.cache(plain))
