"""The one open installation of this process: opened at the start, found by every script run and request."""

from dataclasses import dataclass

from crm_data.errors import NotReady
from crm_data.installation import Installation
from crm_data.settings import Settings
from crm_data.store.store import Store


@dataclass(frozen=True)
class Runtime:
    """What the process serves."""

    settings: Settings
    store: Store
    installation: Installation


_open: Runtime | None = None


def start(settings: Settings) -> Runtime:
    """Open the database of the settings, which must exist and be up to date."""
    return use(Store(settings.database_url), settings)


def use(store: Store, settings: Settings) -> Runtime:
    """Serve a store that is open already."""
    global _open
    _open = Runtime(settings, store, Installation(store, settings))
    return _open


def running() -> Runtime:
    """What the process serves. Raises NotReady when it was not started by `python -m dashboard`."""
    if _open is None:
        raise NotReady("Foyer is not running. Start it with `python -m dashboard`.")
    return _open


def stop() -> None:
    """Close the database."""
    global _open
    if _open is not None:
        _open.store.close()
    _open = None
