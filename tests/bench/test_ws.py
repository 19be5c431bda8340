"""The benchmark's tab runs a page as a browser would, and does not take an error for a page."""

from pathlib import Path

import pytest

from bench.served import streamlit_run
from bench.ws import Tab

pytestmark = pytest.mark.slow


def test_a_tab_runs_a_page_again_and_again(tmp_path: Path) -> None:
    with streamlit_run(tmp_path) as served, Tab(served.url) as tab:
        assert tab.run() > 0
        assert tab.kinds == ["heading", "markdown"]
        assert tab.received > 100
        assert tab.run() > 0
        assert tab.kinds == ["heading", "markdown"]
        assert served.cpu() >= 0
    assert served.process.poll() is not None
