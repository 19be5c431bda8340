"""What Streamlit finds among the installed packages is looked for once a process, not by each AppTest anew."""

import functools
import sys


def once() -> None:
    """From now on the packages are read through once. Does nothing where no test draws a screen itself."""
    if "streamlit.testing.v1" in sys.modules:
        from streamlit.components.v2 import manifest_scanner as scanner

        if not hasattr(scanner.scan_component_manifests, "cache_info"):
            scanner.scan_component_manifests = functools.cache(scanner.scan_component_manifests)
