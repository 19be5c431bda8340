"""python -m bench.empty_server [frame | watched]: the product's server around an empty page.

With `frame` the product's script runs as ever (session, menu, header) and only the page in it is empty; with
`watched` Streamlit's file watcher is on, as it is unless a setting turns it off.
"""

import sys
from pathlib import Path

from streamlit import config

from crm_data.settings import settings
from dashboard import logs, menu, server

EMPTY = Path(__file__).with_name("empty_page.py")


class EmptyScreen(menu.Screen):
    """A screen of the menu whose page is the empty one."""

    @property
    def file(self) -> str:
        """The script."""
        return str(EMPTY)


def main() -> None:
    """Serve until stopped."""
    logs.set_up()
    if "frame" in sys.argv[1:]:
        first, *others = menu.SCREENS
        screens: tuple[menu.Screen, ...] = (EmptyScreen(first.name, first.title, first.icon), *others)
        menu.SCREENS = screens  # type: ignore[assignment]
    else:
        server.SCRIPT = EMPTY
    if "watched" in sys.argv[1:]:
        config.set_option("server.fileWatcherType", "auto")
    server.serve(settings())


if __name__ == "__main__":
    main()
