"""What is made plain is read in a browser as it was typed, though Markdown would make something of it."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.served import streamlit_run
from dashboard.parts import say
from tests.support.chance import dice
from tests.support.screen import SLOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = [
    "Write to ida.holm@quarry.example or +bo@quarry.example.",
    "https://quarry.example/a?b=c#d, HTTP://quarry.example, www.quarry.example and WWW.Quarry.Example",
    "(https://quarry.example) <https://quarry.example> <ida@quarry.example> mailto:ida@quarry.example",
    "[here](https://quarry.example) ![here](https://quarry.example/x.png) [here] [^1] [x]: https://quarry.example",
    ":material/home: :material_home: :streamlit: :smile: :+1: 12:30:45 a:b:c",
    ":red[x] :red-background[x] :small[x] :blue-badge[x] :help[x] :color[x]{foreground=red} ::x ::: x",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "->",
    "--",
    "$x^2$ $$y$$ \\(z\\) \\ \\\\ costs $5 or $6",
    "**a** __b__ _c_ *d* ~e~ ~~f~~ `g` ``h``",
    "<b>a</b> <script>b</script> <!-- c --> &amp; &lt; &#64; a & b",
    *("# a", "## a", "- a", "+ a", "* a", "1. a", "12) a", "> a"),
    *("---", "***", "===", "```", "~~~", "|a|b|", "    a"),
    "a | b\n--|--\nc | d",
    "a\n===\n\n- b",
]
PIECES = (
    *"\\`*_{}[]()#+-.!~>|$:</@&^=%;,'\"?1aZé",
    *("  ", " ", "www.", "https://", "a.example", "color", "material/home", "material_home", "red[", "\\"),
)
SCREEN = """
import json
import streamlit as st
shown = json.load(open({file!r}))
with st.container(key="markdown"):
    st.markdown("\\n\\n".join(shown))
for name in {doors!r}:
    with st.container(key=name):
        for text in shown if name in {every!r} else shown[:{few}]:
            _ = getattr(st, name)(text)
st.text("The end")
"""
EVERY = ("markdown", "button")  # these read every text, the others the known ones
DOORS = ("caption", "subheader", "error", "button", "checkbox", "expander")
# What Markdown would make: a link (Streamlit puts one beside a heading), a picture, a letter of another kind.
MADE = ":is(a:not([aria-label='Link to heading']), img, em, strong, del, code, sub, sup, [role=img], .katex)"


def texts() -> list[str]:
    """The known ones, and some that are put together by lot; on one line each."""
    lot = dice("plain text")
    drawn = ["".join(lot.choices(PIECES, k=lot.randint(1, 14))) for _ in range(300)]
    return list(dict.fromkeys(" ".join(text.split()) for text in HOSTILE + drawn if text.strip()))


def test_every_text_is_read_as_it_was_typed(tmp_path: Path, page: Page) -> None:
    meant = texts()
    file, script = tmp_path / "texts.json", tmp_path / "screen.py"
    file.write_text(json.dumps([say.plain(text) for text in meant]))
    script.write_text(SCREEN.format(file=str(file), doors=DOORS, every=EVERY, few=len(HOSTILE)))
    with streamlit_run(tmp_path, script) as served:
        page.goto(served.url)
        page.get_by_text("The end", exact=True).wait_for(timeout=2 * SLOW)
        for door in ("markdown", *DOORS):
            box, wanted = page.locator(f".st-key-{door}"), meant if door in EVERY else meant[: len(HOSTILE)]
            words = box.locator("h3" if door == "subheader" else "p")
            expect(words).to_have_count(len(wanted), timeout=SLOW)
            read = words.all_text_contents()
            assert [(was, said) for was, said in zip(wanted, read, strict=True) if was != said] == [], door
            assert box.locator(MADE).evaluate_all("all => all.map((one) => one.outerHTML)") == [], door
