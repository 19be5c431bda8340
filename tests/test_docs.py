"""The documentation says what the code does: generated tables are fresh, links and pictures exist."""

import re
from pathlib import Path

import pytest

from crm_data import Formula, rights
from crm_data.settings import ROOT, SETTINGS
from dashboard.menu import SCREENS
from docs.formulas import TOLD
from docs.tables import filled, pages, roles

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_generated_tables_are_fresh(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert filled(text) == text, "run: python -m docs.tables"


@pytest.mark.parametrize(
    "page",
    [*pages(), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_page_of_the_guide_is_listed_under_its_title() -> None:
    guide = ROOT / "docs" / "guide"
    listed = re.findall(
        r"^- \[([^\]]+)\]\(([^)]+)\)", (guide / "README.md").read_text(encoding="utf-8"), re.M
    )
    pages_ = [page for page in guide.glob("*.md") if page.name != "README.md"]
    assert {name: f"# {said}" for said, name in listed} == {
        page.name: page.read_text(encoding="utf-8").splitlines()[0] for page in pages_
    }


# Nothing can be erased for good, and no screen changes many records at once, so nobody is told who may.
ASKED = sorted(set(rights._FROM) - {rights.Act.ERASE, rights.Act.BULK})


@pytest.mark.parametrize("act", ASKED)
def test_the_table_of_roles_shows_every_right_that_changes(
    act: rights.Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = roles()
    for role in rights.ROLES:
        if role != rights._FROM[act]:
            with monkeypatch.context() as other:
                other.setitem(rights._FROM, act, role)
                assert roles() != before, f"{act} from {role} on"


def test_every_formula_is_told_with_an_example_and_what_it_leaves_out() -> None:
    assert set(TOLD) == set(Formula)
    page = (ROOT / "docs" / "guide" / "numbers.md").read_text(encoding="utf-8")
    for formula, (day, example, leaves, _) in TOLD.items():
        assert all((day, example, leaves))
        assert f"| {formula.value} | {day} | {example} | {leaves} |" in page


def test_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert f"`{setting.name}`" in readme


def test_every_package_has_its_reason() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").casefold()
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                assert re.split(r"[\[=]", line)[0].casefold() in readme, line


def test_every_screen_of_the_menu_has_its_page_in_the_guide() -> None:
    for screen in SCREENS:
        if screen.in_menu:
            assert (ROOT / "docs" / "guide" / f"{screen.name}.md").exists(), screen.name


def test_every_promise_names_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    promises = [line for line in page.splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(promises) >= 20
    named = {path for line in promises for path in re.findall(r"`(tests/[^`]+)`", line)}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_are_there(page: Path) -> None:
    named = re.findall(
        r"(?<![\w./])[a-z_]+(?:/[\w.]+)+\.(?:py|js|css|toml|txt|md|sql)\b", page.read_text(encoding="utf-8")
    )
    assert [path for path in named if not ((ROOT / path).exists() or (page.parent / path).exists())] == []


def test_the_guide_has_every_key_of_the_grid() -> None:
    """Those with Ctrl, which the list that the grid shows and the guide spell alike."""
    named = re.compile(r"\bCtrl\+(?:Shift\+)?\w+")
    keys = (ROOT / "dashboard/components/grid/keys.js").read_text(encoding="utf-8")
    shown = set(named.findall(keys[keys.index("KEYS = [") : keys.index("];")]))
    guide = (ROOT / "docs/guide/grid.md").read_text(encoding="utf-8")
    assert shown == set(named.findall(guide[guide.index("| keys |") :]))
    assert {"Ctrl+C", "Ctrl+H", "Ctrl+Shift+D"} <= shown
