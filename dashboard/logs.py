"""What the server logs: one line a message, so that no name with a line break can forge another."""

import logging
import sys

# Streamlit logs every uncaught error before it asks us; ours carries the code that the person sees. The others
# wonder that the warm-up runs before there is a server.
_NOISE = (
    "streamlit.error_util",
    "streamlit.runtime.scriptrunner_utils.script_run_context",
    "streamlit.runtime.caching.cache_data_api",
)


class OneLine(logging.Formatter):
    """A formatter that keeps a message on its line; a traceback still takes several, below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The line of a record."""
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


def set_up() -> None:
    """Send every log to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _NOISE:
        logging.getLogger(name).addFilter(lambda record: False)
