"""The page that every screen stands in: Streamlit's own, told where its server is and what it is called."""

import re
from pathlib import Path

import streamlit

from dashboard.components import room
from dashboard.style import CSS

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
# The small parts our screens are made of, each a script of its own. Asked for when the first of a kind is drawn,
# it leaves a grey bar of another size until it has come, and all that is below moves.
PARTS = (
    "Button", "ButtonGroup", "MenuButton", "Metric", "StreamlitMarkdown", "TextInput", "TextArea", "NumberInput",
    "Selectbox", "Multiselect", "Checkbox", "DateInput", "DateTimeInput", "BidiComponent",
)  # fmt: skip
_IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
# Left to itself the page looks for its server below its own address first, in vain on every screen but the first.
_HERE = r"""
      window.__streamlit = { BACKEND_BASE_URL: window.location.origin }
"""
# Until somebody touches it, or for ten seconds, the page is new: see the stylesheet.
_NEW = r"""
      document.documentElement.dataset.new = ""
      const seen = () => { delete document.documentElement.dataset.new }
      for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, seen, { once: true })
      setTimeout(seen, 10000)
"""
# What a field is called is read aloud as it was written for Markdown, with the signs of `say.plain` that keep it
# plain: they are taken out again, once for each label.
_HEARD = r"""
      const told = new WeakMap()
      const hear = (one) => {
        const said = one.getAttribute("aria-label")
        if (!said?.includes("\\") || told.get(one) === said) return
        told.set(one, said.replace(/:color\[\\(.)\]|\\([!-/:-@[-`{-~])/g, "$1$2"))
        one.setAttribute("aria-label", told.get(one))
      }
      new MutationObserver((changes) => changes.forEach(({ type, target, addedNodes }) => {
        if (type === "attributes") return hear(target)
        for (const node of addedNodes) if (node.nodeType === 1)
          [node, ...node.querySelectorAll('[aria-label*="\\\\"]')].forEach(hear)
      })).observe(document, { subtree: true, childList: true, attributeFilter: ["aria-label"] })
"""


def page(index: str) -> str:
    """Our page, made of Streamlit's: with the same one inline script, which says three things more, and our style.

    The style stands after Streamlit's, which are put into the head: where both speak, it is ours that holds.
    """
    said = index.replace("<script>", f"<script>{_HERE}{_NEW}{_HEARD}", 1)
    said = re.sub(r"<title>.*?</title>", "<title>Foyer</title>", said, count=1)
    # They come after what the page needs to begin at all: a browser asks for six things at a time.
    links = {
        name: f'<link rel="modulepreload" crossorigin fetchpriority="low" href="./static/js/{name}">'
        for name in scripts()
    }
    ahead = "".join(link for name, link in links.items() if f'href="./static/js/{name}"' not in index)
    said = said.replace("</head>", f"{ahead}\n</head>", 1)
    said = said.replace("</body>", f"<style>{CSS}{room.style()}</style>\n</body>", 1)
    return re.sub(r'(href|src)="\./', r'\1="/', said)


def scripts() -> list[str]:
    """The scripts of PARTS, and those that they ask for."""
    found: dict[str, None] = {}
    waiting = [path.name for part in PARTS for path in (INDEX.parent / "static" / "js").glob(f"{part}.*.js")]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _IMPORTED.findall((INDEX.parent / "static" / "js" / name).read_text(encoding="utf-8"))
    return list(found)


PAGE = page(INDEX.read_text(encoding="utf-8"))
