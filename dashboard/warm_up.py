"""Before the first person comes: modules loaded, each kind of widget used once, the collector told to rest."""

import gc
import importlib
import logging
import pkgutil
from pathlib import Path

from streamlit.testing.v1 import AppTest

import dashboard

log = logging.getLogger("foyer.web")

HERE = Path(__file__).parent
# A page of every kind of widget, and the app itself as a stranger sees it: neither knows anybody.
SCRIPTS = (HERE / "warm_page.py", HERE / "app.py")
_RUN = frozenset({"dashboard.app", "dashboard.__main__", "dashboard.warm_page"})


def warm_up() -> None:
    """Load and run, in this process, what the first person would otherwise wait for. The database is open."""
    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if module.name not in _RUN:
            importlib.import_module(module.name)
    for script in SCRIPTS:
        done = AppTest.from_file(str(script), default_timeout=60).run()
        for trouble in done.exception:
            log.warning("%s failed while warming up: %s", script.name, trouble.message)


def settle() -> None:
    """Take what is there out of the collector's walks. Streamlit would make one after every single run: 0029.

    Done again now and then, it lets go of what has died since, and takes in what first use has made: compiled
    statements, mappers, caches.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
