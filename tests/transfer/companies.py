"""An installation whose companies are taken away as files and brought back, and files that were changed."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crm_data import Workspace
from crm_data.accounts.people import SYSTEM
from crm_data.installation import Installation
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.transfer.by_file import write_file
from crm_data.transfer.company_back import Brought
from tests.support import makers
from tests.support.databases import Database, fresh
from tests.support.own import own_settings

WAYS = [
    ("sqlite", "postgresql"),
    ("postgresql", "sqlite"),
    ("sqlite", "sqlite"),
    ("postgresql", "postgresql"),
]


class There:
    """An installation with its two companies, or none."""

    def __init__(self, kind: str, filled: bool) -> None:
        self.database: Database = fresh(kind)
        self.store = Store(self.database.url)
        self.installation = Installation(self.store, own_settings(self.database.url))
        self.filled = makers.two_companies(self.store) if filled else ()

    def scope(self, at: int = 0, role: str = "admin") -> CompanyScope:
        """A person of a company, by its place."""
        return makers.scope(self.filled[at].company_id, role=role)

    def taken(self, scope: CompanyScope, folder: Path) -> Path:
        """A company's file."""
        path = folder / f"company-{scope.company_id}-{self.database.kind}.zip"
        write_file(Workspace(self.store, scope).company_file()[1], path)
        return path

    def bring(self, path: Path, email: str | None = None) -> Brought:
        """A company out of its file."""
        return self.installation.bring_back(SYSTEM, path, email)

    def close(self) -> None:
        self.store.close()
        self.database.drop()


def manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        said: dict[str, Any] = json.loads(archive.read("manifest.json"))
        return said


def changed(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    made = path.with_name("changed.zip")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made


def said_otherwise(parts: dict[str, bytes], **values: object) -> None:
    parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | values).encode()
