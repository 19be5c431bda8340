"""The page that every screen stands in: Streamlit's own, told where its server is and what it is called."""

import re
from pathlib import Path

import streamlit

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
# Left to itself the page looks for its server below its own address first, in vain on every screen but the first.
_HERE = "window.__streamlit = { BACKEND_BASE_URL: window.location.origin }"


def page(index: str) -> str:
    """Our page, made of Streamlit's: with the same one inline script, which says one thing more."""
    said = index.replace("<script>", f"<script>\n      {_HERE}", 1)
    said = re.sub(r"<title>.*?</title>", "<title>Foyer</title>", said, count=1)
    return re.sub(r'(href|src)="\./', r'\1="/', said)


PAGE = page(INDEX.read_text(encoding="utf-8"))
