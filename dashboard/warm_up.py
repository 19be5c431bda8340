"""Before the first person comes: modules loaded, each kind of widget used once, the collector told to rest."""

import gc
import logging
from pathlib import Path

from streamlit.testing.v1 import AppTest

log = logging.getLogger("foyer.web")

PAGE = Path(__file__).with_name("warm_page.py")


def warm_up() -> None:
    """Run the warm-up page in this process, before the server's own runtime exists."""
    done = AppTest.from_file(str(PAGE), default_timeout=60).run()
    for trouble in done.exception:
        log.warning("the warm-up page failed: %s", trouble.message)


def settle() -> None:
    """Take what is loaded out of the collector's walks: Streamlit makes one after every single run."""
    gc.collect()
    gc.freeze()
