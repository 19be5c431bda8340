"""A made-up revision on top of the newest one, as the next release would bring it."""

import shutil
import textwrap
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from crm_data.settings import ROOT
from crm_data.store import migrating

_FRAME = '''"""Made up for a test."""

import sqlalchemy as sa
from alembic import op

from migrations.helpers import rebuild

revision = "made_up"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
{body}


def downgrade() -> None:
    """Take it away."""
    raise AssertionError
'''


def revisions() -> list[str]:
    """Every revision, the first one first: who names one by its number is wrong with the next migration."""
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def older() -> str:
    """The revision before the newest one, where a database is that nobody has brought up to date."""
    return revisions()[-2]


def folder_with(body: str, folder: Path) -> Path:
    """A copy of the migrations with one revision more, whose upgrade() is `body`."""
    scripts = folder / "scripts"
    shutil.copytree(ROOT / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    text = _FRAME.format(head=migrating.head(), body=textwrap.indent(textwrap.dedent(body).strip(), "    "))
    (scripts / "versions" / "made_up.py").write_text(text)
    return scripts


def next_release(monkeypatch: pytest.MonkeyPatch, scripts: Path) -> None:
    """Let `migrating` work with these scripts instead of our own."""
    monkeypatch.setattr(migrating, "_config", lambda: config(scripts))


def config(scripts: Path) -> Config:
    """Alembic's settings for a folder of scripts."""
    made = Config(str(ROOT / "alembic.ini"))
    made.set_main_option("script_location", str(scripts))
    return made
